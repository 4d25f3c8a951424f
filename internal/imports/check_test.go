//go:build !js

package imports

import (
	"maps"
	"slices"
	"strings"
)

const module = "github.com/mudpuppy-e2ee/mudpuppy"

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string // its own
	Deps       []string // and those of all that it imports
}

// graph holds all packages that are linked for one platform, by import path.
type graph map[string]pkg

// check returns every breach of the rules, in one line each.
func check(g graph, wasm bool) []string {
	var breaches []string
	for _, path := range slices.Sorted(maps.Keys(g)) {
		name, ours := strings.CutPrefix(path, module+"/")
		if !ours || isGenerator(name) {
			continue
		}
		report := func(imported, why string) {
			breaches = append(breaches, name+" imports "+imported+": "+why)
		}
		i := slices.IndexFunc(rules, func(r rule) bool { return slices.Contains(r.packages, name) })
		if i < 0 {
			breaches = append(breaches, name+" has no rule")
			continue
		}
		p := g[path]
		for _, imported := range p.Imports {
			checkImport(g, rules[i], imported, report)
			if why, no := notInLibrary[imported]; no && isLibrary(name) && !slices.Contains(rules[i].std, imported) {
				report(imported, why)
			}
		}
		if !rules[i].network {
			checkLinked(p, notAnywhere, report)
		}
		if wasm && slices.Contains(join(api, stores, programs), name) {
			checkLinked(p, notInWasm, report)
		}
	}
	return breaches
}

func checkImport(g graph, r rule, imported string, report func(imported, why string)) {
	own, ours := strings.CutPrefix(imported, module+"/")
	switch {
	case ours && slices.Contains(r.may, own):
	case ours && slices.Contains(testHelpers, own):
		report(own, "it is for tests only")
	case ours:
		report(own, "imports run downward only")
	case imported == "syscall/js" && !r.js:
		report(imported, "it is for js-only packages")
	case !ours && !g[imported].Standard && !slices.Contains(r.foreign, imported):
		report(imported, "it is no dependency agreed upon")
	}
}

// checkLinked looks at everything a package brings along.
func checkLinked(p pkg, forbidden map[string]string, report func(imported, why string)) {
	for _, dep := range p.Deps {
		if why, no := forbidden[dep]; no {
			report(dep, why)
		}
	}
}

// isGenerator tells the programs that go generate runs. Nobody links them, so
// that they may use what they like.
func isGenerator(name string) bool { return strings.HasSuffix(name, "/gen") }

// isLibrary tells what users link from what only shows, tests or measures it.
func isLibrary(name string) bool {
	return !slices.Contains(testHelpers, name) &&
		!strings.HasPrefix(name, "examples/") && !strings.HasPrefix(name, "bench/") && !strings.HasPrefix(name, "web/test/")
}
