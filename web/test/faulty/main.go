//go:build js

// Command faulty takes the place of wasm/olm in tests of what happens when Go
// fails: it has some exports of the same names, which do the wrong thing.
package main

import (
	"errors"
	"sync"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
)

// secret must never be seen in an error.
const secret = "a secret"

//go:wasmexport account_new
func panics() int32 {
	return bridge.Run(func(c *bridge.Call) error {
		c.PutBytes([]byte(secret))
		panic(secret)
	})
}

//go:wasmexport outboundGroupSession_new
func returnsUnknownError() int32 {
	return bridge.Run(func(*bridge.Call) error { return errors.New(secret) })
}

//go:wasmexport generatePkSigningSeed
func works() int32 {
	return bridge.Run(func(c *bridge.Call) error {
		c.PutBytes([]byte{1, 2, 3})
		return nil
	})
}

// Nothing recovers from this.
//
//go:wasmexport pkDecryption_new
func crashes() int32 {
	return bridge.Run(func(*bridge.Call) error {
		new(sync.Mutex).Unlock()
		return nil
	})
}

func main() { bridge.Serve() }
