package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParsePatch(t *testing.T) {
	p, err := parsePatch("a/mac.patch", "# mutant: the MAC is not compared\n# package: ./olm\n# test: TestA\n"+
		"# test: TestB\n\n# test: TestC\ndiff --git a/x b/x\n")
	if err != nil {
		t.Fatal(err)
	}
	if p.name != "mac" || p.what != "the MAC is not compared" || p.pkg != "./olm" ||
		!slices.Equal(p.tests, []string{"TestA", "TestB"}) {
		t.Errorf("got %+v", p)
	}
	for _, bad := range []string{"", "diff --git a/x b/x\n", "# mutant: x\n# package: ./olm\n", "# mutant: x\n# test: TestA\n"} {
		if _, err := parsePatch("bad.patch", bad); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

func TestState(t *testing.T) {
	for _, c := range []struct {
		name, output string
		want         state
	}{
		{"passes", "=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\n", passed},
		{"fails", "=== RUN   TestA\n--- FAIL: TestA (0.00s)\nFAIL\n", failed},
		{"another passes", "=== RUN   TestAB\n--- PASS: TestAB (0.00s)\nPASS\n", missing},
		{"only its subtest passes", "=== RUN   TestA\n    --- PASS: TestA/x (0.00s)\n--- FAIL: TestA (0.00s)\n", failed},
		{"hangs", "=== RUN   TestA\npanic: test timed out after 3m0s\n", failed},
		{"is skipped", "=== RUN   TestA\n--- SKIP: TestA (0.00s)\nPASS\n", missing},
		{"is not there", "testing: warning: no tests to run\nPASS\n", missing},
		{"does not compile", "FAIL\texample.org/x [build failed]\nFAIL\n", broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := testRun(c.output).state("TestA"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestFromTAP(t *testing.T) {
	run := fromTAP("TAP version 13\n# Subtest: one\nok 1 - one\n  ---\n  duration_ms: 1\n  ...\n" +
		"    not ok 1 - within\nnot ok 2 - two, of many\nok 3 - three # SKIP test name does not match pattern\n1..3\n")
	for test, want := range map[string]state{"one": passed, "two, of many": failed, "three": missing, "within": missing, "on": missing} {
		if got := run.state(test); got != want {
			t.Errorf("%s: got %q, want %q", test, got, want)
		}
	}
}

// A small module with one check in it.
var module = map[string]string{
	"go.mod": "module example.org/m\n\ngo 1.26\n",
	"m.go":   "package m\n\nfunc Small(n int) bool {\n\treturn n < 10\n}\n",
	"m_test.go": `package m

import "testing"

func TestLimit(t *testing.T) {
	if Small(10) {
		t.Error("10 is small")
	}
}

func TestNothing(t *testing.T) {}

func TestRed(t *testing.T) { t.Error("red before any mutant") }
`,
	"m.mjs": "export const small = (n) => n < 10;\n",
	"m.test.mjs": `import { test } from "node:test";
import { small } from "./m.mjs";

test("there is a limit", () => {
	if (small(10)) throw new Error("10 is small");
});
test("there is nothing", () => {});
`,
}

func mutantOf(line, test string) string {
	return "# mutant: a change\n# package: .\n# test: " + test + "\n" + `--- a/m.go
+++ b/m.go
@@ -1,5 +1,5 @@
 package m
 
 func Small(n int) bool {
-	return n < 10
+	` + line + `
 }
`
}

// nodeMutant is the same in JavaScript.
func nodeMutant(line, test string) string {
	return "# mutant: a change\n# package: m.test.mjs\n# test: " + test + "\n" +
		"--- a/m.mjs\n+++ b/m.mjs\n@@ -1 +1 @@\n-export const small = (n) => n < 10;\n+" + line + "\n"
}

// moduleWith lays out the module in a repository, with one patch.
func moduleWith(t *testing.T, patch string) string {
	root := t.TempDir()
	files := map[string]string{"testdata/mutants/a.patch": patch}
	for name, text := range module {
		files[name] = text
	}
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("git", "init", "-q", root).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	return root
}

func TestMutants(t *testing.T) {
	for _, c := range []struct {
		name, patch string
		killed      bool
		problem     string
	}{
		{"killed", mutantOf("return n < 11", "TestLimit"), true, ""},
		{"survives", mutantOf("return n < 11", "TestNothing"), false, ""},
		{"killed by hanging or crashing", mutantOf("panic(n)", "TestLimit"), true, ""},
		{"does not compile", mutantOf("return x", "TestLimit"), false, "TestLimit does not compile"},
		{"names no test", mutantOf("return n < 11", "TestGone"), false, "without the mutant, TestGone does not run"},
		{"names a red test", mutantOf("return n < 11", "TestRed"), false, "without the mutant, TestRed fails"},
		{"killed in Node", nodeMutant("export const small = (n) => n < 11;", "there is a limit"), true, ""},
		{"survives in Node", nodeMutant("export const small = (n) => n < 11;", "there is nothing"), false, ""},
		{"is no JavaScript", nodeMutant("export const small = ;", "there is a limit"), false, "there is a limit does not run"},
		{"names no test of Node", nodeMutant("export const small = (n) => n < 11;", "there is a"), false, "without the mutant, there is a does not run"},
		{"does not apply", strings.Replace(mutantOf("return n < 11", "TestLimit"), "n < 10", "n < 12", 1), false, "does not apply"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := moduleWith(t, c.patch)
			patches, err := readPatches(root, "")
			if err != nil {
				t.Fatal(err)
			}
			if err := checkBaseline(root, patches); err != nil {
				t.Fatal(err)
			}
			o := runMutant(root, patches[0])
			if o.killed != c.killed || !strings.Contains(o.problem, c.problem) || (o.problem == "") != (c.problem == "") {
				t.Errorf("killed %v, problem %q; want %v, %q", o.killed, o.problem, c.killed, c.problem)
			}
			if ok := report(patches, []outcome{o}); ok != c.killed {
				t.Errorf("the whole run is ok: %v", ok)
			}
			source, err := os.ReadFile(filepath.Join(root, "m.go"))
			if err != nil || string(source) != module["m.go"] {
				t.Error("the tree itself was changed")
			}
		})
	}
}
