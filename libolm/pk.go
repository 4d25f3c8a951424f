package libolm

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
)

// pkDecryptionVersion is the version of the pickle of a pk.Decryption.
const pkDecryptionVersion = 1

// PicklePkDecryption returns the key pair as a pickle that libolm reads. It
// returns [pk.ErrWiped].
func PicklePkDecryption(d *pk.Decryption, key []byte) (string, error) {
	state := d.State()
	if state.Private.IsZero() {
		return "", pk.ErrWiped
	}
	return seal(encodePkDecryption(state), key), nil
}

// UnpicklePkDecryption reads a key pair that libolm pickled.
//
// It returns [ErrBase64], [ErrKey], [ErrVersion], [ErrCorrupted] or
// [ErrExtraData].
func UnpicklePkDecryption(pickle string, key []byte) (*pk.Decryption, error) {
	state, err := unpickle(pickle, key, readPkDecryption)
	if err != nil {
		return nil, err
	}
	return pk.DecryptionFromState(state), nil
}

func encodePkDecryption(k *curve25519.KeyPair) []byte {
	w := pickle.NewWriter(4 + keyPairLen)
	w.Uint32(pkDecryptionVersion)
	writeKeyPair(w, k)
	return w.Bytes()
}

func readPkDecryption(r *pickle.Reader, version uint32) (*curve25519.KeyPair, error) {
	if version != pkDecryptionVersion {
		return nil, ErrVersion
	}
	k := readKeyPair(r)
	return &k, nil
}
