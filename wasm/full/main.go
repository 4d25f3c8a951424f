//go:build js

// Command full is the WebAssembly module of the npm package's main entry,
// mudpuppy: the machine with its stores, and all that mudpuppy/olm has.
package main

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	_ "github.com/mudpuppy-e2ee/mudpuppy/jsbridge"
	_ "github.com/mudpuppy-e2ee/mudpuppy/jsbridge/async"
)

func main() { bridge.Serve() }
