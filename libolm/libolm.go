// Package libolm reads and writes the pickles of libolm, the C library that
// Matrix clients kept their keys with, so that its accounts and sessions can
// move here, and back.
//
//	account, err := libolm.UnpickleAccount(pickle, key)
//	pickle, err := libolm.PickleAccount(account, key)
//
// The key may be any bytes, as in libolm. Many clients passed the characters
// of a base64 text as they stood: do the same, without decoding them. libolm
// takes even the empty key, under which anybody can read the pickle, and so
// does this package, for the sake of those that exist; never write under it.
// The pickles of packages olm and megolm, under a real key of 32 bytes, are
// the better choice for all that need not go back to libolm.
//
// A pickle of libolm does not say what kind of object it holds. Read as another
// kind it does not fit, and is refused with any of the errors, even as a legacy
// account: remember the kind beside the pickle.
//
// [NewInboundSession], [RemoveOneTimeKey] and [FallbackKey] do what libolm does
// and package olm, on purpose, does not.
//
// What libolm 3.2.15 writes is read here and written again byte for byte. Of
// what it never writes this package refuses more than libolm does: base64 that
// is not canonical, bytes other than 0 and 1 for a bool, lists that are longer
// than the pickle or than a session keeps, and Ed25519 keys whose public half is
// not that of the private one.
package libolm

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

const (
	// MaxPickleLen is the length of the longest pickle that is read.
	MaxPickleLen = olm.MaxPickleLen
	// MaxOneTimeKeys is how many one-time keys libolm keeps in an account.
	MaxOneTimeKeys = 100
)

// Errors, to be compared by errors.Is.
var (
	// ErrBase64 is returned for a pickle that is not canonical unpadded
	// base64. Where libolm does not see that, it answers as to ErrKey.
	ErrBase64 = errors.New("libolm: the pickle is not unpadded base64")
	// ErrKey is returned for a pickle that the key does not open: it is the
	// wrong key, or the pickle was altered.
	ErrKey = errors.New("libolm: the pickle does not open with this key")
	// ErrVersion is returned for a pickle of a version that libolm does not
	// know.
	ErrVersion = errors.New("libolm: unknown pickle version")
	// ErrLegacyAccount is returned for an account of pickle version 1, whose
	// signing key was cut short: it must be taken as compromised, and the
	// device made anew.
	ErrLegacyAccount = errors.New("libolm: the account has a signing key of the broken first version")
	// ErrCorrupted is returned for a pickle that opens but does not hold what
	// it should, or is longer than [MaxPickleLen].
	ErrCorrupted = errors.New("libolm: corrupted pickle")
	// ErrExtraData is returned for a pickle that opens but holds more than it
	// should.
	ErrExtraData = errors.New("libolm: the pickle holds more than it should")
	// ErrSessionVersion is returned for a session of version 2, which libolm
	// does not know and would take for one of version 1.
	ErrSessionVersion = errors.New("libolm: sessions of version 2 cannot be pickled for libolm")
)
