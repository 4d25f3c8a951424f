package pickle

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// Reader reads values from a buffer. Reading past the end gives zeroes and is
// remembered, so that it need be asked for only once, at the end.
//
// Its methods are not inlined, nor are those of [Writer]: what the many fields of
// the pickles would grow by, every browser would load.
type Reader struct {
	rest   []byte
	failed bool
}

// NewReader returns a Reader of b, which it does not copy.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Fail marks what is being read as unreadable.
//
//go:noinline
func (r *Reader) Fail() { r.failed, r.rest = true, nil }

// Failed reports whether anything could not be read.
//
//go:noinline
func (r *Reader) Failed() bool { return r.failed }

// Done reports whether everything was read, with nothing left over.
//
//go:noinline
func (r *Reader) Done() bool { return !r.failed && len(r.rest) == 0 }

// Left is the number of bytes not yet read.
//
//go:noinline
func (r *Reader) Left() int { return len(r.rest) }

// Raw returns the next n bytes, a part of the buffer, or nil.
//
//go:noinline
func (r *Reader) Raw(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.Fail()
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// Key reads a public key of 32 bytes.
//
//go:noinline
func (r *Reader) Key() (key [32]byte) {
	copy(key[:], r.Raw(len(key)))
	return key
}

// Secret reads a secret of 32 bytes.
//
//go:noinline
func (r *Reader) Secret() secret.Box[[32]byte] {
	box := secret.New[[32]byte]()
	copy(box.Array()[:], r.Raw(32))
	return box
}

// SigningKey reads the public and the expanded private key of Ed25519.
//
//go:noinline
func (r *Reader) SigningKey() curve25519.SigningKey {
	public := r.Key()
	var none [64]byte
	expanded := &none
	if b := r.Raw(len(none)); b != nil {
		expanded = (*[64]byte)(b)
	}
	return curve25519.RestoreSigningKey(&public, expanded)
}

// Uint8 reads a byte.
//
//go:noinline
func (r *Reader) Uint8() uint8 {
	if b := r.Raw(1); b != nil {
		return b[0]
	}
	return 0
}

// Bool reads 0 or 1; any other byte is an error.
//
//go:noinline
func (r *Reader) Bool() bool {
	v := r.Uint8()
	if v > 1 {
		r.Fail()
	}
	return v == 1
}

// Uint32 reads a number, big-endian.
//
//go:noinline
func (r *Reader) Uint32() uint32 {
	if b := r.Raw(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// Count reads the length of a list of at most limit elements, each at least
// size bytes long, so that no list longer than the buffer is allocated.
//
//go:noinline
func (r *Reader) Count(limit, size int) int {
	n := r.Uint32()
	if uint64(n) > uint64(limit) || uint64(n)*uint64(size) > uint64(len(r.rest)) {
		r.Fail()
		return 0
	}
	return int(n)
}
