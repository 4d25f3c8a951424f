//go:build js && wasm

package jsstore

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// TestCodesAreThoseOfTheNpmPackage: store/testdata/definitions.json is what the
// tests of both sides compare with.
func TestCodesAreThoseOfTheNpmPackage(t *testing.T) {
	text, err := os.ReadFile("../testdata/definitions.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Codes  []string
		Limits struct{ NextBytes int }
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range codes {
		got = append(got, c.code)
	}
	if !slices.Equal(got, want.Codes) {
		t.Errorf("%q, want %q", got, want.Codes)
	}
	if maxNext != want.Limits.NextBytes {
		t.Errorf("next may have %d bytes, want %d", maxNext, want.Limits.NextBytes)
	}
}
