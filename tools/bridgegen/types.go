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
	boolKind
	objectKind
	recordKind
	optionalKind // a pointer to a record
	listKind
)

// typ is a type that crosses.
type typ struct {
	kind kind
	name string  // of the class, record or union
	elem *typ    // of the list or optional
	rec  *record // of the record
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
	case o.Pkg() != r.pkg.Types || hasWipe(t):
		return typ{}, unknown(t)
	}
	switch t.Underlying().(type) {
	case *types.Basic:
		return typ{kind: unionKind, name: o.Name()}, nil
	case *types.Struct:
		for _, rec := range r.records {
			if rec.name == o.Name() {
				return typ{kind: recordKind, name: o.Name(), rec: rec}, nil
			}
		}
		return typ{}, fmt.Errorf("struct %s is used in another one before it is declared", o.Name())
	}
	return typ{}, unknown(t)
}

func (r *reader) pointerType(p *types.Pointer) (typ, error) {
	if a, ok := p.Elem().(*types.Array); ok && a.Len() == 32 && isByte(a.Elem()) {
		return typ{kind: array32Kind}, nil
	}
	named, ok := p.Elem().(*types.Named)
	if !ok || named.Obj().Pkg() != r.pkg.Types {
		return typ{}, unknown(p)
	}
	if hasWipe(named) {
		return typ{kind: objectKind, name: named.Obj().Name()}, nil
	}
	elem, err := r.namedType(named)
	if err == nil && elem.kind != recordKind {
		err = unknown(p)
	}
	return typ{kind: optionalKind, elem: &elem}, err
}

func isByte(t types.Type) bool { return types.Identical(t, types.Typ[types.Byte]) }

// isArgument tells what JavaScript can give. A record is given by its fields.
func (t typ) isArgument() bool {
	switch t.kind {
	case secretTextKind, boolKind, optionalKind, listKind:
		return false
	case recordKind:
		for _, f := range t.rec.fields {
			if f.typ.kind == recordKind || !f.typ.isArgument() {
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
