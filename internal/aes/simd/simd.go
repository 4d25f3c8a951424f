// Package simd is no Go code: it holds kernel.wasm, AES-256 with the vector
// instructions of WebAssembly, which the host attaches to a Go program that was
// built with -tags wasmhost: see package wasmhost.
//
// Go's assembler does not know these instructions, so the generator in gen
// writes the module itself. It is a module of its own, which the host makes
// with Go's memory as its memory; so an engine without vector instructions
// refuses this one alone, and [aes] goes on with its portable code.
//
// [aes]: https://pkg.go.dev/github.com/mudpuppy-e2ee/mudpuppy/internal/aes
package simd

//go:generate go run ./gen
