// Package random is the one source of randomness of the whole module.
//
// In WebAssembly it is crypto.getRandomValues, called directly. Natively it is
// crypto/rand, with whatever Reader the program has set there. Importers of the
// module have no other way to replace it; tests inside the module do so with
// [Replace].
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
// program can refuse to start instead of panicking later. Natively crypto/rand
// ends the program itself.
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
