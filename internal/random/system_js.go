//go:build js

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

func system(b []byte) (err error) {
	defer func() {
		if recover() != nil { // a getter, or getRandomValues itself, threw
			err = errNoCrypto
		}
	}()
	// Value.Get of a getter that throws would end the program, Value.Call is
	// recovered from.
	crypto := js.Global().Get("Reflect").Call("get", js.Global(), "crypto")
	if crypto.Type() != js.TypeObject {
		return errNoCrypto
	}
	array := js.Global().Get("Uint8Array").New(min(len(b), maxChunk))
	for len(b) > 0 {
		n := min(len(b), maxChunk)
		crypto.Call("getRandomValues", array)
		js.CopyBytesToGo(b[:n], array)
		b = b[n:]
	}
	array.Call("fill", 0)
	return nil
}
