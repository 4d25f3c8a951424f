// Package megolm encrypts messages to a group: it is the Megolm cryptographic
// ratchet of Matrix.
//
// A member who wants to write makes an [OutboundSession] and sends its
// [SessionKey] to every other device in the room, over Olm. Each makes an
// [InboundSession] from it and can then decrypt, in any order and as often as
// it likes, every message from the index of the key on.
//
//	out := megolm.NewOutboundSession(megolm.Version1)
//	key, err := out.SessionKey()
//
//	in, err := megolm.NewInboundSession(key, megolm.Version1)
//	ciphertext, err := out.Encrypt([]byte("hello, room"))
//	plaintext, index, err := in.Decrypt(ciphertext)
//
// A message can be decrypted again and again, so the caller must see to it
// that an index is not shown twice as two messages: keep the index with the
// event id and its time, and refuse another event at the same index.
//
// After an error an object is bit for bit what it was before the call. Objects
// may be used by one goroutine at a time. Wipe them when they are no longer
// needed.
//
// What Megolm promises and what it does not is in SECURITY.md; the algorithm
// is specified at https://spec.matrix.org/latest/olm-megolm/megolm/.
package megolm

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// Version is the version of a session's messages. It is known with the
// session and never guessed from a message.
type Version = wire.Version

const (
	// Version1 is the version of the Matrix specification, with a MAC of 8
	// bytes (m.megolm.v1.aes-sha2).
	Version1 = wire.Version1
	// Version2 has a MAC of 32 bytes. It is an experiment, which only
	// vodozemac knows as well; its sessions cannot be pickled for libolm.
	Version2 = wire.Version2
)

// Errors, to be compared by errors.Is.
var (
	// ErrVersion is returned for a message, or a version asked for, that is
	// not the session's or not known.
	ErrVersion = wire.ErrVersion
	// ErrFormat is returned for bytes that are no well-formed message.
	ErrFormat = wire.ErrFormat
	// ErrSignature is returned for a message or a session key that the owner
	// of the session did not sign.
	ErrSignature = megolmstate.ErrSignature
	// ErrMAC is returned for a message that is signed but was not encrypted
	// by this session's ratchet.
	ErrMAC = megolmstate.ErrMAC
	// ErrUnknownIndex is returned for an index before the first known one, or
	// 2^31 and more ahead of it.
	ErrUnknownIndex = megolmstate.ErrUnknownIndex
	// ErrSessionKey is returned for a session key or export of another length
	// or version, or that is no canonical base64.
	ErrSessionKey = megolmstate.ErrSessionKey
	// ErrUnconnected is returned for sessions that are not the same one, known
	// from different indexes.
	ErrUnconnected = errors.New("megolm: the sessions are unconnected")
	// ErrPickleKey is returned for a pickle that does not open: the key is
	// wrong, or the pickle is of another kind of object or was altered.
	ErrPickleKey = pickle.ErrKey
	// ErrPickleVersion is returned for a pickle of an unknown version.
	ErrPickleVersion = pickle.ErrVersion
	// ErrPickleCorrupted is returned for a pickle that opens but does not
	// hold what it should, or is longer than any can be.
	ErrPickleCorrupted = pickle.ErrCorrupted
	// ErrWiped is returned by an object that was wiped.
	ErrWiped = errors.New("megolm: the object was wiped")
)
