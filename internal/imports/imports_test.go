//go:build !js

package imports

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// load asks go list for every package of the module and all it links, without
// tests, for one platform.
func load(t *testing.T, env ...string) graph {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Imports,Deps", "./...")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	g := make(graph)
	decoder := json.NewDecoder(output)
	for {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		g[p.ImportPath] = p
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return g
}

// Holds T1 and T2 as far as imports go: nothing that looks secrets up in
// tables is linked.
func TestImportsInWasm(t *testing.T) {
	for _, breach := range check(load(t, "GOOS=js", "GOARCH=wasm"), true) {
		t.Error(breach)
	}
}

func TestImportsNatively(t *testing.T) {
	for _, breach := range check(load(t), false) {
		t.Error(breach)
	}
}

// TestEveryRuleIsInUse keeps the table free of packages that are gone.
func TestEveryRuleIsInUse(t *testing.T) {
	native, wasm := load(t), load(t, "GOOS=js", "GOARCH=wasm")
	for _, r := range rules {
		for _, name := range r.packages {
			_, onNative := native[module+"/"+name]
			_, onWasm := wasm[module+"/"+name]
			if !onNative && !onWasm {
				t.Errorf("%s has a rule, but does not exist", name)
			}
		}
	}
}

// TestBreachesAreSeen breaks each rule once in a made-up module.
func TestBreachesAreSeen(t *testing.T) {
	standard := func(path string, deps ...string) pkg {
		return pkg{ImportPath: path, Standard: true, Imports: deps, Deps: deps}
	}
	ours := func(name string, imports ...string) pkg {
		return pkg{ImportPath: module + "/" + name, Imports: imports, Deps: imports}
	}
	std := []pkg{
		standard("fmt"), standard("log"), standard("net/http"), standard("syscall/js"), standard("encoding/base64"),
		standard("crypto/internal/fips140/aes"), standard("crypto/ecdh", "crypto/internal/fips140/aes"), standard("errors"),
	}
	for _, c := range []struct {
		name string
		pkgs []pkg
		want []string
	}{
		{"nothing", []pkg{ours("olm", "errors", module+"/internal/sha2"), ours("internal/random", "syscall/js")}, nil},
		{"a new package", []pkg{ours("gossip")}, []string{"gossip has no rule"}},
		{"upward", []pkg{ours("internal/sha2", module+"/olm")},
			[]string{"internal/sha2 imports olm: imports run downward only"}},
		{"sideways", []pkg{ours("olm", module+"/megolm")},
			[]string{"olm imports megolm: imports run downward only"}},
		{"an example that looks inside", []pkg{ours("examples/go", module+"/internal/random")},
			[]string{"examples/go imports internal/random: imports run downward only"}},
		{"test helper in the library", []pkg{ours("megolm", module+"/internal/vectors")},
			[]string{"megolm imports internal/vectors: it is for tests only"}},
		{"syscall/js", []pkg{ours("olm", "syscall/js")},
			[]string{"olm imports syscall/js: it is for js-only packages"}},
		{"safejs", []pkg{ours("olm", "github.com/hack-pad/safejs")},
			[]string{"olm imports github.com/hack-pad/safejs: it is no dependency agreed upon"}},
		{"a dependency in the wrong place", []pkg{ours("olm", "filippo.io/edwards25519")},
			[]string{"olm imports filippo.io/edwards25519: it is no dependency agreed upon"}},
		{"the homeserver for tests", []pkg{ours("internal/testserver", "net/http")}, nil},
		{"the homeserver for tests in the library", []pkg{ours("olm", module+"/internal/testserver")},
			[]string{"olm imports internal/testserver: it is for tests only"}},
		{"base64 by table", []pkg{ours("internal/pickle", "encoding/base64")},
			[]string{"internal/pickle imports encoding/base64: it looks secrets up in tables (T2)"}},
		{"log in a test helper", []pkg{ours("internal/testrand", "log")},
			[]string{"internal/testrand imports log: a library has nothing to log"}},
		{"net/http through another", []pkg{
			{ImportPath: module + "/examples/go", Imports: []string{"errors"}, Deps: []string{"errors", "net/http"}},
		}, []string{"examples/go imports net/http: the caller talks to the homeserver"}},
		{"table-based AES through another", []pkg{
			{ImportPath: module + "/olm/sas", Imports: []string{"crypto/ecdh"}, Deps: []string{"crypto/ecdh", "crypto/internal/fips140/aes"}},
		}, []string{"olm/sas imports crypto/internal/fips140/aes: it is table-based (T1)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := make(graph)
			for _, p := range append(c.pkgs, std...) {
				g[p.ImportPath] = p
			}
			if got := check(g, true); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}
