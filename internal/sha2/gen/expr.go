package main

import (
	"fmt"
	"strings"
)

// An expr is the instructions that leave one value on WebAssembly's stack.
type expr []string

// A program is instructions that leave the stack as it was, one a line.
type program struct{ strings.Builder }

func (p *program) emit(instructions ...string) {
	for _, s := range instructions {
		p.WriteString("\t" + s + "\n")
	}
}

func (p *program) comment(text string) { p.WriteString("\n\t// " + text + "\n") }

// loop emits a loop that counts down a register, which is set to at least 1. It
// is the only branch there is.
func (p *program) loop(counter string, body func()) {
	p.emit("Loop")
	body()
	p.emit("Get "+counter, "I64Const $1", "I64Sub", "Tee "+counter, "I64Const $0", "I64Ne", "BrIf $0", "End")
}

// advance adds to a register that holds a pointer.
func (p *program) advance(pointer string, bytes int) {
	p.emit("Get "+pointer, fmt.Sprintf("I64Const $%d", bytes), "I64Add", "Set "+pointer)
}

// set assigns a word to a register. Registers have 64 bits; the upper half is
// zero if words have 32.
func (h hash) set(p *program, register string, value expr) {
	p.emit(h.widened(value)...)
	p.emit("Set " + register)
}

// tee assigns a word to a register, and is its value.
func (h hash) tee(register string, value expr) expr {
	return h.narrowed(append(h.widened(value), "Tee "+register))
}

func (h hash) get(register string) expr {
	return h.narrowed(expr{"Get " + register})
}

func (h hash) widened(e expr) expr {
	if h.bits == 32 {
		return append(e, "I64ExtendI32U")
	}
	return e
}

func (h hash) narrowed(e expr) expr {
	if h.bits == 32 {
		return append(e, "I32WrapI64")
	}
	return e
}

// load reads the word number i after a pointer, little-endian.
func (h hash) load(pointer string, i int) expr {
	return append(address(pointer), fmt.Sprintf("%sLoad $%d", h.prefix(), i*h.bytes()))
}

// store writes the word number i after a pointer.
func (h hash) store(p *program, pointer string, i int, value expr) {
	p.emit(address(pointer)...)
	p.emit(value...)
	p.emit(fmt.Sprintf("%sStore $%d", h.prefix(), i*h.bytes()))
}

// address is 32 bits wide, as the stack pointer is already.
func address(pointer string) expr {
	if pointer == "SP" {
		return expr{"Get SP"}
	}
	return expr{"Get " + pointer, "I32WrapI64"}
}

func (h hash) add(terms ...expr) expr { return h.fold("Add", terms) }
func (h hash) xor(terms ...expr) expr { return h.fold("Xor", terms) }
func (h hash) and(terms ...expr) expr { return h.fold("And", terms) }
func (h hash) or(terms ...expr) expr  { return h.fold("Or", terms) }

func (h hash) rotr(x expr, n int) expr { return h.fold("Rotr", []expr{x, h.constant(uint64(n))}) }
func (h hash) shr(x expr, n int) expr  { return h.fold("ShrU", []expr{x, h.constant(uint64(n))}) }
func (h hash) shl(x expr, n int) expr  { return h.fold("Shl", []expr{x, h.constant(uint64(n))}) }

// constant is signed, as the assembler wants it.
func (h hash) constant(v uint64) expr {
	signed := int64(v)
	if h.bits == 32 {
		signed = int64(int32(v))
	}
	return expr{fmt.Sprintf("%sConst $%#x", h.prefix(), signed)}
}

// fold applies an operation from left to right.
func (h hash) fold(operation string, terms []expr) expr {
	var e expr
	for i, term := range terms {
		e = append(e, term...)
		if i > 0 {
			e = append(e, h.prefix()+operation)
		}
	}
	return e
}
