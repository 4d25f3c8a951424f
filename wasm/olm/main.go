//go:build js

// Command olm is the WebAssembly module of the npm package's entry
// mudpuppy/olm: what jsbridge exports, and nothing else.
package main

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	_ "github.com/mudpuppy-e2ee/mudpuppy/jsbridge"
)

func main() { bridge.Serve() }
