// Package attachment encrypts files that are sent in encrypted rooms. The file goes
// to the media repository encrypted; what it takes to read it goes into the message.
//
//	ciphertext, info := attachment.Encrypt(plaintext)
//	file, err := info.JSON("mxc://example.org/…")            // content.file of the message
//
//	info, err := attachment.Parse(file)
//	plaintext, err := attachment.Decrypt(ciphertext, info)   // the hash is checked first
//
// Large files go piece by piece: see [Encrypter], [Verifier] and [Decrypter]. Nothing of a
// file may be shown before all of it has been verified, because it is encrypted in
// a mode that anybody can change bits through.
//
// https://spec.matrix.org/latest/client-server-api/#sending-encrypted-attachments
package attachment

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aes"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

var (
	// ErrFormat means that an EncryptedFile is malformed.
	ErrFormat = errors.New("attachment: malformed")
	// ErrVersion means that it is of a version, or has an algorithm, that is not known.
	ErrVersion = errors.New("attachment: unknown version or algorithm")
	// ErrHash means that the file is not the one that was encrypted.
	ErrHash = errors.New("attachment: the file was altered, or is another one")
)

// Version says how the file was encrypted. Version 2 is written, the others are read.
type Version int

// The versions. They differ in how the counter counts: in all of its 128 bits, or
// in the low 64 of them.
const (
	Version0 Version = iota
	Version1
	Version2
)

// Info is what it takes to read a file: a secret.
type Info struct {
	Version Version
	Hash    [32]byte // SHA-256 of the ciphertext
	URL     string   // of the ciphertext, mxc://
	iv      [16]byte
	key     secret.Box[[32]byte]
}

// Wipe overwrites the key.
func (i *Info) Wipe() { i.key.Wipe() }

// Encrypt encrypts a file under a key of its own.
func Encrypt(plaintext []byte) (ciphertext []byte, info *Info) {
	e := NewEncrypter()
	ciphertext = make([]byte, len(plaintext))
	e.Encrypt(ciphertext, plaintext)
	return ciphertext, e.Finish()
}

// Decrypt verifies a file and decrypts it. It returns [ErrHash].
func Decrypt(ciphertext []byte, info *Info) ([]byte, error) {
	v := NewVerifier(info)
	v.Write(ciphertext)
	d, err := v.Finish()
	if err != nil {
		return nil, err
	}
	plaintext := make([]byte, len(ciphertext))
	d.Decrypt(plaintext, ciphertext)
	d.Wipe()
	return plaintext, nil
}

func newStream(info *Info) *aes.Pieces {
	return aes.NewPieces(info.key.Array(), &info.iv, info.Version != Version0)
}

// Encrypter encrypts a file piece by piece.
type Encrypter struct {
	info   *Info
	stream *aes.Pieces
	hash   *sha2.Hash256
}

// NewEncrypter draws a key for a file.
func NewEncrypter() *Encrypter {
	info := &Info{Version: Version2, key: secret.New[[32]byte]()}
	random.Fill(info.key.Array()[:])
	// The low half counts, from zero, so that it cannot overflow into the high one.
	random.Fill(info.iv[:8])
	return &Encrypter{info: info, stream: newStream(info), hash: sha2.NewHash256()}
}

// Encrypt encrypts the next piece into dst, which has its length and may be the same.
func (e *Encrypter) Encrypt(dst, piece []byte) {
	e.stream.XOR(dst, piece)
	e.hash.Write(dst[:len(piece)])
}

// Finish ends the file, and returns what it takes to read it.
func (e *Encrypter) Finish() *Info { return e.FinishWith(e.hash.Sum()) }

// Wipe overwrites the keys, also those of what [Encrypter.Finish] returned.
func (e *Encrypter) Wipe() {
	e.stream.Wipe()
	e.info.Wipe()
}

// Verifier goes through a file piece by piece, to see whether it is the right one.
type Verifier struct {
	info *Info
	hash *sha2.Hash256
}

// NewVerifier begins to verify a file.
func NewVerifier(info *Info) *Verifier { return &Verifier{info, sha2.NewHash256()} }

// Write takes the next piece.
func (v *Verifier) Write(piece []byte) { v.hash.Write(piece) }

// Finish ends the file, and returns what decrypts it, from its beginning, or
// [ErrHash].
func (v *Verifier) Finish() (*Decrypter, error) { return v.FinishWith(v.hash.Sum()) }

// Decrypter decrypts a file that was verified, piece by piece. It must be given the
// same bytes that the [Verifier] was given.
type Decrypter struct {
	info   *Info
	stream *aes.Pieces
}

// Decrypt decrypts the next piece into dst, which has its length and may be the same.
func (d *Decrypter) Decrypt(dst, piece []byte) { d.stream.XOR(dst, piece) }

// Wipe overwrites the keys.
func (d *Decrypter) Wipe() { d.stream.Wipe() }
