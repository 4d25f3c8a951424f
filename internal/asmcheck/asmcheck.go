// Package asmcheck reads Go assembly for WebAssembly and refuses whatever could
// make its time depend on a secret. It is for the tests of packages that have
// such assembly, and holds off T8.
//
// The assembly is run with one bit in place of each value: whether it can
// depend on a secret. Everything that comes from memory does, and so do
// arguments, except those that the test names as public: pointers and lengths.
// Addresses and the conditions of loops must be public, and loops are the only
// branches allowed. So are, of all instructions, only those of which no engine
// makes a branch or a loop; division, selection and floating-point arithmetic
// are not among them.
package asmcheck

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// File checks a file of the package under test.
func File(t *testing.T, name string, public ...string) {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(string(source), public...); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// Check returns the first fault of an assembly source, or nil. The arguments
// whose names are in public are taken for public in all functions.
func Check(source string, public ...string) error {
	m := machine{public: public}
	for number, text := range strings.Split(source, "\n") {
		text, _, _ = strings.Cut(text, "//")
		text = strings.TrimSpace(text)
		if text == "" || strings.HasPrefix(text, "#include") {
			continue
		}
		opcode, operands, _ := strings.Cut(text, " ")
		m.code = append(m.code, instruction{number + 1, opcode, strings.TrimSpace(operands)})
	}
	for m.pc < len(m.code) {
		in := m.code[m.pc]
		if err := m.step(in); err != nil {
			return fmt.Errorf("line %d: %s %s: %w", in.line, in.opcode, in.operands, err)
		}
	}
	if m.functions == 0 || m.inside {
		return fmt.Errorf("%d functions, of which the last has an end: %v", m.functions, !m.inside)
	}
	return nil
}

type instruction struct {
	line             int
	opcode, operands string
}

// effect is what an instruction does to the stack.
type effect struct {
	pops, pushes int
	address      bool // the first of what it pops is an address
	memory       bool // what it pushes comes from there
}

var effects = func() map[string]effect {
	table := map[string]effect{
		"Drop":       {pops: 1},
		"I32WrapI64": {pops: 1, pushes: 1}, "I64ExtendI32U": {pops: 1, pushes: 1}, "I64ExtendI32S": {pops: 1, pushes: 1},
		"I32ReinterpretF32": {pops: 1, pushes: 1}, "F32ReinterpretI32": {pops: 1, pushes: 1},
		"I64ReinterpretF64": {pops: 1, pushes: 1}, "F64ReinterpretI64": {pops: 1, pushes: 1},
	}
	load := effect{pops: 1, pushes: 1, address: true, memory: true}
	store := effect{pops: 2, address: true}
	for _, name := range []string{"8U", "8S", "16U", "16S", "32U", "32S"} {
		table["I64Load"+name] = load
	}
	for _, name := range []string{"8U", "8S", "16U", "16S"} {
		table["I32Load"+name] = load
	}
	for _, name := range []string{"I64Store8", "I64Store16", "I64Store32", "I32Store8", "I32Store16"} {
		table[name] = store
	}
	for _, word := range []string{"I32", "I64"} {
		table[word+"Load"], table[word+"Store"] = load, store
		table[word+"Const"] = effect{pushes: 1}
		table[word+"Eqz"] = effect{pops: 1, pushes: 1}
		for _, name := range []string{
			"Add", "Sub", "Mul", "And", "Or", "Xor", "Shl", "ShrU", "ShrS", "Rotl", "Rotr",
			"Eq", "Ne", "LtU", "LtS", "LeU", "LeS", "GtU", "GtS", "GeU", "GeS",
		} {
			table[word+name] = effect{pops: 2, pushes: 1}
		}
	}
	return table
}()

func isRegister(name string) bool { return slices.Contains(registers, name) }

var registers = func() (list []string) {
	for i := range 32 {
		list = append(list, fmt.Sprint("F", i))
		if i < 16 {
			list = append(list, fmt.Sprint("R", i))
		}
	}
	return list
}()
