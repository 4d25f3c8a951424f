package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
)

// state is how one test ended.
type state string

const (
	passed  state = "passes"
	failed  state = "fails"
	missing state = "does not run"
	broken  state = "does not compile"
)

// testRun is the output of one go test -v.
type testRun string

// runTests runs the named top-level tests of a package. Building with
// -trimpath lets every copy of the tree share what is compiled already.
func runTests(tree, pkg string, names []string) testRun {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = regexp.QuoteMeta(name)
	}
	cmd := exec.Command("go", "test", "-v", "-trimpath", "-vet=off", "-count=1", "-timeout=3m",
		"-run=^("+strings.Join(quoted, "|")+")$", pkg)
	cmd.Dir = tree
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	_ = cmd.Run() // what matters stands in the output
	return testRun(output.String())
}

// state tells how a test ended. One that was running when the process died, of
// a timeout or of a fatal error, has failed.
func (r testRun) state(test string) state {
	has := func(format string) bool {
		return regexp.MustCompile(`(?m)^` + format + regexp.QuoteMeta(test) + `(?: \(.*)?$`).MatchString(string(r))
	}
	switch {
	case has(`--- PASS: `):
		return passed
	case has(`--- FAIL: `), has(`=== RUN +`) && !has(`--- SKIP: `):
		return failed
	case strings.Contains(string(r), "[build failed]"), strings.Contains(string(r), "[setup failed]"):
		return broken
	}
	return missing
}
