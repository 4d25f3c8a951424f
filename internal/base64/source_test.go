package base64

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestT2SourceHasNoTable reads the source of this package. Only the buffers are
// indexed, with counters; there is nothing that could serve as a table; and no
// condition reads a byte of a buffer.
func TestT2SourceHasNoTable(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		files++
		source, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range faults(t, e.Name(), string(source)) {
			t.Error(fault)
		}
	}
	if files < 2 {
		t.Fatalf("%d files read", files)
	}
}

// TestT2SourceCheckFindsTables keeps the check above honest.
func TestT2SourceCheckFindsTables(t *testing.T) {
	for _, body := range []string{
		"var table [64]byte",
		"var table = [...]byte{1, 2}",
		"var table map[byte]byte",
		`const table = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"; func f(v int) byte { return table[v] }`,
		`func f(v int) byte { return "ABC"[v] }`,
		"func f(s []byte, v byte) byte { return s[v] }",
		"func f(s []byte, i int) byte { return s[s[i]] }",
		"func f(v byte) int { if v > 3 { return 1 }; return 0 }",
		"func f(s []byte) { for s[0] > 3 { } }",
		"func f(v byte) { switch v { case 1: } }",
		"func f(v byte) { switch { case v > 1: } }",
		"func f(a, b bool) bool { return a && b }",
		"func f(s []byte) { for range s { } }",
	} {
		if len(faults(t, "sample.go", "package sample\n"+body)) == 0 {
			t.Errorf("passed: %s", body)
		}
	}
}

var (
	buffers    = []string{"dst", "src", "s"}
	counters   = []string{"i", "j", "k"}
	conditions = []string{
		"len(src) >= 6", "i < len(src)", "i < len(dst)", // lengths are public
		"i < len(s)", "j+8 <= n", "k < min(8, len(s))", "k < min(6, len(dst))", "len(s)%4 == 1",
		"bad != 0", "err != nil", // the verdict, after all is done
	}
)

// faults lists what in a source file could depend on the bytes of a buffer.
func faults(t *testing.T, name, source string) (list []string) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	text := func(n ast.Node) string {
		var b bytes.Buffer
		if err := printer.Fprint(&b, fset, n); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	fault := func(n ast.Node, what string) {
		list = append(list, fmt.Sprintf("%s: %s: %s", fset.Position(n.Pos()), what, text(n)))
	}
	condition := func(e ast.Expr) {
		if e != nil && !slices.Contains(conditions, text(e)) {
			fault(e, "condition")
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ArrayType:
			if n.Len != nil {
				fault(n, "array")
			}
		case *ast.CompositeLit, *ast.MapType, *ast.RangeStmt:
			fault(n, "not needed here")
		case *ast.IndexExpr:
			if !slices.Contains(buffers, text(n.X)) || !isCounter(n.Index) {
				fault(n, "index")
			}
		case *ast.IfStmt:
			condition(n.Cond)
		case *ast.ForStmt:
			condition(n.Cond)
		case *ast.SwitchStmt:
			if n.Tag == nil {
				fault(n, "switch without a tag")
			}
			condition(n.Tag)
		case *ast.CaseClause:
			for _, e := range n.List {
				condition(e)
			}
		case *ast.BinaryExpr:
			if n.Op == token.LAND || n.Op == token.LOR {
				fault(n, "short-circuit")
			}
		}
		return true
	})
	return list
}

// isCounter reports whether an index is made of counters and numbers alone.
func isCounter(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.INT
	case *ast.Ident:
		return slices.Contains(counters, e.Name)
	case *ast.BinaryExpr:
		return e.Op == token.ADD && isCounter(e.X) && isCounter(e.Y)
	}
	return false
}
