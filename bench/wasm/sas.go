//go:build js && wasm

package main

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/sas"
)

// resettableSAS keeps its key pair, because libolm, unlike [sas.SAS], lets the
// other side's key be set again.
type resettableSAS struct {
	pair curve25519.KeyPair
	sas  *sas.SAS
}

func (r *resettableSAS) Wipe() {
	r.pair.Wipe()
	r.sas.Wipe()
}

//go:wasmexport sas_create
func sasCreate(handle int32) int32 {
	return reply(func() (string, error) {
		r := &resettableSAS{pair: curve25519.GenerateKeyPair()}
		pair := r.pair.Clone()
		r.sas = sas.FromKeyPair(&pair)
		objects[handle] = r
		return r.sas.PublicKey().String(), nil
	})
}

//go:wasmexport sas_set_their_key
func sasSetTheirKey(handle, theirKey int32) int32 {
	return do(func() error {
		key, err := keys.ParseCurve25519(text(0, theirKey))
		if err != nil {
			return err
		}
		r := object[*resettableSAS](handle)
		r.sas.Wipe()
		pair := r.pair.Clone()
		r.sas = sas.FromKeyPair(&pair)
		return r.sas.SetTheirKey(key)
	})
}

//go:wasmexport sas_generate_bytes
func sasGenerateBytes(handle, info, length int32) int32 {
	return reply(func() ([]byte, error) {
		return object[*resettableSAS](handle).sas.Bytes(text(0, info), int(length))
	})
}
