//go:build js && wasm

package jsstore

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
)

// outcome is what became of a promise.
type outcome struct {
	value    safejs.Value
	rejected bool
}

// await returns what a method returned or what that promises, whichever comes
// last. If ctx ends first, the promise is left to itself.
func await(ctx context.Context, method string, v safejs.Value) (safejs.Value, error) {
	// Whatever else has a method then, and calls back several times or throws:
	// this is a promise of the language's own, which settles once.
	promise, err := jsPromise.Call("race", []any{v})
	if err != nil {
		return safejs.Undefined(), thrown(method, err)
	}
	settled := make(chan outcome, 1)
	if err := observe(promise, settled); err != nil {
		return safejs.Undefined(), thrown(method, err)
	}
	select {
	case o := <-settled:
		if o.rejected {
			return safejs.Undefined(), fromJS(method, o.value)
		}
		return o.value, nil
	case <-ctx.Done():
		return safejs.Undefined(), ctx.Err()
	}
}

// observe sends what becomes of a promise.
func observe(promise safejs.Value, settled chan<- outcome) error {
	var fulfil, reject safejs.Func
	report := func(rejected bool) func(safejs.Value, []safejs.Value) any {
		return func(_ safejs.Value, args []safejs.Value) any {
			fulfil.Release()
			reject.Release()
			settled <- outcome{args[0], rejected}
			return nil
		}
	}
	var err error
	if fulfil, err = safejs.FuncOf(report(false)); err != nil {
		return err
	}
	if reject, err = safejs.FuncOf(report(true)); err != nil {
		return err
	}
	_, err = promise.Call("then", fulfil, reject)
	return err
}
