//go:build js

// Command wasm is the WebAssembly module of package probe, as wasm/olm is that
// of jsbridge.
package main

import (
	_ "github.com/mudpuppy-e2ee/mudpuppy/bench/probe"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
)

func main() { bridge.Serve() }
