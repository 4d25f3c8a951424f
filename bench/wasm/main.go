//go:build js && wasm

// Command wasm gives JavaScript what the benchmark measures, under the names
// and with the strings of libolm's JavaScript API, so that both are measured
// through the same kind of door. It is provisional: the real module for
// JavaScript takes its place. See mudpuppy.mjs for the other side.
//
// An export takes its strings from the input buffer, where they stand one after
// the other, and is told their lengths. It leaves its result in the output
// buffer and returns the length, or a negative number for an error. None of
// them waits for anything, because JavaScript could not go on meanwhile.
package main

import (
	"errors"
	"unsafe"
)

// bufferSize leaves room for a message of 64 KiB, in base64.
const bufferSize = 256 << 10

var input, output [bufferSize]byte

var (
	errPanic    = errors.New("bench: panic")
	errTooLarge = errors.New("bench: the result is too large")
)

func main() {
	select {} // the exports need the runtime
}

//go:wasmexport input_address
func inputAddress() unsafe.Pointer { return unsafe.Pointer(&input) }

//go:wasmexport output_address
func outputAddress() unsafe.Pointer { return unsafe.Pointer(&output) }

//go:wasmexport buffer_size
func sizeOfBuffers() int32 { return bufferSize }

// argument returns the n bytes of the input that begin at from.
func argument(from, n int32) []byte { return input[from : from+n : from+n] }

// text is argument for a string, which is not copied either. Nothing keeps it.
func text(from, n int32) string {
	return unsafe.String(unsafe.SliceData(argument(from, n)), n)
}

// reply runs the body of an export and hands over its result. Nothing may
// panic through an export: the program would end, and its exports stay.
func reply[T string | []byte](body func() (T, error)) (n int32) {
	defer func() {
		if recover() != nil {
			n = fail(errPanic)
		}
	}()
	result, err := body()
	if err != nil {
		return fail(err)
	}
	if len(result) > len(output) {
		return fail(errTooLarge)
	}
	return int32(copy(output[:], result))
}

// do is reply for an export without a result.
func do(body func() error) int32 {
	return reply(func() (string, error) { return "", body() })
}

func fail(err error) int32 {
	return -1 - int32(copy(output[:], err.Error()))
}
