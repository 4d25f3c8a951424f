// Package seal encrypts and authenticates stored data under a 32-byte key:
//
//	sealed := seal.Seal(&key, plaintext, associated)
//	plaintext, err := seal.Open(&key, sealed, associated)
//
// The associated data says what is sealed, say its table, name and version. It
// is not in the output; Open must be given the same again, so that a sealed
// value cannot pass for another. Who seals much under one key keeps a [Sealer],
// which derives its keys only once.
//
// It is AES-256-CTR with HMAC-SHA-256, encrypt, then MAC. HKDF-SHA-256 makes
// one key for each out of the caller's, without salt. Sealed data are
//
//	IV (16 bytes, random) || ciphertext || MAC (32 bytes)
//
// and the MAC covers the length of the associated data as 8 bytes, big-endian,
// the associated data, the IV and the ciphertext.
package seal

import (
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aes"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

// Overhead is how much longer sealed data are than the plaintext.
const Overhead = ivLen + macLen

const (
	ivLen  = aes.BlockSize
	macLen = 32
)

// ErrOpen means that the data are not what Seal returned for this key and this
// associated data. It does not say in what they differ.
var ErrOpen = errors.New("seal: cannot be opened")

// Seal returns plaintext encrypted and authenticated, together with the
// associated data, under key.
func Seal(key *[32]byte, plaintext, associated []byte) []byte {
	s := NewSealer(key)
	defer s.Wipe()
	return s.Append(nil, nil, associated, plaintext)
}

// Open returns the plaintext that was sealed under key with this associated
// data, or [ErrOpen]. Nothing is decrypted before the MAC is known to be right.
func Open(key *[32]byte, sealed, associated []byte) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, ErrOpen
	}
	s := NewSealer(key)
	defer s.Wipe()
	return s.Open(sealed, associated)
}

// A Sealer seals and opens under one key. Its methods may be called at the same
// time, except Wipe.
type Sealer struct {
	keys *keys // of two pointers: some verbs of fmt follow the first one
}

// NewSealer returns the Sealer of a key. The caller still owns, and wipes, the
// key.
func NewSealer(key *[32]byte) *Sealer {
	var derived [64]byte
	defer secret.Wipe(derived[:])
	sha2.HKDF256(derived[:], key[:], nil, []byte("mudpuppy seal v1"))
	return &Sealer{&keys{
		aes: aes.New((*[32]byte)(derived[:32])),
		mac: sha2.NewHMAC256(derived[32:]),
	}}
}

// Wipe overwrites the derived keys. The Sealer cannot be used afterwards.
func (s *Sealer) Wipe() { s.keys.wipe() }

// Append is [Seal] of the parts of a plaintext, one after the other, with the
// next of some IVs. It appends to dst, as append does. No copy of the plaintext
// is left behind.
func (s *Sealer) Append(ivs *IVs, dst, associated []byte, plaintext ...[]byte) []byte {
	n := Overhead
	for _, part := range plaintext {
		n += len(part)
	}
	dst = slices.Grow(dst, n)[:len(dst)+n]
	signed, mac := split(dst[len(dst)-n:])
	iv, ciphertext := signed[:ivLen], signed[ivLen:]
	ivs.take(iv)
	at := 0
	for _, part := range plaintext {
		at += copy(ciphertext[at:], part)
	}
	s.keys.crypt(ciphertext, ciphertext, iv)
	copy(mac, s.keys.sum(signed, associated)[:])
	return dst
}

// Open is the function [Open] under the key of the Sealer.
func (s *Sealer) Open(sealed, associated []byte) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, ErrOpen
	}
	signed, mac := split(sealed)
	if subtle.ConstantTimeCompare(mac, s.keys.sum(signed, associated)[:]) != 1 {
		return nil, ErrOpen
	}
	iv, ciphertext := signed[:ivLen], signed[ivLen:]
	plaintext := make([]byte, len(ciphertext))
	s.keys.crypt(plaintext, ciphertext, iv)
	return plaintext, nil
}

// split parts sealed data into what the MAC covers of them, and the MAC.
func split(sealed []byte) (signed, mac []byte) {
	n := len(sealed) - macLen
	return sealed[:n], sealed[n:]
}

// keys are the two keys that one key stands for.
type keys struct {
	aes *aes.Cipher
	mac *sha2.HMAC256
}

func (k *keys) wipe() {
	k.aes.Wipe()
	k.mac.Wipe()
}

// crypt encrypts or decrypts, which is the same in CTR.
func (k *keys) crypt(dst, src, iv []byte) {
	counter := [ivLen]byte(iv)
	k.aes.CTR(dst, src, &counter)
}

func (k *keys) sum(signed, associated []byte) *[macLen]byte {
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(associated)))
	var mac [macLen]byte
	k.mac.Sum(&mac, length[:], associated, signed)
	return &mac
}
