package main

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// What a declaration can be marked with, by a line of its comment.
const (
	propertyMark  = "//bridge:property"
	publicMark    = "//bridge:public"
	internalMark  = "//bridge:internal"
	abortableMark = "//bridge:abortable"
	optionsMark   = "//bridge:options"
)

// readMarks returns the marks of functions and types.
func readMarks(pkg *packages.Package) map[types.Object][]string {
	marks := make(map[types.Object][]string)
	note := func(name *ast.Ident, doc *ast.CommentGroup) {
		if doc == nil {
			return
		}
		for _, c := range doc.List {
			if strings.HasPrefix(c.Text, "//bridge:") {
				o := pkg.TypesInfo.Defs[name]
				marks[o] = append(marks[o], c.Text)
			}
		}
	}
	for _, file := range pkg.Syntax {
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				note(d.Name, d.Doc)
			case *ast.GenDecl:
				if t, ok := d.Specs[0].(*ast.TypeSpec); ok {
					note(t.Name, d.Doc)
				}
			}
		}
	}
	return marks
}

func (r *reader) isMarked(o types.Object, mark string) bool { return slices.Contains(r.marks[o], mark) }
