package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"
)

func TestKernelIsWhatTheGeneratorWrites(t *testing.T) {
	want, err := os.ReadFile("../kernel.wasm")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(module(functions()), want) {
		t.Error("run go generate")
	}
}

// T8: the kernel has no instruction that could depend on a secret. It branches
// only back to the start of its loops, at most two, on addresses, and whatever it does
// with the bytes of a block happens in vectors.
func TestT8KernelHasNoBranchButItsLoops(t *testing.T) {
	for _, f := range functions() {
		if branches, unknown := scan(f.code); branches > 2 || unknown >= 0 {
			t.Errorf("%s: %d branches; instruction %#x is not one of ours", f.name, branches, unknown)
		}
	}
	f := encryptCBC()
	// The control: a branch on a bit of the block, and a table in memory.
	for name, code := range map[string][]byte{
		"if":       {0x04, 0x40, 0x0b},
		"br_table": {0x0e, 0x00, 0x00},
		"select":   {0x1b},
		"i32.load": {0x28, 0x00, 0x00},
		"v128 bit": {0xfd, 0x53}, // any_true
	} {
		if _, unknown := scan(append(bytes.Clone(f.code), code...)); unknown < 0 {
			t.Errorf("%s was not noticed", name)
		}
	}
}

// scan walks over instructions. It counts the branches, each of which must
// follow a comparison of addresses, and returns the first instruction that the
// kernel has no use for, or -1.
func scan(code []byte) (branches, unknown int) {
	vector := map[byte]int{0x00: 2, 0x0b: 2, 0x0c: 16, 0x0d: 16, 0x0e: 0, 0x4e: 0, 0x50: 0, 0x51: 0, 0x6c: 0, 0x6e: 0, 0xce: 1}
	previous := byte(0)
	for len(code) > 0 {
		instruction := code[0]
		code = code[1:]
		switch instruction {
		case 0x20, 0x21, 0x41: // local.get, local.set, i32.const
			_, n := binary.Uvarint(code)
			code = code[n:]
		case 0x6a, 0x47, 0x0b: // i32.add, i32.ne, end
		case 0x03: // loop
			code = code[1:]
		case 0x0d: // br_if
			if previous != 0x47 || code[0] != 0 {
				return branches, int(instruction)
			}
			branches++
			code = code[1:]
		case 0xfd:
			n, ok := vector[code[0]]
			if !ok {
				return branches, 0xfd00 | int(code[0])
			}
			code = code[1+n:]
		default:
			return branches, int(instruction)
		}
		previous = instruction
	}
	return branches, -1
}
