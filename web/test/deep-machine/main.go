//go:build js

// Command deep-machine is wasm/full with a call that paints the stack of the goroutine
// that makes calls, far below what is cleared after each, and one that uses too much.
package main

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/promise"
	_ "github.com/mudpuppy-e2ee/mudpuppy/jsbridge"
	_ "github.com/mudpuppy-e2ee/mudpuppy/jsbridge/async"
)

const painted = 120 << 10 // what is larger would not be on the stack

//go:wasmexport paint
func exportPaint(number, size uint32) {
	promise.Start(number, size, nil, func(context.Context, *promise.Call) error {
		fill(0xa5)
		return nil
	})
}

// deep is a call that uses more of the stack than is cleared.
//
//go:wasmexport deep
func deep(number, size uint32) {
	promise.Start(number, size, nil, func(context.Context, *promise.Call) error {
		fill(1)
		return nil
	})
}

//go:noinline
func fill(value byte) {
	var frame [painted]byte
	write(&frame, value)
}

//go:noinline
func write(frame *[painted]byte, value byte) {
	for i := range frame {
		frame[i] = value
	}
}

func main() { bridge.Serve() }
