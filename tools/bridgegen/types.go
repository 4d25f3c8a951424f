package main

import (
	"fmt"
	"go/types"
	"strings"
	"unicode"
)

// kind is a way to cross the bridge.
type kind int

const (
	textKind kind = iota
	unionKind
	secretTextKind
	bytesKind
	dataKind
	array32Kind
	uint32Kind
	integerKind // an int64 that is a safe integer
	boolKind
	jsonKind
	secretJSONKind
	objectKind
	recordKind
	optionalKind // a pointer
	listKind
)

// typ is a type that crosses.
type typ struct {
	kind kind
	name string  // of the class, record or union
	elem *typ    // of the list or optional
	rec  *record // of the record
	of   *union  // of the union
}

const bridgePath = "github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"

// typeOf returns how a Go type crosses, or an error if it is not known.
func (r *reader) typeOf(t types.Type) (typ, error) {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		switch t.Kind() {
		case types.String:
			return typ{kind: textKind}, nil
		case types.Uint32:
			return typ{kind: uint32Kind}, nil
		case types.Int64:
			return typ{kind: integerKind}, nil
		case types.Bool:
			return typ{kind: boolKind}, nil
		}
	case *types.Named:
		return r.namedType(t)
	case *types.Pointer:
		return r.pointerType(t)
	case *types.Slice:
		if isByte(t.Elem()) {
			return typ{kind: bytesKind}, nil
		}
		elem, err := r.typeOf(t.Elem())
		return typ{kind: listKind, elem: &elem}, err
	}
	return typ{}, unknown(t)
}

func unknown(t types.Type) error { return fmt.Errorf("type %s cannot cross the bridge", t) }

func (r *reader) namedType(t *types.Named) (typ, error) {
	o := t.Obj()
	switch {
	case o.Pkg() != nil && o.Pkg().Path() == bridgePath && o.Name() == "Data":
		return typ{kind: dataKind}, nil
	case o.Pkg() != nil && o.Pkg().Path() == bridgePath && o.Name() == "SecretText":
		return typ{kind: secretTextKind}, nil
	case o.Pkg() != nil && o.Pkg().Path() == bridgePath && o.Name() == "JSON":
		return typ{kind: jsonKind}, nil
	case o.Pkg() != nil && o.Pkg().Path() == bridgePath && o.Name() == "SecretJSON":
		return typ{kind: secretJSONKind}, nil
	case o.Pkg() != r.pkg.Types || hasWipe(t):
		return typ{}, unknown(t)
	}
	switch t.Underlying().(type) {
	case *types.Basic:
		for _, u := range r.unions {
			if u.name == o.Name() {
				return typ{kind: unionKind, name: o.Name(), of: u}, nil
			}
		}
	case *types.Struct:
		for _, rec := range r.records {
			if rec.name == o.Name() {
				return typ{kind: recordKind, name: o.Name(), rec: rec}, nil
			}
		}
	}
	return typ{}, unknown(t)
}

func (r *reader) pointerType(p *types.Pointer) (typ, error) {
	if a, ok := p.Elem().(*types.Array); ok && a.Len() == 32 && isByte(a.Elem()) {
		return typ{kind: array32Kind}, nil
	}
	if named, ok := p.Elem().(*types.Named); ok && named.Obj().Pkg() == r.pkg.Types && hasWipe(named) {
		return typ{kind: objectKind, name: named.Obj().Name()}, nil
	}
	elem, err := r.typeOf(p.Elem())
	if err != nil || elem.kind == optionalKind || elem.kind == listKind {
		return typ{}, unknown(p)
	}
	return typ{kind: optionalKind, elem: &elem}, nil
}

func isByte(t types.Type) bool { return types.Identical(t, types.Typ[types.Byte]) }

// isArgument tells what JavaScript can give to a call. A record is given by its
// fields. Exports get numbers only; where the arguments stand in the input with
// their lengths, anything can be given that is no result by nature.
func (t typ) isArgument(async bool) bool {
	switch t.kind {
	case secretTextKind, secretJSONKind:
		return false
	case boolKind, integerKind, jsonKind, optionalKind, listKind:
		return async
	case recordKind:
		for _, f := range t.rec.fields {
			if f.typ.kind == recordKind && !async || !f.typ.isArgument(async) {
				return false
			}
		}
	}
	return true
}

// jsName turns a Go name into JavaScript's: SessionID into sessionId.
func jsName(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i, c := range runes {
		afterUpper := i > 0 && unicode.IsUpper(runes[i-1])
		beforeLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
		if i == 0 || afterUpper && !beforeLower {
			c = unicode.ToLower(c)
		}
		b.WriteRune(c)
	}
	return b.String()
}
