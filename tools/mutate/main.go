// Mutate shows that the tests notice when a check goes missing. Each patch in
// testdata/mutants takes one away; it is applied to a copy of the tree, where
// the tests that its header names must then fail.
//
//	go -C tools run ./mutate -dir .. -run olm
//
// A mutant that does not compile, or whose tests do not pass without it, shows
// nothing and counts as an error.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

// together is how many mutants run at the same time.
const together = 2

func main() {
	dir := flag.String("dir", ".", "root of the module")
	only := flag.String("run", "", "run only the mutants whose name matches this expression")
	flag.Parse()

	ok, err := run(*dir, *only)
	if err != nil {
		fmt.Println("mutate:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run reports whether every mutant was killed.
func run(dir, only string) (bool, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return false, err
	}
	patches, err := readPatches(root, only)
	if err != nil {
		return false, err
	}
	if err := checkBaseline(root, patches); err != nil {
		return false, err
	}
	outcomes := make([]outcome, len(patches))
	slots := make(chan struct{}, together)
	var wg sync.WaitGroup
	for i, p := range patches {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			outcomes[i] = runMutant(root, p)
		})
	}
	wg.Wait()
	return report(patches, outcomes), nil
}

func readPatches(root, only string) ([]patch, error) {
	match, err := regexp.Compile(only)
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(root, "testdata", "mutants", "*.patch"))
	if err != nil {
		return nil, err
	}
	var patches []patch
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		p, err := parsePatch(path, string(text))
		if err != nil {
			return nil, err
		}
		if match.MatchString(p.name) {
			patches = append(patches, p)
		}
	}
	if len(patches) == 0 {
		return nil, fmt.Errorf("no patches in testdata/mutants")
	}
	return patches, nil
}

// checkBaseline runs the named tests without any mutant, package by package,
// and marks the patches whose tests do not pass.
func checkBaseline(root string, patches []patch) error {
	tree, err := os.MkdirTemp("", "mudpuppy-mutate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tree)
	if err := copyTree(root, tree); err != nil {
		return err
	}
	wanted := make(map[string][]string)
	for _, p := range patches {
		wanted[p.pkg] = append(wanted[p.pkg], p.tests...)
	}
	ran := make(map[string]testRun)
	for pkg, tests := range wanted {
		ran[pkg] = runTests(tree, pkg, tests)
	}
	for i, p := range patches {
		for _, test := range p.tests {
			if state := ran[p.pkg].state(test); state != passed {
				patches[i].problem = fmt.Sprintf("without the mutant, %s %s", test, state)
				break
			}
		}
	}
	return nil
}

// outcome is how one mutant ended: killed, survived, or not judged.
type outcome struct {
	killed  bool
	problem string
	took    time.Duration
}

func runMutant(root string, p patch) outcome {
	if p.problem != "" {
		return outcome{problem: p.problem}
	}
	start := time.Now()
	tree, err := os.MkdirTemp("", "mudpuppy-mutant-")
	if err != nil {
		return outcome{problem: err.Error()}
	}
	defer os.RemoveAll(tree)
	if err := copyTree(root, tree); err != nil {
		return outcome{problem: err.Error()}
	}
	if err := apply(tree, p.path); err != nil {
		return outcome{problem: err.Error()}
	}
	o := judge(p, func(test string) testRun { return runTests(tree, p.pkg, []string{test}) })
	o.took = time.Since(start)
	return o
}

// judge runs every test of the patch on its own, since one that panics or
// hangs would hide the others.
func judge(p patch, runTest func(test string) testRun) outcome {
	for _, test := range p.tests {
		switch state := runTest(test).state(test); state {
		case failed:
		case passed:
			return outcome{}
		default:
			return outcome{problem: fmt.Sprintf("%s %s", test, state)}
		}
	}
	return outcome{killed: true}
}

func report(patches []patch, outcomes []outcome) bool {
	killed, survived, errors := 0, 0, 0
	for i, p := range patches {
		o := outcomes[i]
		verdict := "SURVIVED"
		switch {
		case o.problem != "":
			errors++
			verdict = "ERROR: " + o.problem
		case o.killed:
			killed++
			verdict = fmt.Sprintf("killed (%.1f s)", o.took.Seconds())
		default:
			survived++
		}
		fmt.Printf("%-36s %-52s %s\n", p.name, p.what, verdict)
		for _, test := range p.tests {
			fmt.Printf("%36s %s %s\n", "", p.pkg, test)
		}
	}
	fmt.Printf("\nmutants: %d killed, %d survived", killed, survived)
	if errors > 0 {
		fmt.Printf(", %d not judged", errors)
	}
	fmt.Println()
	return survived == 0 && errors == 0
}
