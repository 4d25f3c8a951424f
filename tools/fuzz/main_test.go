package main

import (
	"slices"
	"testing"
)

func TestParseList(t *testing.T) {
	const output = `FuzzDecode
FuzzDecrypt
ok  	example.org/a	0.002s
?   	example.org/b	[no test files]
ok  	example.org/c	0.001s
FuzzPickle
ok  	example.org/d	(cached)
`
	want := []target{
		{"example.org/a", "FuzzDecode"},
		{"example.org/a", "FuzzDecrypt"},
		{"example.org/d", "FuzzPickle"},
	}
	if got := parseList(output); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name, output string
		exit         bool
		verdict      string
		failed       bool
		executions   string
	}{
		{"passes", "fuzz: elapsed: 3s, execs: 17 (5/sec)\nfuzz: elapsed: 5s, execs: 42 (8/sec)\nPASS\n",
			false, "ok", false, "42"},
		{"finds an input", "--- FAIL: FuzzA (1.57s)\n    --- FAIL: FuzzA (0.00s)\n        a_test.go:3: boom\n" +
			"    \n    Failing input written to testdata/fuzz/FuzzA/d1fd\n",
			true, "FAILED, input in testdata/fuzz/FuzzA/d1fd", true, "–"},
		{"fails on a seed", "--- FAIL: FuzzA (0.00s)\n    a_test.go:3: boom\n", true, "FAILED", true, "–"},
		{"does not compile", "FAIL example.org/a [build failed]\n", true, "FAILED", true, "–"},
		{"is busy at the end", "fuzz: elapsed: 5s, execs: 9 (1/sec)\n--- FAIL: FuzzA (5.01s)\n    context deadline exceeded\nFAIL\n",
			true, "ok", false, "9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := judge(c.output, c.exit)
			if r.verdict != c.verdict || r.failed != c.failed || r.executions != c.executions {
				t.Errorf("got %q %v %q, want %q %v %q", r.verdict, r.failed, r.executions, c.verdict, c.failed, c.executions)
			}
		})
	}
}
