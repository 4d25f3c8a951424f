//go:build js && wasm

package main

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

//go:wasmexport utility_sha256
func utilitySHA256(message int32) int32 {
	return reply(func() (string, error) {
		sum := sha2.Sum256(argument(0, message))
		return base64.Encode(sum[:]), nil
	})
}

//go:wasmexport utility_ed25519_verify
func utilityEd25519Verify(key, message, signature int32) int32 {
	return do(func() error {
		k, err := keys.ParseEd25519(text(0, key))
		if err != nil {
			return err
		}
		s, err := keys.ParseSignature(text(key+message, signature))
		if err != nil {
			return err
		}
		return k.Verify(argument(key, message), s)
	})
}
