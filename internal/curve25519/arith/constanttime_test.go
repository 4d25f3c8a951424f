package arith

import (
	"os"
	"strings"
	"testing"
)

// TestT8KernelsAreConstantTime reads the assembly of the kernels. The digit of
// addChosen is the one parameter that is secret; the others are pointers, and
// the counts of squareTimes and double.
func TestT8KernelsAreConstantTime(t *testing.T) {
	source, err := os.ReadFile("kernels_wasm.s")
	if err != nil {
		t.Fatal(err)
	}
	for _, breach := range breaches(string(source), "digit") {
		t.Error(breach)
	}
	declarations, err := os.ReadFile("kernels_wasm.go")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(declarations), "\nfunc ") != strings.Count(string(source), "\nTEXT ·") {
		t.Error("other functions are declared than written")
	}
}

// TestT8BreachesAreSeen gives each kind of breach to the check, in a function
// that is otherwise fine.
func TestT8BreachesAreSeen(t *testing.T) {
	load := "Get R0; I32WrapI64; I64Load $0; "
	address := "Get R0; I32WrapI64; "
	for _, c := range []struct{ name, code, want string }{
		{"nothing", load + "Set R3; " + address + "Get R3; I64Store $0", ""},
		{"a counted loop", "Loop; " + load + "Set R3; Get R1; I64Const $-1; I64Add; Tee R1; I64Const $0; I64GeS; BrIf $0; End", ""},
		{"a call", "Get R0; Set RET0; I32Const $0; Call core<>(SB); Drop", ""},
		{"a jump by memory", "Loop; " + load + "I32WrapI64; BrIf $0; End", "BrIf $0: a jump by a secret"},
		{"a jump by a secret argument", "Loop; Get R2; I32WrapI64; BrIf $0; End", "BrIf $0: a jump by a secret"},
		{"a jump by what the turn before left", "Loop; Get R3; I32WrapI64; BrIf $0; " + load + "Set R3; End", "BrIf $0: a jump by a secret"},
		{"a jump by a sum", "Loop; " + load + "Get R1; I64Add; Tee R5; I64Const $1; I64Eq; BrIf $0; End", "BrIf $0: a jump by a secret"},
		{"an index from memory", load + "I32WrapI64; I64Load $0; Set R3", "I64Load $0: a secret address"},
		{"an index by a secret argument", "Get R0; Get R2; I64Add; I32WrapI64; I64Load8U $0; Set R3", "I64Load8U $0: a secret address"},
		{"a store by a secret", "Get R2; I32WrapI64; I64Const $1; I64Store $0", "I64Store $0: a secret address"},
		{"a call at a secret address", "Get R2; Set RET1; I32Const $0; Call core<>(SB); Drop", "Call core<>(SB): the address of an argument is secret"},
		{"a condition", load + "I32WrapI64; If; End", "If: unknown instruction"},
		{"a choice", "Get R1; Get R1; Get R2; I32WrapI64; Select; Set R3", "Select: unknown instruction"},
		{"a table of jumps", "Get R2; I32WrapI64; BrTable $0, $1", "BrTable $0, $1: unknown instruction"},
		{"a jump in any case", "Br $0", "Br $0: unknown instruction"},
		{"a division", load + "Get R1; I64DivU; Set R3", "I64DivU: unknown instruction"},
		{"a remainder", load + "Get R1; I64RemU; Set R3", "I64RemU: unknown instruction"},
		{"a call by table", "Get R2; I32WrapI64; CallIndirect $0", "CallIndirect $0: unknown instruction"},
		{"Go's call", "CALL ·f(SB)", "CALL ·f(SB): unknown instruction"},
		{"a register of floating point", load + "F64ReinterpretI64; Set F16", "F64ReinterpretI64: unknown instruction"},
		{"a word too many", load, "1 words are left on the stack"},
		{"a word too few", "Set R1", "Set R1: the stack is empty"},
		{"a loop without end", "Loop", "a loop without end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := "#include \"textflag.h\"\n\nTEXT ·f(SB), NOSPLIT, $0-24\n" +
				"\tMOVD p+0(FP), R0\n\tMOVD n+8(FP), R1\n\tMOVD digit+16(FP), R2 // secret\n\t" +
				strings.ReplaceAll(c.code, "; ", "\n\t") + "\n\tRET\n"
			got := strings.Join(breaches(source, "digit"), "\n")
			want := c.want
			if want != "" {
				want = "f: " + want
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	if breaches("") == nil {
		t.Error("a file without functions passes")
	}
}
