package megolmstate

import "errors"

// The errors of this package are those of package megolm, which documents
// them.
var (
	ErrSignature    = errors.New("megolm: the signature does not hold")
	ErrMAC          = errors.New("megolm: the message cannot be authenticated with this session")
	ErrUnknownIndex = errors.New("megolm: the message index is before the first known one")
	ErrSessionKey   = errors.New("megolm: malformed session key")
)
