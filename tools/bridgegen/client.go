package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The client stands on web/src/bridge, which has a function for each way to
// put an argument and to take a result.
var bridgeNames = []string{
	"Handle", "numberOf",
	"checkArray32", "checkBytes", "checkData", "checkText", "checkUint32",
	"close", "fieldsOf", "invoke", "noConstructor", "open",
	"putBytes", "putData", "putText",
	"takeBool", "takeBytes", "takeList", "takeObject", "takeText", "takeUint32",
}

// writeClient returns the TypeScript file with the classes and functions, which
// imports the bridge from a path.
func writeClient(s *surface, bridge string) string {
	var b strings.Builder
	b.WriteString(header)
	writeImport(&b, bridgeNames, bridge)
	b.WriteString("\n")
	writeCodes(&b, "GoErrorCode", s.codes)
	for _, u := range s.unions {
		fmt.Fprintf(&b, "\n%sexport type %s = %s;\n", comment("", u.doc), u.name, strings.Join(u.values, " | "))
	}
	for _, r := range s.records {
		writeRecord(&b, r)
	}
	for _, c := range s.classes {
		writeClass(&b, c)
	}
	writeFunctions(&b, s.functions)
	exported := s.all()
	writeExportTypes(&b, exported[:len(exported)-len(s.part)])
	return b.String()
}

// writePart returns the TypeScript file of the functions that have one of
// their own. It imports what it uses, and no more.
func writePart(s *surface) string {
	var body strings.Builder
	writeFunctions(&body, s.part)
	writeExportTypes(&body, s.part)
	uses := func(name string) bool { return regexp.MustCompile(`\b` + name + `\b`).MatchString(body.String()) }
	unused := func(name string) bool { return !uses(name) }

	var classes []string
	for _, c := range s.classes {
		classes = append(classes, c.name)
	}
	var b strings.Builder
	b.WriteString(header)
	writeImport(&b, slices.DeleteFunc(slices.Clone(bridgeNames), unused), "../bridge/index.js")
	writeImport(&b, slices.DeleteFunc(classes, unused), "../olm/client.js")
	b.WriteString(body.String())
	return b.String()
}

func writeImport(b *strings.Builder, names []string, from string) {
	fmt.Fprintf(b, "import {\n  %s,\n} from %q;\n", strings.Join(names, ",\n  "), from)
}

func writeFunctions(b *strings.Builder, list []*function) {
	for _, f := range list {
		fmt.Fprintf(b, "\n%sexport function %s(%s): %s {\n", comment("", f.doc), f.name, f.tsParams(), f.tsResult())
		writeBody(b, "  ", f)
		b.WriteString("}\n")
	}
}

func writeCodes(b *strings.Builder, name string, codes []code) {
	fmt.Fprintf(b, "/** The codes of the errors that Go returns. */\nexport type %s =", name)
	if len(codes) == 0 {
		b.WriteString(" never")
	}
	for _, c := range codes {
		fmt.Fprintf(b, "\n%s  | %q", comment("  ", strings.Join(c.docs, "\n")), c.name)
	}
	b.WriteString(";\n")
}

func writeRecord(b *strings.Builder, r *record) {
	fmt.Fprintf(b, "\n%sexport interface %s {\n", comment("", r.doc), r.name)
	for _, f := range r.fields {
		fmt.Fprintf(b, "%s  %s: %s;\n", comment("  ", upperFirst(f.doc)), f.name, f.typ.ts())
	}
	b.WriteString("}\n")
	fmt.Fprintf(b, "\nfunction take%s(): %s {\n  return {\n", r.name, r.name)
	for _, f := range r.fields { // in the order of the fields, as Go puts them
		fmt.Fprintf(b, "    %s: %s,\n", f.name, f.typ.take())
	}
	b.WriteString("  };\n}\n")
}

func writeClass(b *strings.Builder, c *class) {
	fmt.Fprintf(b, "\n%sexport class %s extends Handle {\n", comment("", c.doc), c.name)
	if c.constructor != nil {
		fmt.Fprintf(b, "%s  constructor(%s) {\n", comment("  ", c.constructor.doc), c.constructor.tsParams())
		writeCall(b, "    ", c.constructor)
		fmt.Fprintf(b, "    super(%s, close(takeUint32()));\n  }\n", c.name)
	} else {
		fmt.Fprintf(b, "  private constructor() {\n    super(%s, noConstructor(%q));\n  }\n", c.name, c.name)
	}
	for _, f := range c.functions {
		static, parens := "", "("+f.tsParams()+")"
		if f.class == "" {
			static = "static "
		}
		if f.property {
			static, parens = "get ", "()"
		}
		fmt.Fprintf(b, "\n%s  %s%s%s: %s {\n", comment("  ", f.doc), static, f.name, parens, f.tsResult())
		writeBody(b, "    ", f)
		b.WriteString("  }\n")
	}
	b.WriteString("}\n")
}

func writeBody(b *strings.Builder, indent string, f *function) {
	writeCall(b, indent, f)
	switch {
	case f.result == nil: // and so nothing to overwrite
	case f.public: // and so may stay
		b.WriteString(indent + "return " + f.result.take() + ";\n")
	default:
		b.WriteString(indent + "return close(" + f.result.take() + ");\n")
	}
}

// writeCall writes everything up to the point where the results are there.
// The order matters: first what may run code of the caller, then all checks,
// then the copying.
func writeCall(b *strings.Builder, indent string, f *function) {
	var values []argument
	for _, p := range f.params {
		if p.typ.kind != recordKind {
			values = append(values, argument{p.name, p.name, p.typ})
			continue
		}
		var locals, names []string
		for _, g := range p.typ.rec.fields {
			local := p.sub(g).name
			locals, names = append(locals, local), append(names, fmt.Sprintf("%q", g.name))
			values = append(values, argument{p.name + "." + g.name, local, g.typ})
		}
		fmt.Fprintf(b, "%sconst [%s] = fieldsOf(%q, %s, %s);\n",
			indent, strings.Join(locals, ", "), p.name, p.name, strings.Join(names, ", "))
	}
	var sizes, puts []string
	if f.class != "" {
		fmt.Fprintf(b, "%sconst self = numberOf(\"this\", this, %s);\n", indent, f.class)
		puts = append(puts, "self")
	}
	for _, v := range values {
		switch v.typ.kind {
		case uint32Kind:
			puts = append(puts, fmt.Sprintf("checkUint32(%q, %s)", v.label, v.local))
		case objectKind:
			puts = append(puts, fmt.Sprintf("numberOf(%q, %s, %s)", v.label, v.local, v.typ.name))
		default:
			sizes = append(sizes, fmt.Sprintf("%s(%q, %s)", v.typ.check(), v.label, v.local))
			puts = append(puts, fmt.Sprintf("%s(%s)", v.typ.put(), v.local))
		}
	}
	writeInvoke(b, indent, f, sizes, puts, values)
}

// argument is one value to be put: what the user calls it, and the variable.
type argument struct {
	label, local string
	typ          typ
}

func writeInvoke(b *strings.Builder, indent string, f *function, sizes, puts []string, values []argument) {
	offset := len(puts) - len(values) // 1 if there is a self
	for i, v := range values {        // checks of numbers and objects come before anything is copied, too
		if v.typ.kind == uint32Kind || v.typ.kind == objectKind {
			fmt.Fprintf(b, "%sconst %sNumber = %s;\n", indent, v.local, puts[i+offset])
			puts[i+offset] = v.local + "Number"
		}
	}
	size := strings.Join(sizes, " + ")
	if size == "" {
		size = "0"
	}
	fmt.Fprintf(b, "%sconst go = open<Exports>(%s);\n", indent, size)
	var numbers []string
	for i, p := range puts {
		if i >= offset && values[i-offset].typ.kind == array32Kind { // no length to hand over
			fmt.Fprintf(b, "%s%s;\n", indent, p)
			continue
		}
		if i >= offset && strings.HasPrefix(p, "put") {
			local := values[i-offset].local + "Length"
			fmt.Fprintf(b, "%sconst %s = %s;\n", indent, local, p)
			p = local
		}
		numbers = append(numbers, p)
	}
	fmt.Fprintf(b, "%sinvoke(%s);\n", indent, strings.Join(append([]string{"go." + f.export}, numbers...), ", "))
}

// writeExportTypes writes the type of the module's exports.
func writeExportTypes(b *strings.Builder, list []*function) {
	b.WriteString("\ninterface Exports {\n")
	for _, f := range list {
		n := 0
		if f.class != "" {
			n++
		}
		for _, p := range f.params {
			n += len(p.numbers())
		}
		var params []string
		for i := range n {
			params = append(params, fmt.Sprintf("n%d: number", i))
		}
		fmt.Fprintf(b, "  %s(%s): number;\n", f.export, strings.Join(params, ", "))
	}
	b.WriteString("}\n")
}

func (f *function) tsParams() string {
	var list []string
	for _, p := range f.params {
		list = append(list, p.name+": "+p.typ.ts())
	}
	return strings.Join(list, ", ")
}

func (f *function) tsResult() string {
	if f.result == nil {
		return "void"
	}
	return f.result.ts()
}
