package main

import (
	"os"
	"testing"
)

// TestGeneratedIsCurrent fails if someone has changed either and not the other.
func TestGeneratedIsCurrent(t *testing.T) {
	b, err := os.ReadFile("../compress_wasm.s")
	if err != nil {
		t.Fatal(err)
	}
	if source() != string(b) {
		t.Error("compress_wasm.s is not what gen writes: run go generate")
	}
}
