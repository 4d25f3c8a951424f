//go:build js

// Command faulty takes the place of wasm/olm in tests of what happens when Go
// fails: it has some exports of the same names, which do the wrong thing.
package main

import (
	"errors"
	"runtime"
	"sync"
	"time"
	"unsafe"

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

// Nothing recovers from these.

//go:wasmexport pkDecryption_new
func exits() int32 {
	return bridge.Run(func(*bridge.Call) error {
		new(sync.Mutex).Unlock()
		return nil
	})
}

//go:wasmexport sas_new
func traps() int32 {
	return bridge.Run(func(c *bridge.Call) error {
		c.PutUint32(*(*uint32)(unsafe.Add(unsafe.Pointer(c), 1<<31-1))) // beyond all memory
		return nil
	})
}

// keeper is an object that keeps what it is made of.
type keeper struct{ secret [32]byte }

func (k *keeper) Wipe() { k.secret = [32]byte{} }

//go:wasmexport pkSigning_new
func keeps() int32 {
	return bridge.Run(func(c *bridge.Call) error {
		c.PutObject(&keeper{*c.Array32()})
		return nil
	})
}

// panicsLate panics when its argument is everywhere.
//
//go:wasmexport sasCommitment
func panicsLate(key, content uint32) int32 {
	return bridge.Run(func(c *bridge.Call) error {
		c.Text(key)
		b := c.Bytes(content)
		bury((*[32]byte)(b), 20)
		c.PutText(unsafe.String(&b[0], len(b)))
		panic(secret)
	})
}

// buries leaves its argument on the stack, and has the garbage collected, which
// is when the runtime may move a stack.
//
//go:wasmexport sha256
func buries(message uint32) int32 {
	return bridge.Run(func(c *bridge.Call) error {
		bury((*[32]byte)(c.Bytes(message)), 20)
		runtime.GC()
		c.PutText("")
		return nil
	})
}

//go:noinline
func bury(secret *[32]byte, depth int) byte {
	local := *secret
	if depth > 0 {
		local[0] = bury(&local, depth-1)
	}
	return local[0]
}

func main() {
	go func() { // so that there is always a timer to ring
		for {
			time.Sleep(20 * time.Millisecond)
		}
	}()
	bridge.Serve()
}
