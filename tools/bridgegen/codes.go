package main

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// code is an error code, with what the Go errors behind it say.
type code struct {
	name string
	docs []string
}

// readCodes reads the variable sentinels of the package, and sees to it that
// no error of the packages it bridges is missing there.
func readCodes(pkg *packages.Package) ([]code, error) {
	listed := make(map[types.Object]bool)
	var codes []code
	for _, element := range sentinelList(pkg) {
		name, object, err := readSentinel(pkg, element)
		if err != nil {
			return nil, err
		}
		listed[object] = true
		i := slices.IndexFunc(codes, func(c code) bool { return c.name == name })
		if i < 0 {
			i = len(codes)
			codes = append(codes, code{name: name})
		}
		if doc := sentinelDoc(pkg, object); !slices.Contains(codes[i].docs, doc) {
			codes[i].docs = append(codes[i].docs, doc)
		}
	}
	for _, imported := range pkg.Imports {
		if imported.Module == nil || strings.Contains(imported.PkgPath, "/internal/") {
			continue
		}
		scope := imported.Types.Scope()
		for _, name := range scope.Names() {
			_, isVariable := scope.Lookup(name).(*types.Var)
			if isVariable && strings.HasPrefix(name, "Err") && !listed[scope.Lookup(name)] {
				return nil, fmt.Errorf("%s.%s has no code among the sentinels", imported.Name, name)
			}
		}
	}
	return codes, nil
}

// sentinelList returns the elements of the variable sentinels.
func sentinelList(pkg *packages.Package) []ast.Expr {
	var list []ast.Expr
	for _, file := range pkg.Syntax {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if ok && spec.Names[0].Name == "sentinels" {
				list = spec.Values[0].(*ast.CompositeLit).Elts
			}
			return true
		})
	}
	return list
}

func readSentinel(pkg *packages.Package, e ast.Expr) (string, types.Object, error) {
	var name string
	var object types.Object
	for _, element := range e.(*ast.CompositeLit).Elts {
		switch value := element.(*ast.KeyValueExpr).Value.(type) {
		case *ast.BasicLit:
			name, _ = strconv.Unquote(value.Value)
		case *ast.UnaryExpr: // &olm.ErrMAC, or &errLocal
			switch variable := value.X.(type) {
			case *ast.SelectorExpr:
				object = pkg.TypesInfo.Uses[variable.Sel]
			case *ast.Ident:
				object = pkg.TypesInfo.Uses[variable]
			}
		}
	}
	if !strings.HasPrefix(name, "ERR_") || object == nil {
		return "", nil, fmt.Errorf("%s: want {Code: \"ERR_…\", Err: &sentinel}", pkg.Fset.Position(e.Pos()))
	}
	return name, object, nil
}

// sentinelDoc returns when a Go error is returned.
func sentinelDoc(pkg *packages.Package, o types.Object) string {
	source := pkg
	if imported := pkg.Imports[o.Pkg().Path()]; imported != nil {
		source = imported
	}
	text := readDocs(source)[o]
	for _, verb := range []string{" returned ", " means that ", " means "} {
		if _, rest, ok := strings.Cut(text, verb); ok {
			text = rest
			break
		}
	}
	return upperFirst(strings.NewReplacer("[", "", "]", "").Replace(strings.Join(strings.Fields(text), " ")))
}
