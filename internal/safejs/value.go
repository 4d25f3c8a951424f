//go:build js

package safejs

import (
	"errors"
	"syscall/js"
)

// Value is a [js.Value] of which every operation that can fail returns an error.
type Value struct{ js js.Value }

// Type is the type of a value.
type Type = js.Type

// The types of values that are told apart here.
const (
	TypeUndefined = js.TypeUndefined
	TypeNumber    = js.TypeNumber
	TypeString    = js.TypeString
	TypeObject    = js.TypeObject
	TypeFunction  = js.TypeFunction
)

// errOperation means that Go's syscall/js panicked, such as for a value of
// another type. It does not hold what was said then, which may be a secret.
var errOperation = errors.New("safejs: the operation does not suit the value")

// try calls f, and makes an error of a panic. What JavaScript throws is a
// [js.Error].
//
//go:noinline
func try(f func()) (err error) {
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case js.Error:
			err = fault
		case *js.ValueError:
			err = fault
		default:
			err = errOperation
		}
	}()
	f()
	return nil
}

// result is try for what has a result.
func result[T any](f func() T) (r T, err error) {
	err = try(func() { r = f() })
	return r, err
}

// Safe returns a value that came from elsewhere.
func Safe(v js.Value) Value { return Value{v} }

// Unsafe returns a value for use elsewhere.
func Unsafe(v Value) js.Value { return v.js }

// Undefined returns undefined.
func Undefined() Value { return Value{} }

// Null returns null.
func Null() Value { return Value{js.Null()} }

// Global returns the global object.
func Global() Value { return Value{js.Global()} }

// MustGetGlobal returns a property of the global object, and panics if there is
// no such property. It is for variables of packages.
func MustGetGlobal(name string) Value {
	v := js.Global().Get(name)
	if v.IsUndefined() {
		panic("safejs: there is no global " + name)
	}
	return Value{v}
}

// ValueOf returns a value of Go as one of JavaScript, as [js.ValueOf] does.
func ValueOf(v any) (Value, error) {
	return result(func() Value { return Value{js.ValueOf(unwrap(v))} })
}

// unwrap takes the wrapping off a value, and off those inside it.
func unwrap(v any) any {
	switch v := v.(type) {
	case Value:
		return v.js
	case Func:
		return v.js
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = unwrap(item)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, item := range v {
			object[name] = unwrap(item)
		}
		return object
	}
	return v
}

func unwrapAll(args []any) []any { return unwrap(args).([]any) }

// Type returns the type. For a bigint, which syscall/js does not know, it panics.
func (v Value) Type() Type { return v.js.Type() }

// IsUndefined reports whether it is undefined.
func (v Value) IsUndefined() bool { return v.js.IsUndefined() }

// IsNull reports whether it is null.
func (v Value) IsNull() bool { return v.js.IsNull() }

// Equal reports whether both are the same, as === does.
func (v Value) Equal(w Value) bool { return v.js.Equal(w.js) }

// Bool returns a boolean.
func (v Value) Bool() (bool, error) { return result(v.js.Bool) }

// Int returns a number, without its fraction.
func (v Value) Int() (int, error) { return result(v.js.Int) }

// Float returns a number.
func (v Value) Float() (float64, error) { return result(v.js.Float) }

// String returns a string. Of other values it returns a description.
func (v Value) String() (string, error) { return result(v.js.String) }

// Truthy reports whether the value counts as true.
func (v Value) Truthy() (bool, error) { return result(v.js.Truthy) }

// Length returns the property length.
func (v Value) Length() (int, error) { return result(v.js.Length) }

// Get returns a property.
func (v Value) Get(name string) (Value, error) {
	return result(func() Value { return Value{v.js.Get(name)} })
}

// Set sets a property.
func (v Value) Set(name string, to any) error {
	return try(func() { v.js.Set(name, unwrap(to)) })
}

// Delete deletes a property.
func (v Value) Delete(name string) error { return try(func() { v.js.Delete(name) }) }

// Index returns an element.
func (v Value) Index(i int) (Value, error) {
	return result(func() Value { return Value{v.js.Index(i)} })
}

// InstanceOf reports whether the value is an object of a class.
func (v Value) InstanceOf(class Value) (bool, error) {
	if class.js.Type() != js.TypeFunction { // of which JavaScript throws, right through Go
		return false, errOperation
	}
	return result(func() bool { return v.js.InstanceOf(class.js) })
}

// Call calls a method.
func (v Value) Call(method string, args ...any) (Value, error) {
	return result(func() Value { return Value{v.js.Call(method, unwrapAll(args)...)} })
}

// Invoke calls a function.
func (v Value) Invoke(args ...any) (Value, error) {
	return result(func() Value { return Value{v.js.Invoke(unwrapAll(args)...)} })
}

// New calls a constructor.
func (v Value) New(args ...any) (Value, error) {
	return result(func() Value { return Value{v.js.New(unwrapAll(args)...)} })
}

// CopyBytesToGo copies from a Uint8Array, and returns how many bytes.
func CopyBytesToGo(dst []byte, src Value) (int, error) {
	return result(func() int { return js.CopyBytesToGo(dst, src.js) })
}

// CopyBytesToJS copies to a Uint8Array, and returns how many bytes.
func CopyBytesToJS(dst Value, src []byte) (int, error) {
	return result(func() int { return js.CopyBytesToJS(dst.js, src) })
}
