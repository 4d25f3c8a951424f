package storetest

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// TestCasesAreThoseOfTheNpmPackage: testdata/definitions.json of package store
// is what the tests of both sides compare with.
func TestCasesAreThoseOfTheNpmPackage(t *testing.T) {
	text, err := os.ReadFile("../testdata/definitions.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct{ Cases, CasesInGoOnly []string }
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range cases {
		if !slices.Contains(want.CasesInGoOnly, c.name) {
			got = append(got, c.name)
		}
	}
	if !slices.Equal(got, want.Cases) || len(cases) != len(want.Cases)+len(want.CasesInGoOnly) {
		t.Errorf("%q, want %q and %q", got, want.Cases, want.CasesInGoOnly)
	}
}
