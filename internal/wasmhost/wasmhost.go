// Package wasmhost is no Go code: it holds what a JavaScript host gives to a Go
// program that was built with -tags wasmhost, in host.mjs.
//
// Such a program takes its randomness from the host in one call, written
// straight into Go's memory, and encrypts by the vector kernel for AES. Without
// the tag a program asks for nothing but what Go's own wasm_exec.js gives, and
// runs anywhere that does.
package wasmhost
