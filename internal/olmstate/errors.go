package olmstate

import "errors"

// The errors of this package are those of package olm, which documents them.
var (
	ErrMAC            = errors.New("olm: the message cannot be authenticated with this session")
	ErrMessageKeyGone = errors.New("olm: the message key is used up or was never kept")
	ErrGap            = errors.New("olm: too many messages were skipped")
	ErrChainExhausted = errors.New("olm: the chain has reached its last index")
	ErrUnknownKey     = errors.New("olm: the pre-key message uses an unknown one-time key")
	ErrIdentityKey    = errors.New("olm: the pre-key message is from another identity key")
	ErrKeyCount       = errors.New("olm: bad number of one-time keys")
)
