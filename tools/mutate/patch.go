package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// patch is one kept mutant: a change that takes a check away, and the tests
// that must notice.
type patch struct {
	name    string   // of the file, without .patch
	path    string   // of the file
	what    string   // what is broken, in a few words
	pkg     string   // as go test takes it, such as ./olm, or a file for Node
	tests   []string // each must fail
	problem string   // why it could not be judged, if so
}

// parsePatch reads the header, lines such as
//
//	# mutant: the MAC is not compared
//	# package: ./olm
//	# test: TestT6TruncatedMAC
//
// before the first line of the diff. There may be several tests. The package may be a
// file of tests for Node instead, such as web/test/tabs.test.mjs.
func parsePatch(path, text string) (patch, error) {
	p := patch{
		name: strings.TrimSuffix(filepath.Base(path), ".patch"),
		path: path,
	}
	for line := range strings.Lines(text) {
		line, isHeader := strings.CutPrefix(line, "#")
		if !isHeader {
			break
		}
		key, value, found := strings.Cut(line, ":")
		if !found {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "mutant":
			p.what = value
		case "package":
			p.pkg = value
		case "test":
			p.tests = append(p.tests, value)
		}
	}
	if p.what == "" || p.pkg == "" || len(p.tests) == 0 {
		return p, fmt.Errorf("%s: the header needs '# mutant:', '# package:' and '# test:'", p.name)
	}
	return p, nil
}
