// Threats prints every attack of docs/threats.md with the tests that hold it
// off. A test carries the number of its attack in its name, or in a comment or
// the name of a subtest within it.
//
//	go -C tools run ./threats ..
//
// It fails if an attack has no test, unless its row says "later"; if a row
// still says "later" although there are tests; and if a test carries a number
// that the table does not have.
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	complaints, err := run(root)
	if err != nil {
		fmt.Println("threats:", err)
		os.Exit(1)
	}
	if complaints > 0 {
		os.Exit(1)
	}
}

// run prints the table and returns how many complaints it led to.
func run(root string) (int, error) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "threats.md"))
	if err != nil {
		return 0, err
	}
	threats, err := parseTable(string(text))
	if err != nil {
		return 0, err
	}
	tests, err := findTests(root)
	if err != nil {
		return 0, err
	}
	for _, t := range threats {
		fmt.Printf("T%-3d %s\n", t.number, t.attack)
		for _, test := range tests[t.number] {
			fmt.Printf("       %s\n", test)
		}
		if strings.Contains(t.when, "later") {
			fmt.Printf("       %s\n", t.when)
		}
	}
	complaints := check(threats, tests)
	for _, c := range complaints {
		fmt.Println("threats:", c)
	}
	tested, later := 0, 0
	for _, t := range threats {
		if t.isLater() {
			later++
		} else if len(tests[t.number]) > 0 {
			tested++
		}
	}
	fmt.Printf("\nthreats: %d attacks, %d with tests, %d later, %d complaints\n",
		len(threats), tested, later, len(complaints))
	return len(complaints), nil
}

// threat is one row of the table.
type threat struct {
	number int
	attack string
	when   string // "now", "later (…)", or "now; more later (…)"
}

// isLater reports whether the code that meets the attack is still to come.
func (t threat) isLater() bool { return strings.HasPrefix(t.when, "later") }

// parseTable reads the rows "| T7 | attack | what holds it off | tests |".
func parseTable(text string) ([]threat, error) {
	var threats []threat
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| T") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 4 {
			return nil, fmt.Errorf("row with %d cells instead of 4: %s", len(cells), line)
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		t := threat{attack: cells[1], when: cells[3]}
		if _, err := fmt.Sscanf(cells[0], "T%d", &t.number); err != nil {
			return nil, fmt.Errorf("row without a number: %s", line)
		}
		if t.number != len(threats)+1 {
			return nil, fmt.Errorf("row T%d stands where T%d should", t.number, len(threats)+1)
		}
		if !t.isLater() && !strings.HasPrefix(t.when, "now") {
			return nil, fmt.Errorf("row T%d says neither now nor later", t.number)
		}
		threats = append(threats, t)
	}
	if len(threats) == 0 {
		return nil, fmt.Errorf("docs/threats.md has no rows")
	}
	return threats, nil
}

// check says what is wrong between the table and the tests.
func check(threats []threat, tests map[int][]string) []string {
	var complaints []string
	for _, t := range threats {
		switch found := len(tests[t.number]) > 0; {
		case !found && !t.isLater():
			complaints = append(complaints, fmt.Sprintf("T%d has no test", t.number))
		case found && t.isLater():
			complaints = append(complaints, fmt.Sprintf("T%d is marked later, but has tests", t.number))
		}
	}
	for _, number := range slices.Sorted(maps.Keys(tests)) {
		if number < 1 || number > len(threats) {
			complaints = append(complaints, fmt.Sprintf("T%d is carried by %s, but is not in the table",
				number, tests[number][0]))
		}
	}
	return complaints
}
