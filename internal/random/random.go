// Package random is the one source of randomness of the whole module.
//
// Natively it is crypto/rand; in WebAssembly it is crypto.getRandomValues,
// called directly. Importers of the module cannot replace it; tests inside the
// module can, with [Replace].
package random

import (
	"io"
	"sync/atomic"
)

var source atomic.Pointer[io.Reader]

// Fill overwrites b with random bytes. There is no safe way on without
// randomness, so it panics where the platform has none: see [Check].
func Fill(b []byte) {
	if r := source.Load(); r != nil {
		if _, err := io.ReadFull(*r, b); err != nil {
			panic("random: the replaced source failed: " + err.Error())
		}
		return
	}
	if err := system(b); err != nil {
		panic(err.Error())
	}
}

// Check reports whether the platform gives randomness at all, so that a
// program can refuse to start instead of panicking later.
func Check() error {
	var probe [1]byte
	return system(probe[:])
}

// Replace makes every later [Fill] read from r, for tests that need to know
// the random bytes, and returns a function that restores the system's source.
func Replace(r io.Reader) (restore func()) {
	source.Store(&r)
	return func() { source.Store(nil) }
}
