package main

import "encoding/binary"

// A function is a WebAssembly function under construction. Its parameters come
// first, all of them numbers, then its other locals.
type function struct {
	name   string
	params int
	locals []byte // types
	code   []byte
}

const (
	typeI32  = 0x7f
	typeV128 = 0x7b
)

// A local is a parameter or another local of a function.
type local int

func newFunction(name string, params int) *function {
	return &function{name: name, params: params}
}

func (f *function) add(kind byte) local {
	f.locals = append(f.locals, kind)
	return local(f.params + len(f.locals) - 1)
}

// address and vector add a local that begins as zero.
func (f *function) address() local { return f.add(typeI32) }
func (f *function) vector() local  { return f.add(typeV128) }

func (f *function) op(b ...byte)   { f.code = append(f.code, b...) }
func (f *function) get(l local)    { f.op(0x20); f.unsigned(int(l)) }
func (f *function) set(l local)    { f.op(0x21); f.unsigned(int(l)) }
func (f *function) i32(n int)      { f.op(0x41); f.signed(n) }
func (f *function) add32()         { f.op(0x6a) }
func (f *function) loop()          { f.op(0x03, 0x40) }
func (f *function) end()           { f.op(0x0b) }
func (f *function) unsigned(n int) { f.code = binary.AppendUvarint(f.code, uint64(n)) }

// againUnlessEqual goes back to the start of the innermost loop unless the two
// addresses on the stack are equal.
func (f *function) againUnlessEqual() { f.op(0x47, 0x0d, 0x00) }

func (f *function) load()                   { f.op(0xfd, 0x00, 0, 0) } // of any alignment, at offset 0
func (f *function) store()                  { f.op(0xfd, 0x0b, 0, 0) }
func (f *function) constant(lanes [16]byte) { f.op(0xfd, 0x0c); f.op(lanes[:]...) }
func (f *function) shuffle(lanes [16]byte)  { f.op(0xfd, 0x0d); f.op(lanes[:]...) }
func (f *function) swizzle()                { f.op(0xfd, 0x0e) }
func (f *function) and()                    { f.op(0xfd, 0x4e) }
func (f *function) or()                     { f.op(0xfd, 0x50) }
func (f *function) xor()                    { f.op(0xfd, 0x51) }
func (f *function) shiftRightSigned()       { f.op(0xfd, 0x6c) }
func (f *function) addLanes()               { f.op(0xfd, 0x6e) }
func (f *function) addLongLanes()           { f.op(0xfd, 0xce, 0x01) } // two of 64 bits

// signed appends a number in signed LEB128.
func (f *function) signed(n int) {
	for {
		group := byte(n & 0x7f)
		n >>= 7
		if n == 0 && group&0x40 == 0 || n == -1 && group&0x40 != 0 {
			f.op(group)
			return
		}
		f.op(group | 0x80)
	}
}

// module returns a WebAssembly module of functions, exported under their
// names, which work on an imported memory.
func module(functions []*function) []byte {
	var types, indexes, exports, bodies []byte
	for i, f := range functions {
		types = append(types, 0x60, byte(f.params))
		for range f.params {
			types = append(types, typeI32)
		}
		types = append(types, 0) // no result
		indexes = append(indexes, byte(i))
		exports = append(append(exports, text(f.name)...), 0, byte(i))
		bodies = append(bodies, f.body()...)
	}
	memory := append(append(text("go"), text("mem")...), 2, 0, 1) // of a page or more

	out := []byte("\x00asm\x01\x00\x00\x00")
	n := byte(len(functions))
	for _, section := range []struct {
		id, count byte
		content   []byte
	}{{1, n, types}, {2, 1, memory}, {3, n, indexes}, {7, n, exports}, {10, n, bodies}} {
		out = append(out, section.id)
		out = binary.AppendUvarint(out, uint64(len(section.content)+1))
		out = append(append(out, section.count), section.content...)
	}
	return out
}

func text(s string) []byte { return append([]byte{byte(len(s))}, s...) }

// body returns the function as the code section holds it, with its length.
func (f *function) body() []byte {
	body := []byte{byte(len(f.locals))}
	for _, kind := range f.locals {
		body = append(body, 1, kind)
	}
	body = append(append(body, f.code...), 0x0b)
	return append(binary.AppendUvarint(nil, uint64(len(body))), body...)
}
