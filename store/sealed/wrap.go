package sealed

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/seal"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// The data key lies in the store sealed under the user's key. Its record is
//
//	format (1 byte) || kind (1 byte) || parameters || sealed data key (80 bytes)
//
// where the parameters of a raw key are empty, and those of a passphrase
//
//	passes (4 bytes) || memory (4 bytes) || lanes (1 byte) || salt (16 bytes)
//
// All before the sealed data key is authenticated with it.

// The kinds of keys.
const (
	kindRaw        = 1
	kindPassphrase = 2
)

const (
	saltLen    = 16
	paramsLen  = 4 + 4 + 1 + saltLen
	wrappedLen = 32 + seal.Overhead
)

// wrap returns the record of a data key under a user's key.
func wrap(data *[32]byte, key *Key) ([]byte, error) {
	if !key.raw.IsZero() {
		return wrapUnder(key.raw.Array(), []byte{format, kindRaw}, data), nil
	}
	if len(key.passphrase.Expose()) == 0 || !key.params.enough() {
		return nil, ErrParams
	}
	var salt [saltLen]byte
	random.Fill(salt[:])
	p := key.params
	header := []byte{format, kindPassphrase}
	header = binary.BigEndian.AppendUint32(header, p.Passes)
	header = binary.BigEndian.AppendUint32(header, p.Memory)
	header = append(append(header, p.Lanes), salt[:]...)
	under := stretch(key.passphrase.Expose(), &salt, p)
	defer under.Wipe()
	return wrapUnder(under.Array(), header, data), nil
}

func wrapUnder(key *[32]byte, header []byte, data *[32]byte) []byte {
	return append(header, seal.Seal(key, data[:], wrapAssociated(header))...)
}

func wrapAssociated(header []byte) []byte {
	return append([]byte("mudpuppy store key "), header...)
}

// unwrap returns the data key in a record, or [ErrKey].
func unwrap(record []byte, key *Key) (data secret.Box[[32]byte], err error) {
	if len(record) < 2 {
		return data, ErrKey
	}
	if record[0] > format {
		return data, store.ErrTooNew
	}
	n := len(record) - wrappedLen
	switch {
	case record[0] != format:
	case record[1] == kindRaw && n == 2 && !key.raw.IsZero():
		return unwrapUnder(key.raw.Array(), record)
	case record[1] == kindPassphrase && n == 2+paramsLen && !key.passphrase.IsZero():
		b := record[2:]
		p := Params{Passes: binary.BigEndian.Uint32(b), Memory: binary.BigEndian.Uint32(b[4:]), Lanes: b[8]}
		if !p.allowed() {
			return data, ErrParams
		}
		under := stretch(key.passphrase.Expose(), (*[saltLen]byte)(b[9:]), p)
		defer under.Wipe()
		return unwrapUnder(under.Array(), record)
	}
	return data, ErrKey
}

func unwrapUnder(key *[32]byte, record []byte) (data secret.Box[[32]byte], err error) {
	n := len(record) - wrappedLen
	plaintext, err := seal.Open(key, record[n:], wrapAssociated(record[:n]))
	if err != nil {
		return data, ErrKey
	}
	defer secret.Wipe(plaintext)
	return secret.Of((*[32]byte)(plaintext)), nil
}
