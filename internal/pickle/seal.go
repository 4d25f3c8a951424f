package pickle

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/seal"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// MaxLen bounds the length of a pickle. The longest real one, an account with
// 5,000 one-time keys, has a third of it.
const MaxLen = 1 << 20

// sealVersion is the first byte of a pickle and says how the rest is sealed.
const sealVersion = 1

var (
	// ErrKey is returned for a pickle that the key does not open: it is the
	// wrong key, the pickle of another kind of object, or one that was altered.
	ErrKey = errors.New("pickle: it does not open with this key")
	// ErrVersion is returned for a pickle of an unknown version.
	ErrVersion = errors.New("pickle: unknown version")
	// ErrCorrupted is returned for a pickle that opens but does not hold what
	// it should.
	ErrCorrupted = errors.New("pickle: corrupted")
)

// Seal encrypts what a Writer wrote, and wipes it. The kind names what is
// pickled, so that one object cannot be passed off as another.
func Seal(key *[32]byte, kind string, plaintext []byte) []byte {
	defer secret.Wipe(plaintext) // without randomness Seal panics
	sealed := seal.Seal(key, plaintext, []byte(kind))
	return append([]byte{sealVersion}, sealed...)
}

// Open decrypts what Seal made. The caller wipes the result.
func Open(key *[32]byte, kind string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || len(sealed) > MaxLen {
		return nil, ErrCorrupted
	}
	if sealed[0] != sealVersion {
		return nil, ErrVersion
	}
	plaintext, err := seal.Open(key, sealed[1:], []byte(kind))
	if err != nil {
		return nil, ErrKey
	}
	return plaintext, nil
}
