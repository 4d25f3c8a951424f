//go:build js && wasm

package main

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
)

//go:wasmexport pk_encryption_set_recipient_key
func pkEncryptionSetRecipientKey(encryption, recipientKey int32) int32 {
	return do(func() error {
		key, err := keys.ParseCurve25519(text(0, recipientKey))
		objects[encryption] = pk.Encryption{RecipientKey: key}
		return err
	})
}

// pkEncryptionEncrypt returns ephemeral key, MAC and ciphertext as one string;
// the first two are of fixed length.
//
//go:wasmexport pk_encryption_encrypt
func pkEncryptionEncrypt(encryption, plaintext int32) int32 {
	return reply(func() (string, error) {
		message, err := object[pk.Encryption](encryption).Encrypt(argument(0, plaintext))
		if err != nil {
			return "", err
		}
		return message.EphemeralKey.String() + base64.Encode(message.MAC) + base64.Encode(message.Ciphertext), nil
	})
}

//go:wasmexport pk_decryption_generate_key
func pkDecryptionGenerateKey(decryption int32) int32 {
	return reply(func() (string, error) {
		d := pk.NewDecryption()
		objects[decryption] = d
		return d.PublicKey().String(), nil
	})
}

//go:wasmexport pk_decryption_decrypt
func pkDecryptionDecrypt(decryption, ephemeralKey, mac, ciphertext int32) int32 {
	return reply(func() ([]byte, error) {
		var message pk.Message
		var err error
		if message.EphemeralKey, err = keys.ParseCurve25519(text(0, ephemeralKey)); err != nil {
			return nil, err
		}
		if message.MAC, err = base64.Decode(text(ephemeralKey, mac)); err != nil {
			return nil, err
		}
		if message.Ciphertext, err = base64.Decode(text(ephemeralKey+mac, ciphertext)); err != nil {
			return nil, err
		}
		return object[*pk.Decryption](decryption).Decrypt(message)
	})
}

//go:wasmexport pk_signing_init_with_seed
func pkSigningInitWithSeed(signing, seed int32) int32 {
	return reply(func() (string, error) {
		s := pk.NewSigning((*[32]byte)(argument(0, seed)))
		objects[signing] = s
		return s.PublicKey().String(), nil
	})
}

//go:wasmexport pk_signing_sign
func pkSigningSign(signing, message int32) int32 {
	return reply(func() (string, error) {
		signature, err := object[*pk.Signing](signing).Sign(argument(0, message))
		return signature.String(), err
	})
}
