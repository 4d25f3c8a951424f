package main

import (
	"fmt"
	"strings"
)

const promisePath = "github.com/mudpuppy-e2ee/mudpuppy/internal/promise"

// writeAsyncExports returns the Go file with the exports of calls that answer with
// promises. Package promise says how they work.
func writeAsyncExports(s *surface) string {
	var body strings.Builder
	for _, f := range s.all() {
		writeAsyncExport(&body, f)
	}
	var b strings.Builder
	b.WriteString(header)
	b.WriteString("//go:build js && !bridgegen\n\n")
	fmt.Fprintf(&b, "package %s\n\nimport (\n\"context\"\n\n", s.pkg)
	if strings.Contains(body.String(), "bridge.") {
		fmt.Fprintf(&b, "%q\n", bridgePath)
	}
	fmt.Fprintf(&b, "%q\n)\n", promisePath)
	b.WriteString(body.String())
	return b.String()
}

func writeAsyncExport(b *strings.Builder, f *function) {
	numbers, object, call := "number, size", "nil", f.goName
	if f.class != "" {
		numbers, object, call = "number, size, self", "o", "o."+f.goName
	}
	start := "Start"
	if f.abortable {
		start = "StartAbortable"
	}
	fmt.Fprintf(b, "\n//go:wasmexport %s\nfunc export%s%s(%s uint32) {\n", f.export, f.class, f.goName, numbers)
	if f.class != "" {
		fmt.Fprintf(b, "o := bridge.Object[*%s](self)\n", f.class)
	}
	fmt.Fprintf(b, "promise.%s(number, size, %s, func(ctx context.Context, c *promise.Call) error {\n", start, object)
	arguments := []string{"ctx"}
	for _, p := range f.params {
		arguments = append(arguments, p.typ.read())
	}
	writeOutcome(b, f, call+"("+strings.Join(arguments, ", ")+")")
	b.WriteString("})\n}\n")
}

// read is the expression that reads an argument from the call.
func (t typ) read() string {
	switch t.kind {
	case textKind:
		return "c.Text()"
	case unionKind:
		return t.name + "(c.Text())"
	case bytesKind, dataKind:
		return "c.Bytes()"
	case jsonKind:
		return "bridge.JSON(c.Bytes())"
	case array32Kind:
		return "c.Array32()"
	case uint32Kind:
		return "c.Uint32()"
	case integerKind:
		return "c.Integer()"
	case boolKind:
		return "c.Bool()"
	case objectKind:
		return "bridge.Object[*" + t.name + "](c.Uint32())"
	case listKind:
		return "promise.List(c, func() " + t.elem.goType() + " { return " + t.elem.read() + " })"
	case optionalKind:
		return "promise.Optional(c, func() " + t.elem.goType() + " { return " + t.elem.read() + " })"
	}
	var fields []string
	for _, f := range t.rec.fields {
		fields = append(fields, f.goName+": "+f.typ.read())
	}
	return t.name + "{" + strings.Join(fields, ", ") + "}"
}

// goType is the type in Go, of what can stand in a list or may be missing.
func (t typ) goType() string {
	switch t.kind {
	case textKind:
		return "string"
	case bytesKind:
		return "[]byte"
	case dataKind:
		return "bridge.Data"
	case jsonKind:
		return "bridge.JSON"
	case uint32Kind:
		return "uint32"
	case integerKind:
		return "int64"
	case boolKind:
		return "bool"
	case objectKind:
		return "*" + t.name
	case listKind:
		return "[]" + t.elem.goType()
	}
	return t.name
}
