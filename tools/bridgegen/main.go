// Bridgegen makes both ends of the bridge between JavaScript and Go from the
// declarations of a Go package: the exports of the WebAssembly module, and a
// client in TypeScript with types and documentation. What may be declared, and
// what becomes of it, stands in the documentation of package jsbridge.
//
//	bridgegen -package ../jsbridge -exports ../jsbridge/exports.go -client ../web/src/olm/client.ts
//
// It fails for a type that it does not know, instead of guessing.
package main

import (
	"flag"
	"fmt"
	"go/format"
	"os"
)

func main() {
	dir := flag.String("package", "", "the folder of the package that declares the surface")
	exports := flag.String("exports", "", "the Go file to write")
	client := flag.String("client", "", "the TypeScript file to write")
	flag.Parse()
	if err := generate(*dir, *exports, *client); err != nil {
		fmt.Fprintln(os.Stderr, "bridgegen:", err)
		os.Exit(1)
	}
}

func generate(dir, exports, client string) error {
	s, err := readSurface(dir)
	if err != nil {
		return err
	}
	source, err := format.Source([]byte(writeExports(s)))
	if err != nil {
		return err
	}
	if err := os.WriteFile(exports, source, 0o644); err != nil {
		return err
	}
	return os.WriteFile(client, []byte(writeClient(s)), 0o644)
}
