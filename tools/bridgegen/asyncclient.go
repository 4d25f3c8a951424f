package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The client of calls that answer with promises stands on web/src/bridge/promises.ts.
var promiseNames = []string{
	"Live", "start", "type Value",
	"addArray32", "addBool", "addBytes", "addChoice", "addData", "addInteger", "addJSON", "addList", "addOptional", "addText", "addUint32",
	"fieldsOf", "orElse",
	"takeBool", "takeBytes", "takeInteger", "takeJSON", "takeList", "takeText", "takeUint32",
}

// writeAsyncClient returns the TypeScript file with the classes and functions, which
// imports from a path what it stands on.
func writeAsyncClient(s *surface, bridge string) string {
	var body strings.Builder
	writeCodes(&body, "MachineErrorCode", s.codes)
	for _, u := range s.unions {
		fmt.Fprintf(&body, "\n%sexport type %s = %s;\n", comment("", u.doc), u.name, strings.Join(u.values, " | "))
	}
	given, taken := s.crossing()
	for _, r := range s.records {
		writeInterface(&body, r)
		if taken[r] {
			writeTake(&body, r)
		}
		if given[r] {
			writeAdd(&body, r)
		}
	}
	for _, c := range s.classes {
		writeLiveClass(&body, c)
	}
	for _, f := range s.functions {
		fmt.Fprintf(&body, "\n%sexport async function %s(%s): Promise<%s> {\n",
			comment("", f.asyncDoc()), f.name, f.asyncParams(), f.asyncResult())
		writeStart(&body, "  ", f, "null")
		body.WriteString("}\n")
	}
	used := slices.DeleteFunc(slices.Clone(promiseNames), func(name string) bool {
		return !regexp.MustCompile(`\b` + strings.TrimPrefix(name, "type ") + `\b`).MatchString(body.String())
	})
	var b strings.Builder
	b.WriteString(header)
	writeImport(&b, used, bridge)
	b.WriteString("\n")
	b.WriteString(body.String())
	return b.String()
}

// crossing returns the records that are given to calls, and those that come back.
func (s *surface) crossing() (given, taken map[*record]bool) {
	given, taken = make(map[*record]bool), make(map[*record]bool)
	for _, f := range s.all() {
		for _, p := range f.params {
			p.typ.note(given)
		}
		if f.result != nil {
			f.result.note(taken)
		}
	}
	return given, taken
}

// note notes the records in a type.
func (t typ) note(found map[*record]bool) {
	switch {
	case t.elem != nil:
		t.elem.note(found)
	case t.rec != nil:
		found[t.rec] = true
		for _, f := range t.rec.fields {
			f.typ.note(found)
		}
	}
}

func writeInterface(b *strings.Builder, r *record) {
	doc := r.doc
	if r.internal {
		doc = "@internal " + doc
	}
	fmt.Fprintf(b, "\n%sexport interface %s {\n", comment("", doc), r.name)
	for _, f := range r.fields {
		name, optional := f.name, ""
		if r.options {
			name, optional = name+"?", " | undefined"
		}
		fmt.Fprintf(b, "%s  %s: %s%s;\n", comment("  ", upperFirst(f.doc)), name, f.typ.asyncTS(), optional)
	}
	b.WriteString("}\n")
}

func writeTake(b *strings.Builder, r *record) {
	fmt.Fprintf(b, "\nfunction take%s(): %s {\n  return {\n", r.name, r.name)
	for _, f := range r.fields { // in the order of the fields, as Go puts them
		fmt.Fprintf(b, "    %s: %s,\n", f.name, f.typ.asyncTake())
	}
	b.WriteString("  };\n}\n")
}

// writeAdd writes the function that takes a record apart, of which any field may be
// a getter, and checks the fields.
func writeAdd(b *strings.Builder, r *record) {
	fmt.Fprintf(b, "\nfunction add%s(values: Value[], label: string, value: unknown): void {\n", r.name)
	var names, quoted []string
	for _, f := range r.fields {
		names, quoted = append(names, f.name), append(quoted, fmt.Sprintf("%q", f.name))
	}
	fmt.Fprintf(b, "  const [%s] = fieldsOf(label, value, %s);\n", strings.Join(names, ", "), strings.Join(quoted, ", "))
	for _, f := range r.fields {
		value := f.name
		if zero := f.typ.zero(); r.options && zero != "" {
			value = "orElse(" + value + ", " + zero + ")"
		}
		fmt.Fprintf(b, "  %s;\n", f.typ.add("`${label}."+f.name+"`", value))
	}
	b.WriteString("}\n")
}

func writeLiveClass(b *strings.Builder, c *class) {
	if c.internal {
		return
	}
	fmt.Fprintf(b, "\n%sexport abstract class %s extends Live {\n", comment("", c.doc), c.name)
	for i, f := range c.functions {
		if i > 0 {
			b.WriteString("\n")
		}
		name := f.name
		if f.internal {
			name = "_" + name
		}
		fmt.Fprintf(b, "%s  async %s(%s): Promise<%s> {\n", comment("  ", f.asyncDoc()), name, f.asyncParams(), f.asyncResult())
		writeStart(b, "    ", f, "this")
		b.WriteString("  }\n")
	}
	b.WriteString("}\n")
}

// writeStart writes the body of a function. Everything that may run code of the
// caller happens before the first await, and so before the function returns.
func writeStart(b *strings.Builder, indent string, f *function, self string) {
	fmt.Fprintf(b, "%sconst values: Value[] = [];\n", indent)
	for _, p := range f.params {
		fmt.Fprintf(b, "%s%s;\n", indent, p.typ.add(fmt.Sprintf("%q", p.name), p.name))
	}
	take := "() => {}"
	if f.result != nil {
		take = "() => " + f.result.asyncTake()
		if name, ok := strings.CutSuffix(f.result.asyncTake(), "()"); ok && !strings.ContainsAny(name, "( ") {
			take = name
		}
	}
	signal := ""
	if f.abortable {
		signal = ", signal"
	}
	fmt.Fprintf(b, "%sreturn start(%q, %s, values, %s%s);\n", indent, f.export, self, take, signal)
}

// add is the statement that checks an argument and adds it to the values.
func (t typ) add(label, value string) string {
	name, more := "", ""
	switch t.kind {
	case textKind:
		name = "addText"
	case unionKind:
		name, more = "addChoice", ", ["+strings.Join(t.of.values, ", ")+"]"
	case bytesKind:
		name = "addBytes"
	case dataKind:
		name = "addData"
	case array32Kind:
		name = "addArray32"
	case uint32Kind, objectKind:
		name = "addUint32"
	case integerKind:
		name = "addInteger"
	case boolKind:
		name = "addBool"
	case jsonKind:
		name = "addJSON"
	case recordKind:
		name = "add" + t.name
	case listKind:
		name, more = "addList", ", (label, item) => "+t.elem.add("label", "item")
	case optionalKind:
		name, more = "addOptional", ", (label, given) => "+t.elem.add("label", "given")
	}
	return name + "(values, " + label + ", " + value + more + ")"
}

// zero is what an option is if it was left out. What may be undefined anyway has none.
func (t typ) zero() string {
	switch t.kind {
	case textKind, unionKind, dataKind:
		return `""`
	case bytesKind:
		return "new Uint8Array()"
	case uint32Kind, integerKind:
		return "0"
	case boolKind:
		return "false"
	case listKind:
		return "[]"
	}
	return ""
}

// asyncTS is the type in TypeScript of what comes back.
func (t typ) asyncTS() string {
	switch t.kind {
	case objectKind: // by its number: a class for users holds it
		return "number"
	case listKind:
		return t.elem.asyncTS() + "[]"
	case optionalKind:
		return t.elem.asyncTS() + " | undefined"
	}
	return t.ts()
}

func (t typ) asyncTake() string {
	switch t.kind {
	case objectKind:
		return "takeUint32()"
	case listKind:
		return "takeList(() => " + t.elem.asyncTake() + ")"
	case optionalKind:
		return "takeBool() ? " + t.elem.asyncTake() + " : undefined"
	}
	return t.take()
}

func (f *function) asyncDoc() string {
	if f.internal {
		return "@internal " + f.doc
	}
	return f.doc
}

func (f *function) asyncParams() string {
	var list []string
	for _, p := range f.params {
		name, ts := p.name, p.typ.asyncTS()
		switch p.typ.kind {
		case optionalKind:
			name, ts = name+"?", p.typ.elem.asyncTS()
		case listKind:
			ts = "Iterable<" + p.typ.elem.asyncTS() + ">"
		}
		list = append(list, name+": "+ts)
	}
	if f.abortable {
		list = append(list, "signal?: AbortSignal")
	}
	return strings.Join(list, ", ")
}

func (f *function) asyncResult() string {
	if f.result == nil {
		return "void"
	}
	return f.result.asyncTS()
}
