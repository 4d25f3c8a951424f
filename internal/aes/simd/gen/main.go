// Gen writes kernel.wasm: AES-256 with the vector instructions of WebAssembly,
// which Go's assembler does not know.
//
//	go generate ./internal/aes/simd
package main

import (
	"log"
	"os"
)

func main() {
	if err := os.WriteFile("kernel.wasm", module(functions()), 0o644); err != nil {
		log.Fatal(err)
	}
}
