//go:build !js

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// tableAES are the packages whose AES looks its key up in tables. Go's function
// table keeps the full names of functions even if symbols are stripped.
var tableAES = []string{"crypto/aes.", "crypto/internal/fips140/aes."}

// build compiles a package of this folder for JavaScript as it is shipped.
func build(t *testing.T, path string) []byte {
	t.Helper()
	module := filepath.Join(t.TempDir(), "module.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags=wasmhost", "-ldflags=-s -w", "-o", module, path)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", path, err, output)
	}
	content, err := os.ReadFile(module)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// linked returns which of the packages have a function in the module.
func linked(module []byte, packages []string) (found []string) {
	for _, name := range packages {
		if bytes.Contains(module, []byte(name)) {
			found = append(found, name)
		}
	}
	return found
}

func TestT1NoTableAESIsLinked(t *testing.T) {
	module := build(t, ".")
	if found := linked(module, tableAES); len(found) > 0 {
		t.Errorf("the module has functions of %q", found)
	}
	// If names were not where they are looked for, this one would not be either.
	own := []string{"github.com/mudpuppy-e2ee/mudpuppy/internal/aes."}
	if len(linked(module, own)) == 0 {
		t.Errorf("the module has no function of %q", own)
	}
}

// TestT1TableAESIsNoticed is the control.
func TestT1TableAESIsNoticed(t *testing.T) {
	if found := linked(build(t, "./testdata/tableaes"), tableAES); len(found) != len(tableAES) {
		t.Errorf("of %q only %q were noticed", tableAES, found)
	}
}
