// Package keyexport reads and writes the files in which people carry their room keys
// from one client to another: an array of sessions, encrypted under a passphrase.
//
//	w := keyexport.NewWriter(passphrase, keyexport.DefaultRounds)
//	text := w.Begin()
//	text = append(text, w.Session(json)...)     // for each session
//	text = append(text, w.End()...)
//
//	r := keyexport.NewReader(passphrase)
//	err := r.Verify(piece)                      // for each piece of the file
//	err = r.Verified()
//	sessions, err := r.Read(piece)              // for each piece, once more
//	err = r.Done()
//
// Files are read twice, because nothing in them may be believed before all of it has
// been authenticated; so neither reading nor writing needs memory for the whole.
//
// https://spec.matrix.org/latest/client-server-api/#key-exports
package keyexport

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

var (
	// ErrFormat means that a file is no export of room keys, or is damaged.
	ErrFormat = errors.New("keyexport: not an export of room keys")
	// ErrVersion means that it is of an unknown version.
	ErrVersion = errors.New("keyexport: unknown version")
	// ErrPassphrase means that the passphrase is wrong, or the file was altered.
	ErrPassphrase = errors.New("keyexport: wrong passphrase, or altered")
	// ErrRounds means that a file asks for more rounds than [MaxRounds].
	ErrRounds = errors.New("keyexport: too many rounds")
)

const (
	// DefaultRounds is how often the passphrase is hashed in files that are written.
	DefaultRounds = 500_000
	// MaxRounds is what a file may ask for: some minutes of work.
	MaxRounds = 50_000_000

	version = 1
	saltLen = 16
	ivLen   = 16
	macLen  = 32
	headLen = 1 + saltLen + ivLen + 4
	begin   = "-----BEGIN MEGOLM SESSION DATA-----"
	end     = "-----END MEGOLM SESSION DATA-----"
	lineLen = 96 // characters of base64 in a line
	maxOne  = 64 << 10
)

// KDF derives the keys of a file from its passphrase: PBKDF2 with HMAC-SHA-512, 64
// bytes. Where the platform has one that is faster than [PBKDF2] it can be used
// instead.
type KDF func(passphrase, salt []byte, rounds int) (*[64]byte, error)

// PBKDF2 is the derivation in plain Go (RFC 8018), for one block of output.
func PBKDF2(passphrase, salt []byte, rounds int) (*[64]byte, error) {
	d := NewDerivation(passphrase, salt, rounds)
	for !d.Step(rounds) {
	}
	return d.Key(), nil
}

// Derivation is [PBKDF2] in steps, for where nothing else runs meanwhile.
type Derivation struct {
	h          *sha2.HMAC512
	block, sum [64]byte
	left       int
}

// NewDerivation begins one.
func NewDerivation(passphrase, salt []byte, rounds int) *Derivation {
	d := &Derivation{h: sha2.NewHMAC512(passphrase), left: rounds - 1}
	d.h.Sum(&d.block, salt, []byte{0, 0, 0, 1})
	d.sum = d.block
	return d
}

// Step computes so many rounds, and reports whether there are no more.
func (d *Derivation) Step(rounds int) (done bool) {
	for range min(rounds, d.left) {
		d.h.Sum(&d.block, d.block[:])
		for i := range d.sum {
			d.sum[i] ^= d.block[i]
		}
	}
	d.left -= min(rounds, d.left)
	return d.left <= 0
}

// Key ends it, and returns the key.
func (d *Derivation) Key() *[64]byte {
	key := d.sum
	d.Wipe()
	return &key
}

// Wipe overwrites what is secret. Key does so as well.
func (d *Derivation) Wipe() {
	d.h.Wipe()
	secret.Wipe(d.block[:])
	secret.Wipe(d.sum[:])
}
