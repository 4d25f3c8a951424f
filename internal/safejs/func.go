//go:build js

package safejs

import "syscall/js"

// Func is a function that JavaScript can call.
type Func struct{ js js.Func }

// FuncOf returns f for JavaScript. It must not wait for anything that JavaScript
// does. Its owner calls Release.
func FuncOf(f func(this Value, args []Value) any) (Func, error) {
	return result(func() Func {
		return Func{js.FuncOf(func(this js.Value, args []js.Value) any {
			safe := make([]Value, len(args))
			for i, arg := range args {
				safe[i] = Value{arg}
			}
			return unwrap(f(Value{this}, safe))
		})}
	})
}

// Release lets go of the function, which must not be called any more.
func (f Func) Release() { f.js.Release() }
