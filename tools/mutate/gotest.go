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

// runTests runs the named top-level tests of a package, or of a file for Node.
// Building with -trimpath lets every copy of the tree share what is compiled already.
func runTests(tree, pkg string, names []string) testRun {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = regexp.QuoteMeta(name)
	}
	pattern := "^(" + strings.Join(quoted, "|") + ")$"
	if strings.HasSuffix(pkg, ".mjs") {
		return fromTAP(outputOf(tree, "node", "--test", "--test-reporter=tap", "--test-timeout=180000", "--test-name-pattern="+pattern, pkg))
	}
	return testRun(outputOf(tree, "go", "test", "-v", "-trimpath", "-vet=off", "-count=1", "-timeout=3m", "-run="+pattern, pkg))
}

func outputOf(dir, program string, args ...string) string {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	_ = cmd.Run() // what matters stands in the output
	return output.String()
}

// tapResult is how Node says, in the Test Anything Protocol, that a top-level test has ended.
var tapResult = regexp.MustCompile(`^(ok|not ok) \d+ - (.*?)( # SKIP.*)?$`)

// fromTAP says what Node says as go test does.
func fromTAP(output string) testRun {
	var run strings.Builder
	for line := range strings.Lines(output) {
		match := tapResult.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		switch {
		case match == nil:
		case match[3] != "":
			run.WriteString("--- SKIP: " + match[2] + "\n")
		case match[1] == "ok":
			run.WriteString("--- PASS: " + match[2] + "\n")
		default:
			run.WriteString("--- FAIL: " + match[2] + "\n")
		}
	}
	return testRun(run.String())
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
