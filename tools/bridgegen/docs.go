package main

import (
	"go/ast"
	"go/types"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/tools/go/packages"
)

// readDocs returns the comments of all that a package declares.
func readDocs(pkg *packages.Package) map[types.Object]string {
	docs := make(map[types.Object]string)
	note := func(name *ast.Ident, groups ...*ast.CommentGroup) {
		for _, g := range groups {
			if text := strings.TrimSpace(g.Text()); text != "" {
				docs[pkg.TypesInfo.Defs[name]] = text
			}
		}
	}
	for _, file := range pkg.Syntax {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				note(n.Name, n.Doc)
				return false
			case *ast.GenDecl:
				if len(n.Specs) == 1 {
					if t, ok := n.Specs[0].(*ast.TypeSpec); ok {
						note(t.Name, n.Doc)
					}
				}
			case *ast.ValueSpec:
				for _, name := range n.Names {
					note(name, n.Doc, n.Comment)
				}
			case *ast.Field:
				for _, name := range n.Names {
					note(name, n.Doc, n.Comment)
				}
			}
			return true
		})
	}
	return docs
}

var link = regexp.MustCompile(`\[(\w+)(?:\.(\w+))?\]`)

// doc returns the comment of an object as one for TypeScript: without the name
// that Go puts first, for in TypeScript it is another, and with links.
func (r *reader) doc(o types.Object) string {
	text := link.ReplaceAllStringFunc(r.docs[o], func(s string) string {
		parts := link.FindStringSubmatch(s)
		if parts[2] == "" {
			return "{@link " + parts[1] + "}"
		}
		return "{@link " + parts[1] + "." + jsName(parts[2]) + "}"
	})
	if _, ok := o.(*types.Func); !ok {
		return text
	}
	text = strings.TrimPrefix(text, o.Name()+" ")
	for _, verb := range []string{"is ", "are "} {
		text = strings.TrimPrefix(text, verb)
	}
	return upperFirst(text)
}

func upperFirst(s string) string {
	for i, c := range s {
		return string(unicode.ToUpper(c)) + s[i+len(string(c)):]
	}
	return s
}

// comment returns text as a comment of TypeScript, indented.
func comment(indent, text string) string {
	if text == "" {
		return ""
	}
	if !strings.Contains(text, "\n") {
		return indent + "/** " + text + " */\n"
	}
	var b strings.Builder
	b.WriteString(indent + "/**\n")
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(strings.TrimRight(indent+" * "+line, " ") + "\n")
	}
	b.WriteString(indent + " */\n")
	return b.String()
}
