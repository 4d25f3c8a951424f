//go:build js

package browser

import (
	"context"
	"errors"
	"syscall/js"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
)

// Get returns a property of a property of the global object and so on, or
// undefined where one is not there.
func Get(names ...string) safejs.Value {
	v := safejs.Global()
	for _, name := range names {
		var err error
		if v, err = v.Get(name); err != nil {
			return safejs.Undefined()
		}
	}
	return v
}

// Has reports whether there is something of that name in a value.
func Has(v safejs.Value, name string) bool {
	p, err := v.Get(name)
	return err == nil && !p.IsUndefined() && !p.IsNull()
}

// ErrorName returns the name of what JavaScript threw, such as
// QuotaExceededError. It is empty if err has another origin.
func ErrorName(err error) string {
	var thrown js.Error
	if !errors.As(err, &thrown) {
		return ""
	}
	return NameOf(safejs.Safe(thrown.Value))
}

// NameOf returns the property name of an error, as far as it has one.
func NameOf(thrown safejs.Value) string {
	name, err := thrown.Get("name")
	if err != nil || name.Type() != safejs.TypeString {
		return ""
	}
	text, _ := name.String()
	return text
}

// Text makes a string what it must be for JavaScript to get it as it is: the
// decoder that it goes through drops a U+FEFF at the beginning.
func Text(s string) string {
	const mark = "\ufeff"
	if len(s) >= len(mark) && s[:len(mark)] == mark {
		return mark + s
	}
	return s
}

// result is what became of a promise.
type result struct {
	value safejs.Value
	err   error
}

// Await waits for a promise. What it is rejected with is the error.
func Await(ctx context.Context, promise safejs.Value) (safejs.Value, error) {
	done := make(chan result, 1)
	var kept, rejected safejs.Func
	end := func(r result) {
		kept.Release()
		rejected.Release()
		done <- r
	}
	var err error
	if kept, err = safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		end(result{value: first(args)})
		return nil
	}); err != nil {
		return safejs.Undefined(), err
	}
	if rejected, err = safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		end(result{err: js.Error{Value: safejs.Unsafe(first(args))}})
		return nil
	}); err != nil {
		return safejs.Undefined(), err
	}
	if _, err = promise.Call("then", kept, rejected); err != nil {
		return safejs.Undefined(), err
	}
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return safejs.Undefined(), ctx.Err()
	}
}

func first(args []safejs.Value) safejs.Value {
	if len(args) == 0 {
		return safejs.Undefined()
	}
	return args[0]
}
