//go:build !wasm && !purego

package sha2

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding"
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// The standard library exports no compression function, but a hash there can
// be set to a saved state and saved again. A saved state is, in this order, a
// magic, the chaining value, one block of input not hashed yet (none here) and
// the length of the input so far (a multiple of the block size; zero will do).
// The hash package promises that later versions of Go still read such states.
const (
	magic256 = "sha\x03"
	magic512 = "sha\x07"
)

// errState is what a version of Go that broke that promise would panic with.
const errState = "sha2: the standard library does not read its saved state"

func compress256(state *[8]uint32, p []byte) {
	var saved [len(magic256) + 32 + block256 + 8]byte
	copy(saved[:], magic256)
	chain := saved[len(magic256):]
	for i, s := range state {
		binary.BigEndian.PutUint32(chain[4*i:], s)
	}
	d := sha256.New() // kept inline: through hash.Hash all of this would escape
	if d.(encoding.BinaryUnmarshaler).UnmarshalBinary(saved[:]) != nil {
		panic(errState)
	}
	d.Write(p)
	if _, err := d.(encoding.BinaryAppender).AppendBinary(saved[:0]); err != nil {
		panic(errState)
	}
	d.Reset()
	for i := range state {
		state[i] = binary.BigEndian.Uint32(chain[4*i:])
	}
	secret.Wipe(saved[:])
}

func compress512(state *[8]uint64, p []byte) {
	var saved [len(magic512) + 64 + block512 + 8]byte
	copy(saved[:], magic512)
	chain := saved[len(magic512):]
	for i, s := range state {
		binary.BigEndian.PutUint64(chain[8*i:], s)
	}
	d := sha512.New() // kept inline: through hash.Hash all of this would escape
	if d.(encoding.BinaryUnmarshaler).UnmarshalBinary(saved[:]) != nil {
		panic(errState)
	}
	d.Write(p)
	if _, err := d.(encoding.BinaryAppender).AppendBinary(saved[:0]); err != nil {
		panic(errState)
	}
	d.Reset()
	for i := range state {
		state[i] = binary.BigEndian.Uint64(chain[8*i:])
	}
	secret.Wipe(saved[:])
}
