//go:build js

// Command deep is wasm/olm with exports that let a test see how much of the
// stack its calls use.
package main

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	_ "github.com/mudpuppy-e2ee/mudpuppy/jsbridge"
)

// paint fills the stack below its caller with a pattern.
//
//go:wasmexport paint
func paint() { fill(0xa5) }

//go:noinline
func fill(value byte) {
	var frame [64 << 10]byte
	write(&frame, value)
}

//go:noinline
func write(frame *[64 << 10]byte, value byte) {
	for i := range frame {
		frame[i] = value
	}
}

// deep is a call that uses more of the stack than is cleared.
//
//go:wasmexport deep
func deep() int32 {
	return bridge.Run(func(*bridge.Call) error {
		fill(1)
		return nil
	})
}

func main() { bridge.Serve() }
