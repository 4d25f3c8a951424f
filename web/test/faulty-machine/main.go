//go:build js

// Command faulty-machine takes the place of wasm/full in tests of what happens when
// Go fails: it has some exports of the same names, which do the wrong thing.
package main

import (
	"context"
	"errors"
	"runtime"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/promise"
)

// secret must never be seen in an error.
const secret = "a secret"

type object struct{}

func (*object) Wipe()  {}
func (*object) Fault() { faults++ }

var faults uint32

//go:wasmexport faults
func countFaults() uint32 { return faults }

func init() {
	promise.Register(nil, func(w *promise.Writer, _ error) { w.PutUint32(0) })
}

//go:wasmexport openMemory
func openMemory(number, size, _ uint32) {
	promise.Start(number, size, nil, func(_ context.Context, c *promise.Call) error {
		c.PutObject(new(object))
		return nil
	})
}

//go:wasmexport openMachine
func openMachine(number, size, _ uint32) {
	promise.Start(number, size, nil, func(_ context.Context, c *promise.Call) error {
		c.PutObject(new(object))
		for range 4 { // keys, token, what was discarded
			c.PutText("")
		}
		return nil
	})
}

//go:wasmexport machine_trackUsers
func panics(number, size, self uint32) {
	promise.Start(number, size, bridge.Object[*object](self), func(_ context.Context, c *promise.Call) error {
		c.PutText(secret)
		panic(secret)
	})
}

//go:wasmexport machine_outgoingRequests
func waits(number, size, self uint32) {
	promise.Start(number, size, bridge.Object[*object](self), func(context.Context, *promise.Call) error {
		select {}
	})
}

//go:wasmexport machine_discardRoomKey
func fails(number, size, self uint32) {
	promise.Start(number, size, bridge.Object[*object](self), func(context.Context, *promise.Call) error {
		return errors.New(secret)
	})
}

//go:wasmexport machine_crossSigningStatus
func ends(number, size, self uint32) {
	promise.Start(number, size, bridge.Object[*object](self), func(context.Context, *promise.Call) error {
		go func() { panic(secret) }() // which nobody can recover from
		runtime.Gosched()
		select {}
	})
}

func main() { bridge.Serve() }
