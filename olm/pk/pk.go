// Package pk encrypts to a public key, with no session: the encryption of
// Matrix key backups (m.megolm_backup.v1.curve25519-aes-sha2), and libolm's
// signatures from a seed.
//
// A device that knows the public key of the backup can write to it; only the
// private key reads it.
//
//	backup := pk.NewDecryption()
//
//	message, err := pk.Encryption{RecipientKey: backup.PublicKey()}.Encrypt(sessionData)
//	sessionData, err = backup.Decrypt(message)
//
// # Messages are not authenticated
//
// What decrypts may be forged. The format was meant to authenticate the
// ciphertext, but by an old mistake, which every implementation has to repeat,
// its MAC covers the empty string. So whoever stores a message, such as the
// homeserver, can
//
//   - replace it: the public key is all it takes to write one,
//   - alter it: what comes out is garbled in one block and, in the next,
//     changed bit by bit as they like; only broken padding is noticed,
//   - read all of it but the first 16 bytes, if they can alter it some thousands
//     of times and learn each time whether it decrypted.
//
// Give a decrypted message no more trust than one that came in the clear, mark
// keys restored from a backup as unauthenticated, and never answer to the
// sender or the server whether a message decrypted. The public key needs a
// signature that is checked before anything is encrypted to it.
//
// After an error an object is bit for bit what it was before the call. Objects
// may be used by one goroutine at a time. Wipe them when they are no longer
// needed.
//
// https://spec.matrix.org/latest/client-server-api/#backup-algorithm-mmegolm_backupv1curve25519-aes-sha2
package pk

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// Errors, to be compared by errors.Is.
var (
	// ErrDecrypt is returned for a message that does not decrypt: of another
	// recipient, or broken. It does not tell what is wrong with it.
	ErrDecrypt = errors.New("pk: the message does not decrypt")
	// ErrWeakKey is returned for a public key of low order, with which
	// everybody could compute the shared secret.
	ErrWeakKey = curve25519.ErrLowOrder
	// ErrPickleKey is returned for a pickle that does not open: the key is
	// wrong, or the pickle is of another kind of object or was altered.
	ErrPickleKey = pickle.ErrKey
	// ErrPickleVersion is returned for a pickle of an unknown version.
	ErrPickleVersion = pickle.ErrVersion
	// ErrPickleCorrupted is returned for a pickle that opens but does not
	// hold what it should, or is too long.
	ErrPickleCorrupted = pickle.ErrCorrupted
	// ErrWiped is returned by an object that was wiped, or never made.
	ErrWiped = errors.New("pk: the object was wiped")
)

// secretKey keeps the embedded field unexported.
type secretKey = secret.Box[[32]byte]

// PrivateKey is the private key of a [Decryption], or the seed of a [Signing].
// It prints as "redacted" and does not marshal; Array gives its bytes. Whoever
// got it wipes it.
type PrivateKey struct{ secretKey }

// Array gives access to the bytes of the key themselves, nil after Wipe. They
// must not outlive the key.
func (k PrivateKey) Array() *[32]byte { return k.secretKey.Array() }

// Wipe overwrites the key, for every copy of it.
func (k *PrivateKey) Wipe() { k.secretKey.Wipe() }
