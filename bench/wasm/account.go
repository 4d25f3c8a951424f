//go:build js && wasm

package main

import (
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

//go:wasmexport account_create
func accountCreate(account int32) int32 {
	return do(func() error {
		a := olm.NewAccount()
		objects[account] = a
		_, err := a.SetOneTimeKeyLimit(libolm.MaxOneTimeKeys)
		return err
	})
}

//go:wasmexport account_curve25519_key
func accountCurve25519Key(account int32) int32 {
	return reply(func() (string, error) { return object[*olm.Account](account).Curve25519Key().String(), nil })
}

//go:wasmexport account_ed25519_key
func accountEd25519Key(account int32) int32 {
	return reply(func() (string, error) { return object[*olm.Account](account).Ed25519Key().String(), nil })
}

//go:wasmexport account_sign
func accountSign(account, message int32) int32 {
	return reply(func() (string, error) {
		return object[*olm.Account](account).Sign(argument(0, message)).String(), nil
	})
}

//go:wasmexport account_generate_one_time_keys
func accountGenerateOneTimeKeys(account, count int32) int32 {
	return do(func() error {
		_, err := object[*olm.Account](account).GenerateOneTimeKeys(int(count))
		return err
	})
}

//go:wasmexport account_generate_fallback_key
func accountGenerateFallbackKey(account int32) int32 {
	return do(func() error {
		object[*olm.Account](account).GenerateFallbackKey()
		return nil
	})
}

//go:wasmexport account_fallback_key
func accountFallbackKey(account int32) int32 {
	return reply(func() (string, error) {
		key, _ := object[*olm.Account](account).FallbackKey()
		return key.Key.String(), nil
	})
}

//go:wasmexport account_pickle
func accountPickle(account, key int32) int32 {
	return reply(func() ([]byte, error) {
		return object[*olm.Account](account).Pickle((*[32]byte)(argument(0, key)))
	})
}

//go:wasmexport account_unpickle
func accountUnpickle(account, key, pickle int32) int32 {
	return do(func() (err error) {
		objects[account], err = olm.UnpickleAccount(argument(key, pickle), (*[32]byte)(argument(0, key)))
		return err
	})
}

//go:wasmexport account_pickle_libolm
func accountPickleLibolm(account, key int32) int32 {
	return reply(func() (string, error) {
		return libolm.PickleAccount(object[*olm.Account](account), argument(0, key))
	})
}

//go:wasmexport account_unpickle_libolm
func accountUnpickleLibolm(account, key, pickle int32) int32 {
	return do(func() (err error) {
		objects[account], err = libolm.UnpickleAccount(text(key, pickle), argument(0, key))
		return err
	})
}
