package attachment

import (
	"bytes"
	"crypto/subtle"
)

// Keys are for a host that has AES of its own, as browsers do, and encrypts and
// decrypts in counter mode itself. What it then says of the ciphertext, its hash, goes
// to FinishWith, or the ciphertext to [Encrypter.Hash] or [Verifier.Write].
type Keys struct {
	Key     []byte // AES-256: a secret, which its receiver wipes
	Counter []byte // the block that the counter begins with
	Bits    int    // how many of its low bits count
}

func (i *Info) keys() Keys {
	k := Keys{bytes.Clone(i.key.Array()[:]), bytes.Clone(i.iv[:]), 64}
	if i.Version == Version0 {
		k.Bits = 128
	}
	return k
}

// Keys returns the keys of the file.
func (e *Encrypter) Keys() Keys { return e.info.keys() }

// Hash takes the next piece of a file that the host has encrypted.
func (e *Encrypter) Hash(ciphertext []byte) { e.hash.Write(ciphertext) }

// FinishWith is [Encrypter.Finish] for a file that the host has hashed.
func (e *Encrypter) FinishWith(sum [32]byte) *Info {
	e.stream.Wipe()
	e.info.Hash = sum
	return e.info
}

// FinishWith is [Verifier.Finish] for a file that the host has hashed.
func (v *Verifier) FinishWith(sum [32]byte) (*Decrypter, error) {
	if subtle.ConstantTimeCompare(sum[:], v.info.Hash[:]) != 1 || v.info.key.IsZero() {
		return nil, ErrHash
	}
	return &Decrypter{v.info, newStream(v.info)}, nil
}

// Keys returns the keys of the file, which nobody gets before it was verified.
func (d *Decrypter) Keys() Keys { return d.info.keys() }
