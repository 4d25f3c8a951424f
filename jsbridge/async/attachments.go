//go:build js

package async

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/machine/attachment"
)

// FileEncrypter encrypts a file, piece by piece.
type FileEncrypter struct{ encrypter *attachment.Encrypter }

// FileDecrypter verifies a file, piece by piece, and then decrypts it.
type FileDecrypter struct {
	info      *attachment.Info
	verifier  *attachment.Verifier
	decrypter *attachment.Decrypter // nil before the file was verified
}

// FileKeys are for the platform's own AES in counter mode.
//
//bridge:internal
type FileKeys struct {
	Key     []byte
	Counter []byte
	Bits    uint32
}

// NewFile is a file that is being encrypted.
//
//bridge:internal
type NewFile struct {
	Encrypter *FileEncrypter
	Keys      FileKeys
}

// EncryptFile draws the key of a file.
//
//bridge:internal
func EncryptFile(context.Context) (NewFile, error) {
	e := attachment.NewEncrypter()
	return NewFile{&FileEncrypter{e}, fileKeys(e.Keys())}, nil
}

// DecryptFile reads an EncryptedFile. It throws ERR_ATTACHMENT_FORMAT or
// ERR_ATTACHMENT_VERSION.
//
//bridge:internal
func DecryptFile(_ context.Context, file bridge.JSON) (*FileDecrypter, error) {
	info, err := attachment.Parse(file)
	if err != nil {
		return nil, err
	}
	return &FileDecrypter{info: info, verifier: attachment.NewVerifier(info)}, nil
}

func fileKeys(k attachment.Keys) FileKeys { return FileKeys{k.Key, k.Counter, uint32(k.Bits)} }

// Fault does nothing: nobody waits for the object.
func (e *FileEncrypter) Fault() {}

// Wipe overwrites the keys.
func (e *FileEncrypter) Wipe() { e.encrypter.Wipe() }

// Encrypt encrypts the next piece.
//
//bridge:internal
func (e *FileEncrypter) Encrypt(_ context.Context, piece []byte) ([]byte, error) {
	e.encrypter.Encrypt(piece, piece)
	return piece, nil
}

// Hash takes the next piece that the platform has encrypted.
//
//bridge:internal
func (e *FileEncrypter) Hash(_ context.Context, piece []byte) error {
	e.encrypter.Hash(piece)
	return nil
}

// Finish returns the EncryptedFile, without an address. The platform may have hashed
// the ciphertext.
//
//bridge:internal
func (e *FileEncrypter) Finish(_ context.Context, sum *[]byte) (bridge.SecretJSON, error) {
	info := e.encrypter.Finish()
	if sum != nil {
		info = e.encrypter.FinishWith([32]byte(*sum))
	}
	return info.JSON(""), nil
}

// Fault does nothing: nobody waits for the object.
func (d *FileDecrypter) Fault() {}

// Wipe overwrites the keys.
func (d *FileDecrypter) Wipe() {
	d.info.Wipe()
	if d.decrypter != nil {
		d.decrypter.Wipe()
	}
}

// Verify takes the next piece of the ciphertext.
//
//bridge:internal
func (d *FileDecrypter) Verify(_ context.Context, piece []byte) error {
	d.verifier.Write(piece)
	return nil
}

// Finish ends verifying, of which the platform may have made the hash. It throws
// ERR_ATTACHMENT_HASH.
//
//bridge:internal
func (d *FileDecrypter) Finish(_ context.Context, sum *[]byte) (FileKeys, error) {
	decrypter, err := d.verifier.Finish()
	if sum != nil {
		decrypter, err = d.verifier.FinishWith([32]byte(*sum))
	}
	if err != nil {
		return FileKeys{}, err
	}
	d.decrypter = decrypter
	return fileKeys(decrypter.Keys()), nil
}

// Decrypt decrypts the next piece of what was verified. It throws
// ERR_ATTACHMENT_HASH before that.
//
//bridge:internal
func (d *FileDecrypter) Decrypt(_ context.Context, piece []byte) ([]byte, error) {
	if d.decrypter == nil {
		return nil, attachment.ErrHash
	}
	d.decrypter.Decrypt(piece, piece)
	return piece, nil
}
