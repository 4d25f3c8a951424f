//go:build js && !wasmhost

package random

import (
	"errors"
	"syscall/js"
)

// errNoCrypto is what Check returns where JavaScript has no crypto object, as
// on an insecure origin.
var errNoCrypto = errors.New("random: crypto.getRandomValues is missing")

// maxChunk is the largest request that getRandomValues grants.
const maxChunk = 65536

// host is JavaScript's crypto object, found once. It is kept, and with it some
// buffers there, since every value that Go takes from JavaScript has a finalizer
// to run; and a page cannot exchange later what was found at the start.
var host struct {
	crypto  js.Value
	buffers map[int]js.Value // by their length
}

// maxKept is the length of the longest buffer that is kept: all that keys, IVs
// and ratchets take.
const maxKept = 128

func system(b []byte) (err error) {
	defer func() {
		if recover() != nil { // a getter, or getRandomValues itself, threw
			err = errNoCrypto
		}
	}()
	if host.crypto.IsUndefined() {
		if err := findHost(); err != nil {
			return err
		}
	}
	for len(b) > 0 {
		n := min(len(b), maxChunk)
		buffer := hostBuffer(n)
		host.crypto.Call("getRandomValues", buffer)
		js.CopyBytesToGo(b[:n], buffer)
		buffer.Call("fill", 0)
		b = b[n:]
	}
	return nil
}

func findHost() error {
	// Value.Get of a getter that throws would end the program, Value.Call is
	// recovered from.
	get := func(object js.Value, name string) js.Value {
		return js.Global().Get("Reflect").Call("get", object, name)
	}
	crypto := get(js.Global(), "crypto")
	if crypto.Type() != js.TypeObject || get(crypto, "getRandomValues").Type() != js.TypeFunction {
		return errNoCrypto
	}
	host.crypto, host.buffers = crypto, make(map[int]js.Value)
	return nil
}

// hostBuffer returns a Uint8Array of a length.
func hostBuffer(n int) js.Value {
	if buffer, ok := host.buffers[n]; ok {
		return buffer
	}
	buffer := js.Global().Get("Uint8Array").New(n)
	if n <= maxKept {
		host.buffers[n] = buffer
	}
	return buffer
}
