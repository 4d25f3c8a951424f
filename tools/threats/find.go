package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	// inWords finds T7 as a word of its own, as in a comment.
	inWords = regexp.MustCompile(`\bT([1-9][0-9]?)\b`)
	// inName finds T7 in TestT7PaddingOracle.
	inName = regexp.MustCompile(`[a-z_]T([1-9][0-9]?)(?:[^0-9]|$)`)
	// inCaseName finds T7 at the beginning of the name of a subtest.
	inCaseName = regexp.MustCompile("^[\"`]T([1-9][0-9]?)[ :,]")
	// scriptTest finds the title of a test of a JavaScript test runner.
	scriptTest = regexp.MustCompile("\\b(?:test|it|describe)(?:\\.\\w+)*\\(\\s*[\"'`]([^\"'`]+)")
)

// findTests returns the tests of each number: "olm: TestT11…" for Go, the file
// and the title for TypeScript and JavaScript.
func findTests(root string) (map[int][]string, error) {
	tests := make(map[int][]string)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			skip := name == "node_modules" || name == "testdata" || path == filepath.Join(root, "tools") ||
				strings.HasPrefix(name, ".") && path != root
			if skip {
				return filepath.SkipDir
			}
			return nil
		}
		find := finderFor(name)
		if find == nil {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found, err := find(path, source)
		if err != nil {
			return err
		}
		where, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".go") {
			where = filepath.Dir(where)
		}
		for _, f := range found {
			carrier := filepath.ToSlash(where) + ": " + f.test
			if !slices.Contains(tests[f.number], carrier) {
				tests[f.number] = append(tests[f.number], carrier)
			}
		}
		return nil
	})
	return tests, err
}

// carried is a number and the test that carries it.
type carried struct {
	number int
	test   string
}

func finderFor(file string) func(path string, source []byte) ([]carried, error) {
	switch {
	case strings.HasSuffix(file, "_test.go"):
		return inGo
	case strings.HasSuffix(file, ".test.ts"), strings.HasSuffix(file, ".test.js"), strings.HasSuffix(file, ".test.mjs"):
		return inScript
	}
	return nil
}

// inGo looks at the name of every test, at the comments in and right before it,
// and at the names of its subtests. What stands elsewhere in the file is prose,
// not a test.
func inGo(path string, source []byte) ([]carried, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var found []carried
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !isTest(f.Name.Name) {
			continue
		}
		add := func(matches [][]string) {
			for _, m := range matches {
				number, _ := strconv.Atoi(m[1])
				found = append(found, carried{number, f.Name.Name})
			}
		}
		add(inName.FindAllStringSubmatch(f.Name.Name, -1))
		begin := f.Pos()
		if f.Doc != nil {
			begin = f.Doc.Pos()
		}
		for _, group := range file.Comments {
			if begin <= group.Pos() && group.End() <= f.End() {
				add(inWords.FindAllStringSubmatch(group.Text(), -1))
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				add(inCaseName.FindAllStringSubmatch(lit.Value, -1))
			}
			return true
		})
	}
	return found, nil
}

func isTest(name string) bool {
	return strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") || strings.HasPrefix(name, "Example")
}

// inScript looks at the title of every test, and at the comments right before
// it.
func inScript(_ string, source []byte) ([]carried, error) {
	var found []carried
	var pending []string // numbers in the comments since the last line of code
	for line := range strings.Lines(string(source)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "//") || strings.HasPrefix(line, "/*") || strings.HasPrefix(line, "*") {
			for _, m := range inWords.FindAllStringSubmatch(line, -1) {
				pending = append(pending, m[1])
			}
			continue
		}
		if title := scriptTest.FindStringSubmatch(line); title != nil {
			for _, m := range inWords.FindAllStringSubmatch(title[1], -1) {
				pending = append(pending, m[1])
			}
			for _, digits := range pending {
				number, _ := strconv.Atoi(digits)
				found = append(found, carried{number, title[1]})
			}
		}
		if line != "" {
			pending = nil
		}
	}
	return found, nil
}
