package main

import (
	"cmp"
	"fmt"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// surface is all that a package declares for JavaScript, in its own order.
type surface struct {
	pkg       string // the name of the Go package
	classes   []*class
	records   []*record
	unions    []*union
	functions []*function
	part      []*function // those with a client of their own
	codes     []code
}

// class is a Go type of which JavaScript holds objects.
type class struct {
	name, doc   string
	internal    bool      // not for users, who see no objects of it
	constructor *function // nil if only functions make objects
	functions   []*function
}

// record is a struct that crosses by value.
type record struct {
	name, doc string
	fields    []field
	options   bool // any field may be left out
	internal  bool // not for users
}

type field struct {
	goName, name, doc string
	typ               typ
}

// union is a string type of which the values are known.
type union struct {
	name, doc string
	values    []string // as literals
}

// function is a function, a static method, a constructor or a method.
type function struct {
	goName, name, doc string
	class             string // of which it is a method; empty otherwise
	export            string
	property          bool // read like a field: no arguments, no secrets
	public            bool // touches no secret
	internal          bool // not for users
	abortable         bool // takes a signal
	params            []field
	result            *typ // nil if there is none
	fails             bool
}

// reader reads a surface from a package.
type reader struct {
	pkg   *packages.Package
	docs  map[types.Object]string
	part  string // the file whose functions have a client of their own
	async bool   // every call answers with a promise
	marks map[types.Object][]string
	*surface
}

func load(dir string) (*packages.Package, error) {
	config := &packages.Config{
		Mode: packages.LoadAllSyntax,
		Dir:  dir,
		Env:  append(os.Environ(), "GOOS=js", "GOARCH=wasm"),
		// The exports are about to be written anew, and may no longer compile.
		BuildFlags: []string{"-tags=bridgegen"},
	}
	list, err := packages.Load(config, ".")
	if err != nil {
		return nil, err
	}
	for _, e := range list[0].Errors {
		return nil, e
	}
	return list[0], nil
}

func readSurface(dir, part string, async bool) (*surface, error) {
	pkg, err := load(dir)
	if err != nil {
		return nil, err
	}
	r := &reader{pkg, readDocs(pkg), part, async, readMarks(pkg), &surface{pkg: pkg.Name}}
	objects := r.exported()
	for _, o := range objects {
		if err := r.readType(o); err != nil {
			return nil, r.at(o, err)
		}
	}
	for _, o := range objects { // when all are known that they may hold
		if err := r.readFields(o); err != nil {
			return nil, r.at(o, err)
		}
	}
	for _, o := range objects {
		if err := r.readFunctions(o); err != nil {
			return nil, r.at(o, err)
		}
	}
	if r.codes, err = readCodes(pkg); err != nil {
		return nil, err
	}
	return r.surface, nil
}

func (r *reader) at(o types.Object, err error) error {
	return fmt.Errorf("%s: %s: %w", r.pkg.Fset.Position(o.Pos()), o.Name(), err)
}

// exported returns what the package exports, in the order of files and lines.
func (r *reader) exported() []types.Object {
	var list []types.Object
	scope := r.pkg.Types.Scope()
	for _, name := range scope.Names() {
		if token.IsExported(name) {
			list = append(list, scope.Lookup(name))
		}
	}
	slices.SortFunc(list, r.compare)
	return list
}

// compare orders by file and line. (Files are read side by side, so that
// token.Pos alone says nothing.)
func (r *reader) compare(a, b types.Object) int {
	p, q := r.pkg.Fset.Position(a.Pos()), r.pkg.Fset.Position(b.Pos())
	return cmp.Or(cmp.Compare(p.Filename, q.Filename), cmp.Compare(p.Offset, q.Offset))
}

// readType adds a class, record or union.
func (r *reader) readType(o types.Object) error {
	name, ok := o.(*types.TypeName)
	if !ok {
		return nil
	}
	switch under := name.Type().Underlying().(type) {
	case *types.Struct:
		if hasWipe(name.Type()) {
			r.classes = append(r.classes, &class{name: o.Name(), doc: r.doc(o), internal: r.isMarked(o, internalMark)})
			return nil
		}
		r.records = append(r.records, &record{
			name: o.Name(), doc: r.doc(o), options: r.isMarked(o, optionsMark), internal: r.isMarked(o, internalMark),
		})
		return nil
	case *types.Basic:
		return r.readUnion(o, under)
	}
	return unknown(o.Type())
}

func hasWipe(t types.Type) bool {
	wipe, _, _ := types.LookupFieldOrMethod(types.NewPointer(t), true, nil, "Wipe")
	_, ok := wipe.(*types.Func)
	return ok
}

// readFields adds the fields to a record.
func (r *reader) readFields(o types.Object) error {
	i := slices.IndexFunc(r.records, func(rec *record) bool { return rec.name == o.Name() })
	if _, ok := o.(*types.TypeName); !ok || i < 0 {
		return nil
	}
	for v := range o.Type().Underlying().(*types.Struct).Fields() {
		t, err := r.typeOf(v.Type())
		if err != nil {
			return err
		}
		r.records[i].fields = append(r.records[i].fields, field{v.Name(), jsName(v.Name()), r.docs[v], t})
	}
	return nil
}

func (r *reader) readUnion(o types.Object, basic *types.Basic) error {
	if basic.Kind() != types.String {
		return unknown(o.Type())
	}
	u := &union{name: o.Name(), doc: r.doc(o)}
	for _, c := range r.exported() {
		if c, ok := c.(*types.Const); ok && types.Identical(c.Type(), o.Type()) {
			u.values = append(u.values, c.Val().ExactString())
		}
	}
	if len(u.values) == 0 {
		return fmt.Errorf("a string type without constants")
	}
	r.unions = append(r.unions, u)
	return nil
}

// readFunctions adds a function where it belongs, or the methods of a type.
func (r *reader) readFunctions(o types.Object) error {
	if f, ok := o.(*types.Func); ok {
		return r.readFunction(f)
	}
	i := slices.IndexFunc(r.classes, func(c *class) bool { return c.name == o.Name() })
	if _, ok := o.(*types.TypeName); !ok || i < 0 {
		return nil
	}
	methods := slices.Collect(o.Type().(*types.Named).Methods())
	slices.SortFunc(methods, func(a, b *types.Func) int { return r.compare(a, b) })
	for _, m := range methods {
		if !m.Exported() || m.Name() == "Wipe" || r.async && m.Name() == "Fault" {
			continue
		}
		f, err := r.signature(m)
		if err != nil {
			return r.at(m, err)
		}
		f.class, f.name = o.Name(), jsName(m.Name())
		f.export = jsName(o.Name()) + "_" + f.name
		r.classes[i].functions = append(r.classes[i].functions, f)
	}
	return nil
}

// readFunction tells constructors and static methods from other functions.
func (r *reader) readFunction(o *types.Func) error {
	f, err := r.signature(o)
	if err != nil {
		return err
	}
	if filepath.Base(r.pkg.Fset.Position(o.Pos()).Filename) == r.part {
		f.name = jsName(o.Name())
		f.export = f.name
		r.surface.part = append(r.surface.part, f)
		return f.checkPart()
	}
	if f.result != nil && f.result.kind == objectKind && !r.async {
		name := f.result.name
		for _, c := range r.classes {
			verb, ok := strings.CutSuffix(o.Name(), name)
			if c.name != name || !ok {
				continue
			}
			if verb == "New" {
				f.export = jsName(name) + "_new"
				c.constructor = f
				return nil
			}
			f.name = jsName(verb)
			f.export = jsName(name) + "_" + f.name
			c.functions = append(c.functions, f)
			return nil
		}
	}
	f.name = jsName(o.Name())
	f.export = f.name
	r.functions = append(r.functions, f)
	return nil
}

// checkPart refuses what needs something that only the other client has.
func (f *function) checkPart() error {
	types := make([]typ, 0, 1+len(f.params))
	for _, p := range f.params {
		types = append(types, p.typ)
	}
	if f.result != nil {
		types = append(types, *f.result)
	}
	for _, t := range types {
		if t.kind == listKind {
			t = *t.elem
		}
		if t.kind == recordKind || t.kind == optionalKind || t.kind == unionKind {
			return fmt.Errorf("a function with a client of its own cannot have %s", t.ts())
		}
	}
	return nil
}

func (r *reader) signature(o *types.Func) (*function, error) {
	f := &function{goName: o.Name(), doc: r.doc(o), property: r.isMarked(o, propertyMark)}
	f.public = f.property || r.isMarked(o, publicMark)
	f.internal, f.abortable = r.isMarked(o, internalMark), r.isMarked(o, abortableMark)
	s := o.Signature()
	params := slices.Collect(s.Params().Variables())
	if r.async {
		if len(params) == 0 || !isContext(params[0].Type()) {
			return nil, fmt.Errorf("the first argument is no context")
		}
		params = params[1:]
	}
	for _, v := range params {
		t, err := r.typeOf(v.Type())
		if err != nil {
			return nil, err
		}
		if !t.isArgument(r.async) {
			return nil, fmt.Errorf("%s cannot be an argument", v.Type())
		}
		if n := len(f.params); n > 0 && f.params[n-1].typ.kind == optionalKind && t.kind != optionalKind {
			return nil, fmt.Errorf("%s comes after an argument that can be left out", v.Name())
		}
		name := v.Name()
		if r.async {
			name = jsName(name)
		}
		f.params = append(f.params, field{v.Name(), name, "", t})
	}
	results := slices.Collect(s.Results().Variables())
	if n := len(results); n > 0 && isError(results[n-1].Type()) {
		f.fails = true
		results = results[:n-1]
	}
	if len(results) > 1 {
		return nil, fmt.Errorf("more than one result: make it a struct")
	}
	if len(results) == 1 {
		t, err := r.typeOf(results[0].Type())
		if err != nil {
			return nil, err
		}
		f.result = &t
	}
	if f.property && (len(f.params) > 0 || f.fails || f.result == nil) {
		return nil, fmt.Errorf("a property has a result, no arguments and no error")
	}
	return f, nil
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

func isContext(t types.Type) bool {
	named, ok := t.(*types.Named)
	return ok && named.Obj().Name() == "Context" && named.Obj().Pkg().Path() == "context"
}
