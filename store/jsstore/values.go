//go:build js && wasm

package jsstore

import (
	"errors"
	"unicode/utf8"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
)

// What is called here can throw, and then returns an error. It matters that it
// is called: an exception from a property that is read by syscall/js, or from
// an index or a length, passes through Go's frames and ends the program. So
// what JavaScript hands over is read by Reflect.get.
var (
	jsArray      = safejs.MustGetGlobal("Array")
	jsPromise    = safejs.MustGetGlobal("Promise")
	jsReflect    = safejs.MustGetGlobal("Reflect")
	jsUint8Array = safejs.MustGetGlobal("Uint8Array")

	// tagOf tells the kinds of typed arrays, and is not taken in by others.
	tagOf = typedArrayTag()
)

// maxSafeInteger is Number.MAX_SAFE_INTEGER.
const maxSafeInteger = 1<<53 - 1

// errKind means that a value is of another kind than it should be.
var errKind = errors.New("jsstore: a value of another kind")

func typedArrayTag() safejs.Value {
	fail := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	symbol, err := safejs.MustGetGlobal("Symbol").Get("toStringTag")
	fail(err)
	prototype, err := jsUint8Array.Get("prototype")
	fail(err)
	prototype, err = jsReflect.Call("getPrototypeOf", prototype)
	fail(err)
	property, err := jsReflect.Call("getOwnPropertyDescriptor", prototype, symbol)
	fail(err)
	getter, err := property.Get("get")
	fail(err)
	return getter
}

func get(object safejs.Value, property any) (safejs.Value, error) {
	return jsReflect.Call("get", object, property)
}

// kindOf is the type of a value. syscall/js knows no bigint and panics, so that
// this says "undefined" of one.
func kindOf(v safejs.Value) (kind safejs.Type) {
	defer func() {
		if recover() != nil {
			kind = safejs.TypeUndefined
		}
	}()
	return v.Type()
}

func isObject(v safejs.Value) bool { return kindOf(v) == safejs.TypeObject }

// getText reads a property that must be a text.
func getText(object safejs.Value, property string) (string, error) {
	v, err := get(object, property)
	if err != nil {
		return "", err
	}
	return text(v)
}

// text reads a text, in which all surrogates are in pairs: others would become
// U+FFFD.
func text(v safejs.Value) (string, error) {
	if kindOf(v) != safejs.TypeString {
		return "", errKind
	}
	s, err := v.String()
	if err != nil {
		return "", err
	}
	if same, err := safejs.ValueOf(toText(s)); err != nil || !same.Equal(v) {
		return "", errKind
	}
	return s, nil
}

// toText is what to give to JavaScript for a text to arrive there. Go's glue
// takes a byte order mark at its beginning for no part of it.
func toText(s string) string {
	const mark = "\ufeff"
	if len(s) < len(mark) || s[:len(mark)] != mark {
		return s
	}
	if v, err := safejs.ValueOf(s); err == nil {
		if back, err := v.String(); err == nil && back == s {
			return s
		}
	}
	return mark + s
}

func isText(s string) bool { return utf8.ValidString(s) }

// getInteger reads a property that must be a safe integer from 0.
func getInteger(object safejs.Value, property string) (uint64, error) {
	v, err := get(object, property)
	if err != nil {
		return 0, err
	}
	if kindOf(v) != safejs.TypeNumber {
		return 0, errKind
	}
	f, err := v.Float()
	if err != nil {
		return 0, err
	}
	if !(f >= 0 && f <= maxSafeInteger) || f != float64(uint64(f)) {
		return 0, errKind
	}
	return uint64(f), nil
}

// getArray reads a property that must be an array, or may be missing, with at
// most so many elements.
func getArray(object safejs.Value, property string, most int) ([]safejs.Value, error) {
	array, err := get(object, property)
	if err != nil || array.IsUndefined() {
		return nil, err
	}
	is, err := jsArray.Call("isArray", array)
	if err != nil {
		return nil, err
	}
	if yes, err := is.Bool(); err != nil || !yes {
		return nil, errKind
	}
	n, err := getInteger(array, "length")
	if err != nil {
		return nil, err
	}
	if n > uint64(most) {
		return nil, errKind
	}
	elements := make([]safejs.Value, n)
	for i := range elements {
		if elements[i], err = get(array, i); err != nil {
			return nil, err
		}
	}
	return elements, nil
}

// getBytes copies a property that must be a Uint8Array.
func getBytes(object safejs.Value, property string) ([]byte, error) {
	v, err := get(object, property)
	if err != nil {
		return nil, err
	}
	tag, err := jsReflect.Call("apply", tagOf, v, []any{})
	if err != nil {
		return nil, err
	}
	if name, err := text(tag); err != nil || name != "Uint8Array" {
		return nil, errKind
	}
	// It may be a subclass, of another realm, or of shared memory. The copy is
	// none of these.
	copied, err := jsUint8Array.New(v)
	if err != nil {
		return nil, err
	}
	n, err := copied.Length()
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	if _, err := safejs.CopyBytesToGo(b, copied); err != nil {
		return nil, err
	}
	return b, nil
}
