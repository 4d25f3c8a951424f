package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseTable(t *testing.T) {
	threats, err := parseTable("# Title\n\n| # | attack | held off by | tests |\n|---|---|---|---|\n" +
		"| T1 | one | this | now |\n\n| T2 | two | that | later (the machine) |\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []threat{{1, "one", "now"}, {2, "two", "later (the machine)"}}
	if !slices.Equal(threats, want) {
		t.Errorf("got %v, want %v", threats, want)
	}
	for _, bad := range []string{"", "| T1 | one | this |", "| T1 | one | this | |", "| T2 | two | that | now |", "| Tx | what | that | now |"} {
		if _, err := parseTable(bad); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

func TestCheck(t *testing.T) {
	threats := []threat{{1, "one", "now; more later (the page)"}, {2, "two", "later (the machine)"}}
	for _, c := range []struct {
		name  string
		tests map[int][]string
		want  string
	}{
		{"complete", map[int][]string{1: {"a"}}, ""},
		{"missing", nil, "T1 has no test"},
		{"no longer later", map[int][]string{1: {"a"}, 2: {"b"}}, "T2 is marked later, but has tests"},
		{"unknown", map[int][]string{1: {"a"}, 3: {"b"}}, "T3 is carried by b, but is not in the table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(check(threats, c.tests), "; "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// The numbers in these sources must not be taken for the tools' own, which is
// why the tools' folder is not searched.
const (
	goSource = `package x

// Package prose about T9 is no test.
const note = "neither is T9"

func TestT4SmallOrder(t *testing.T) {}

// TestState holds T11.
func TestState(t *testing.T) {
	t.Run("T5 at every entry", nil)
	check() // and T12
	transaction("T9")
	expect("no such thing as T9")
}

func FuzzT16Pickle(f *testing.F) {}

// A helper's T9 is no test either.
func helper() {}

func TestT100AndHMACT7() {}

func TestSHA256() {}
`
	scriptSource = `// T9 is prose here.

import { x } from "y";
// Holds T34.
test("shadow key", () => {});
test.skip("T10: no crypto object", () => {});
// T9 is far from the test.
const y = 1;
it('plain', () => {});
`
)

func TestFindTests(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("olm/x_test.go", goSource)
	write("olm/x.go", "package x\n\nfunc TestT8() {}\n")
	write("web/a.test.ts", scriptSource)
	write("node_modules/a/b.test.js", `test("T9", f)`)
	write("testdata/x_test.go", "not Go")
	write("tools/x_test.go", "package x\n\nfunc TestT9() {}\n")

	tests, err := findTests(root)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int][]string{
		4:  {"olm: TestT4SmallOrder"},
		5:  {"olm: TestState"},
		11: {"olm: TestState"},
		12: {"olm: TestState"},
		16: {"olm: FuzzT16Pickle"},
		34: {"web/a.test.ts: shadow key"},
		10: {"web/a.test.ts: T10: no crypto object"},
	}
	if !maps.EqualFunc(tests, want, slices.Equal) {
		t.Errorf("got  %v\nwant %v", tests, want)
	}
}
