// Bridgegen makes both ends of the bridge between JavaScript and Go from the
// declarations of a Go package: the exports of the WebAssembly module, and a
// client in TypeScript with types and documentation. What may be declared, and
// what becomes of it, stands in the documentation of package jsbridge.
//
//	bridgegen -package ../jsbridge -exports ../jsbridge/exports.go -client ../web/src/olm/client.ts
//
// The functions of one Go file can be given a client of their own, beside the
// other, which then does not have them:
//
//	-part libolm.go -part-client ../web/src/libolm/client.ts
//
// With -async every call answers with a promise: see the documentation of package
// jsbridge/async.
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
	part := flag.String("part", "", "the Go file whose functions have a client of their own")
	partClient := flag.String("part-client", "", "the TypeScript file to write for these")
	bridge := flag.String("bridge", "../bridge/index.js", "where the TypeScript files import web/src/bridge from")
	async := flag.Bool("async", false, "every call answers with a promise")
	flag.Parse()
	generate := generate
	if *async {
		generate = generateAsync
	}
	if err := generate(*dir, *exports, *client, *part, *partClient, *bridge); err != nil {
		fmt.Fprintln(os.Stderr, "bridgegen:", err)
		os.Exit(1)
	}
}

func generate(dir, exports, client, part, partClient, bridge string) error {
	s, err := readSurface(dir, part, false)
	if err != nil {
		return err
	}
	if err := writeGo(exports, writeExports(s)); err != nil {
		return err
	}
	if err := os.WriteFile(client, []byte(writeClient(s, bridge)), 0o644); err != nil || part == "" {
		return err
	}
	return os.WriteFile(partClient, []byte(writePart(s)), 0o644)
}

// generateAsync is generate for calls that answer with promises. They have no parts.
func generateAsync(dir, exports, client, _, _, bridge string) error {
	s, err := readSurface(dir, "", true)
	if err != nil {
		return err
	}
	if err := writeGo(exports, writeAsyncExports(s)); err != nil {
		return err
	}
	return os.WriteFile(client, []byte(writeAsyncClient(s, bridge)), 0o644)
}

func writeGo(name, source string) error {
	formatted, err := format.Source([]byte(source))
	if err != nil {
		return err
	}
	return os.WriteFile(name, formatted, 0o644)
}
