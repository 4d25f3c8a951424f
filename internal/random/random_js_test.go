//go:build js

package random

import (
	"errors"
	"syscall/js"
	"testing"
)

// setCrypto makes globalThis.crypto the given value until the test ends.
func setCrypto(t *testing.T, value any) {
	t.Helper()
	object, global := js.Global().Get("Object"), js.Global()
	before := object.Call("getOwnPropertyDescriptor", global, "crypto")
	descriptor := object.New()
	descriptor.Set("configurable", true)
	descriptor.Set("value", value)
	object.Call("defineProperty", global, "crypto", descriptor)
	forgetHost() // as at the start of a program
	t.Cleanup(func() {
		object.Call("defineProperty", global, "crypto", before)
		forgetHost()
		if err := Check(); err != nil {
			t.Fatal("crypto was not restored")
		}
	})
}

func function(body string) js.Value {
	return js.Global().Get("Function").New(body)
}

func object(key string, value any) js.Value {
	o := js.Global().Get("Object").New()
	o.Set(key, value)
	return o
}

func TestT10WithoutCryptoNothingIsDrawn(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
	}{
		{"undefined", js.Undefined()},
		{"null", js.Null()},
		{"a number", 4},
		{"an empty object", js.Global().Get("Object").New()},
		{"no function", object("getRandomValues", 4)},
		{"a function that throws", object("getRandomValues", function("throw new Error('quota')"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			setCrypto(t, c.value)
			if err := Check(); !errors.Is(err, errNoCrypto) {
				t.Errorf("Check: error %v", err)
			}
			defer func() {
				if recover() == nil {
					t.Error("Fill went on without randomness")
				}
			}()
			Fill(make([]byte, 32))
		})
	}
}

// TestT9JavaScriptKeepsNoRandomBytes watches the arrays that pass the border:
// at most 65,536 bytes at once, and zero once the caller has wiped its own.
func TestT9JavaScriptKeepsNoRandomBytes(t *testing.T) {
	source := object("arrays", js.Global().Get("Array").New())
	source.Set("getRandomValues", function("this.arrays.push(arguments[0]); arguments[0].fill(7); return arguments[0]"))
	setCrypto(t, source)

	b := make([]byte, 150_000)
	Fill(b)
	for i, c := range b {
		if c != 7 {
			t.Fatalf("byte %d is %d", i, c)
		}
	}
	clear(b) // the arrays may be views of it
	arrays := source.Get("arrays")
	if arrays.Length() != 3 {
		t.Errorf("%d requests", arrays.Length())
	}
	for i := range arrays.Length() {
		array := arrays.Index(i)
		if n := array.Length(); n > 65536 {
			t.Errorf("request %d is for %d bytes", i, n)
		}
		if array.Call("some", function("return arguments[0] !== 0")).Bool() {
			t.Errorf("array %d still holds random bytes", i)
		}
	}
}
