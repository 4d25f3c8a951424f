// Fuzz runs every fuzz target of the module for a given time and prints a
// table at the end.
//
//	go -C tools run ./fuzz -dir .. -time 30s -run 'megolm.FuzzDecrypt'
//
// Inputs that fail are written to testdata/fuzz of their package, where they
// are tests from then on; inputs that merely reach new code are kept in .fuzz,
// which git ignores, and are where the next run goes on.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
)

// together is how many targets run at the same time.
const together = 2

type target struct{ pkg, name string }

type result struct {
	executions string
	verdict    string
	failed     bool
	output     string
}

func main() {
	dir := flag.String("dir", ".", "root of the module")
	length := flag.Duration("time", 30*time.Second, "how long each target runs")
	only := flag.String("run", "", "run only the targets whose package.name matches this expression")
	flag.Parse()

	root, err := filepath.Abs(*dir)
	failed := 0
	if err == nil {
		failed, err = run(root, *length, *only)
	}
	if err != nil {
		fmt.Println("fuzz:", err)
	}
	if err != nil || failed > 0 {
		os.Exit(1)
	}
}

// run returns how many targets failed.
func run(root string, length time.Duration, only string) (int, error) {
	match, err := regexp.Compile(only)
	if err != nil {
		return 0, err
	}
	list := exec.Command("go", "test", "-list", "^Fuzz", "./...")
	list.Dir, list.Stderr = root, os.Stderr
	listed, err := list.Output()
	if err != nil {
		os.Stdout.Write(listed)
		return 0, fmt.Errorf("listing the targets: %w", err)
	}
	var targets []target
	for _, t := range parseList(string(listed)) {
		if match.MatchString(t.pkg + "." + t.name) {
			targets = append(targets, t)
		}
	}
	if len(targets) == 0 {
		return 0, fmt.Errorf("no fuzz target found")
	}
	rounds := (len(targets) + together - 1) / together
	fmt.Printf("fuzz: %d targets for %v each, %d at a time: about %v\n",
		len(targets), length, together, time.Duration(rounds)*length)
	return report(targets, fuzzAll(root, targets, length)), nil
}

// parseList reads the output of go test -list: names, then the package that
// has them.
func parseList(output string) []target {
	var targets []target
	var names []string
	for line := range strings.Lines(output) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 1 && strings.HasPrefix(fields[0], "Fuzz"):
			names = append(names, fields[0])
		case len(fields) > 1 && fields[0] == "ok":
			for _, name := range names {
				targets = append(targets, target{fields[1], name})
			}
			names = nil
		}
	}
	return targets
}

func fuzzAll(root string, targets []target, length time.Duration) []result {
	results := make([]result, len(targets))
	slots := make(chan struct{}, together)
	var wg sync.WaitGroup
	for i, t := range targets {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			results[i] = fuzzOne(root, t, length)
			fmt.Printf("fuzz: %s %s: %s\n", t.pkg, t.name, results[i].verdict)
		})
	}
	wg.Wait()
	return results
}

func fuzzOne(root string, t target, length time.Duration) result {
	workers := max(1, runtime.NumCPU()/together)
	cmd := exec.Command("go", "test", "-run=^$", "-fuzz=^"+t.name+"$",
		"-fuzztime="+length.String(), "-fuzzminimizetime=10x", fmt.Sprintf("-parallel=%d", workers), t.pkg,
		"-test.fuzzcachedir="+filepath.Join(root, ".fuzz", filepath.FromSlash(t.pkg)))
	cmd.Dir = root
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	return judge(output.String(), err != nil)
}

var (
	progress = regexp.MustCompile(`execs: (\d+)`)
	written  = regexp.MustCompile(`Failing input written to (\S+)`)
	failure  = regexp.MustCompile(`(?m)^--- FAIL: .*\n\s+(.*)$`)
)

// judge reads what one run printed.
func judge(output string, failed bool) result {
	r := result{executions: "–", verdict: "ok", output: output}
	if all := progress.FindAllStringSubmatch(output, -1); all != nil {
		r.executions = all[len(all)-1][1]
	}
	if !failed {
		return r
	}
	// A worker that is busy when the time is up can make the go command report
	// its own deadline as the target's failure (golang.org/issue/48591).
	reason := failure.FindStringSubmatch(output)
	if reason != nil && reason[1] == "context deadline exceeded" && !written.MatchString(output) {
		return r
	}
	r.failed = true
	r.verdict = "FAILED"
	if file := written.FindStringSubmatch(output); file != nil {
		r.verdict += ", input in " + file[1]
	}
	return r
}

// report prints the table and returns how many targets failed.
func report(targets []target, results []result) int {
	failed := 0
	for i, r := range results {
		if r.failed {
			failed++
			fmt.Printf("\n%s %s\n%s", targets[i].pkg, targets[i].name, r.output)
		}
	}
	fmt.Printf("\n%-28s %-44s %12s  %s\n", "package", "target", "executions", "result")
	for i, t := range targets {
		fmt.Printf("%-28s %-44s %12s  %s\n", shorten(t.pkg), t.name, results[i].executions, results[i].verdict)
	}
	fmt.Printf("\nfuzz: %d targets, %d failed\n", len(targets), failed)
	return failed
}

// shorten leaves out the module path.
func shorten(pkg string) string {
	return strings.TrimPrefix(pkg, "github.com/mudpuppy-e2ee/mudpuppy/")
}
