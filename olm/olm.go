// Package olm encrypts messages between two devices: it is the Olm
// cryptographic ratchet of Matrix.
//
// A device has one [Account], which holds its identity keys and its one-time
// keys. To write to another device, take its identity key and one of its
// one-time keys, published through the homeserver, and make a [Session] from
// them; the other device makes its side of the session from the first message.
//
//	session, err := alice.NewOutboundSession(bobIdentityKey, bobOneTimeKey, olm.Version1)
//	message, err := session.Encrypt([]byte("hello"))
//
//	session, plaintext, err := bob.NewInboundSession(aliceIdentityKey, message, olm.Version1)
//	reply, err := session.Encrypt([]byte("hello yourself"))
//
// Sessions change with every message, so that old keys are forgotten and new
// ones cannot be foreseen. Save the pickle of a session after each Encrypt and
// Decrypt, before the message leaves or the plaintext is shown; a session that
// goes back to an older state uses keys twice. Save the account before its
// public keys are uploaded, and together with each session that is made from a
// one-time key, or the key comes back after a crash.
//
// Olm binds a session to identity keys, and not to users. Put the user ids and
// the Ed25519 keys of both sides into the plaintext, and compare them, as the
// specification demands: else a member can pass your message off as theirs
// (unknown key-share).
//
// After an error an object is bit for bit what it was before the call. Objects
// may be used by one goroutine at a time. Wipe them when they are no longer
// needed.
//
// For messages to a whole room see package megolm. What Olm promises and what
// it does not is in SECURITY.md; the algorithm is specified at
// https://spec.matrix.org/latest/olm-megolm/olm/.
package olm

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// Version is the version of a session's messages. Both sides must use the
// same one: it is fixed when the session is made and never guessed from a
// message.
type Version = wire.Version

const (
	// Version1 is the version of the Matrix specification, with a MAC of 8
	// bytes (m.olm.v1.curve25519-aes-sha2).
	Version1 = wire.Version1
	// Version2 has a MAC of 32 bytes. It is an experiment, which only
	// vodozemac knows as well; its sessions cannot be pickled for libolm.
	Version2 = wire.Version2
)

// Limits on what a session computes and keeps for messages that do not arrive
// in order, and on the keys of an account.
const (
	// MaxMessageGap is how many messages of one chain may be missing before
	// the one that arrives; beyond it [ErrMessageGap] is returned.
	MaxMessageGap = olmstate.MaxMessageGap
	// MaxSkippedKeys is how many keys of missing messages a session keeps, in
	// all its chains together. The oldest are dropped first.
	MaxSkippedKeys = olmstate.MaxSkippedKeys
	// MaxReceiverChains is how many of the peer's latest chains a session can
	// still read. The oldest are dropped first.
	MaxReceiverChains = olmstate.MaxReceiverChains
	// MaxOneTimeKeys is how many private one-time keys an account keeps, so
	// that a late message still finds its key. The oldest are dropped first.
	MaxOneTimeKeys = olmstate.MaxOneTimeKeys
	// MaxPickleLen is the length in bytes of the longest pickle that is read.
	MaxPickleLen = pickle.MaxLen
)

// Errors, to be compared by errors.Is.
var (
	// ErrVersion is returned for a message, or a version asked for, that is
	// not the session's or not known.
	ErrVersion = wire.ErrVersion
	// ErrFormat is returned for bytes that are no well-formed message.
	ErrFormat = wire.ErrFormat
	// ErrMAC is returned for a message that is not authentic in this session:
	// altered, or of another session.
	ErrMAC = olmstate.ErrMAC
	// ErrMessageKeyGone is returned for a message that was decrypted before,
	// or whose key was dropped by [MaxSkippedKeys].
	ErrMessageKeyGone = olmstate.ErrMessageKeyGone
	// ErrMessageGap is returned for a message more than [MaxMessageGap] ahead.
	ErrMessageGap = olmstate.ErrGap
	// ErrChainExhausted is returned at the end of a chain, index 2^32−1. The
	// session goes on with the next message of the peer.
	ErrChainExhausted = olmstate.ErrChainExhausted
	// ErrUnknownOneTimeKey is returned for a pre-key message whose one-time
	// key the account does not have, or has no more.
	ErrUnknownOneTimeKey = olmstate.ErrUnknownKey
	// ErrIdentityKey is returned for a pre-key message that names another
	// identity key than the one expected.
	ErrIdentityKey = olmstate.ErrIdentityKey
	// ErrWeakKey is returned for a public key of low order, with which
	// everybody could compute the shared secret.
	ErrWeakKey = curve25519.ErrLowOrder
	// ErrKeyCount is returned for a number of one-time keys that is negative
	// or above [MaxOneTimeKeys].
	ErrKeyCount = olmstate.ErrKeyCount
	// ErrPickleKey is returned for a pickle that does not open: the key is
	// wrong, or the pickle is of another kind of object or was altered.
	ErrPickleKey = pickle.ErrKey
	// ErrPickleVersion is returned for a pickle of an unknown version.
	ErrPickleVersion = pickle.ErrVersion
	// ErrPickleCorrupted is returned for a pickle that opens but does not
	// hold what it should, or is longer than [MaxPickleLen].
	ErrPickleCorrupted = pickle.ErrCorrupted
	// ErrWiped is returned by an object that was wiped.
	ErrWiped = errors.New("olm: the object was wiped")
)
