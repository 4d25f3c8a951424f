//go:build js

package safejs_test

import (
	"errors"
	"syscall/js"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
)

func evaluate(t *testing.T, expression string) safejs.Value {
	t.Helper()
	f, err := safejs.MustGetGlobal("Function").New("return " + expression)
	if err != nil {
		t.Fatal(err)
	}
	v, err := f.Invoke()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhatWouldPanicIsAnError(t *testing.T) {
	object := evaluate(t, `({ f() { throw new RangeError("thrown") } })`)
	number, bytes := evaluate(t, "1"), make([]byte, 1)
	for name, f := range map[string]func() error{
		"a property of undefined": func() error { _, err := safejs.Undefined().Get("x"); return err },
		"to set one":              func() error { return safejs.Undefined().Set("x", 1) },
		"to delete one":           func() error { return safejs.Undefined().Delete("x") },
		"a method that is none":   func() error { _, err := object.Call("g"); return err },
		"a method that throws":    func() error { _, err := object.Call("f"); return err },
		"a number as a function":  func() error { _, err := number.Invoke(); return err },
		"a number as a class":     func() error { _, err := object.InstanceOf(number); return err },
		"a number as an array":    func() error { _, err := number.Length(); return err },
		"an element of a number":  func() error { _, err := number.Index(0); return err },
		"a number as a boolean":   func() error { _, err := number.Bool(); return err },
		"an object as a number":   func() error { _, err := object.Float(); return err },
		"what is not to be made":  func() error { _, err := evaluate(t, "Symbol").New(); return err },
		"a value of Go's own":     func() error { _, err := safejs.ValueOf(struct{}{}); return err },
		"no bytes to copy":        func() error { _, err := safejs.CopyBytesToGo(bytes, number); return err },
		"no place to copy to":     func() error { _, err := safejs.CopyBytesToJS(number, bytes); return err },
	} {
		t.Run(name, func(t *testing.T) {
			if f() == nil {
				t.Error("no error")
			}
		})
	}
	_, err := object.Call("f")
	var thrown js.Error
	if !errors.As(err, &thrown) || thrown.Get("name").String() != "RangeError" {
		t.Errorf("what was thrown came back as %v", err)
	}
}

func TestValuesAreUnwrapped(t *testing.T) {
	f, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		return []any{args[0], map[string]any{"inside": args[1]}}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	call := evaluate(t, "(f, a, b) => JSON.stringify(f(a, b.list[0]))")
	got, err := call.Invoke(f, 1, map[string]any{"list": []any{evaluate(t, `({ x: "y" })`)}})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := got.String(); err != nil || s != `[1,{"inside":{"x":"y"}}]` {
		t.Errorf("%s, %v", s, err)
	}
}
