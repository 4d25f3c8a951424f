package libolm

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/aessha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

const (
	pickleInfo = "Pickle" // which HKDF takes
	macLen     = 8
)

// seal encrypts what a pickle holds, and wipes it.
func seal(content, key []byte) string {
	cipher := aessha2.New(key, pickleInfo)
	defer cipher.Wipe()
	sealed := make([]byte, 0, aessha2.CiphertextLen(len(content))+macLen)
	sealed = cipher.Append(sealed, content)
	sealed = cipher.AppendMAC(sealed, sealed, macLen)
	secret.Wipe(content)
	return base64.Encode(sealed)
}

// open decrypts what seal made. The caller wipes the result.
func open(text string, key []byte) ([]byte, error) {
	if len(text) > MaxPickleLen {
		return nil, ErrCorrupted
	}
	sealed, err := base64.Decode(text)
	if err != nil {
		return nil, ErrBase64
	}
	n := len(sealed) - macLen
	if n < 0 {
		return nil, ErrKey
	}
	cipher := aessha2.New(key, pickleInfo)
	defer cipher.Wipe()
	content, ok := cipher.Open(sealed[:n], sealed[n:], sealed[:n])
	if !ok {
		return nil, ErrKey
	}
	return content, nil
}

// object is the state of what is pickled.
type object interface{ Wipe() }

// unpickle opens a pickle and reads its object.
func unpickle[T object](text string, key []byte, read reading[T]) (T, error) {
	content, err := open(text, key)
	if err != nil {
		var none T
		return none, err
	}
	defer secret.Wipe(content)
	return decode(content, read)
}

// reading reads an object, whose version it is given and checks first. What
// cannot be read the Reader remembers.
type reading[T object] func(r *pickle.Reader, version uint32) (T, error)

// decode reads the object that a pickle holds.
func decode[T object](content []byte, read reading[T]) (none T, err error) {
	r := pickle.NewReader(content)
	version := r.Uint32()
	if r.Failed() {
		return none, ErrCorrupted
	}
	o, err := read(r, version)
	switch {
	case err != nil:
		return none, err
	case r.Failed():
		err = ErrCorrupted
	case !r.Done():
		err = ErrExtraData
	default:
		return o, nil
	}
	o.Wipe()
	return none, err
}
