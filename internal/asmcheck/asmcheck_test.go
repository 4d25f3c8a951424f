package asmcheck

import (
	"strings"
	"testing"
)

// sample is a function that adds up n words, in a loop. The comments are
// replaced by what the tests below try.
const sample = `#include "textflag.h"

// func sum(p *uint64, n int, key uint64) uint64
TEXT ·sum(SB), NOSPLIT, $0-32
	MOVD p+0(FP), R0
	MOVD n+8(FP), R1
	MOVD key+16(FP), R2
	MOVD $·table(SB), R3
	I64Const $0
	Set R4 // zero
	Loop
	Get R4
	Get R0
	I32WrapI64
	I64Load $0
	I64Add
	Set R4 // body
	Get R0
	I64Const $8
	I64Add
	Set R0
	Get R1
	I64Const $1
	I64Sub
	Tee R1
	I64Const $0
	I64Ne
	BrIf $0
	End
	Get SP
	Get R4
	I64Store $8 // end
	RET
`

func TestT8SampleIsAccepted(t *testing.T) {
	if err := Check(sample, "p", "n"); err != nil {
		t.Error(err)
	}
	if err := Check(sample+strings.Replace(sample, "sum", "again", 1), "p", "n"); err != nil {
		t.Errorf("two functions: %v", err)
	}
}

// TestT8FaultsAreFound keeps the check honest.
func TestT8FaultsAreFound(t *testing.T) {
	for name, c := range map[string]struct{ at, code, want string }{
		"branch by a secret":         {"body", "Block; Get R2; I32WrapI64; BrIf $0; End", "not allowed"},
		"loop by a secret":           {"body", "Loop; Get R2; I32WrapI64; BrIf $0; End", "condition can depend"},
		"loop by a sum":              {"end", "Loop; Get R4; I64Eqz; BrIf $0; End", "condition can depend"},
		"secret counter":             {"body", "Get R2; Set R1", "condition can depend"},
		"counter, one turn later":    {"body", "Get R5; Set R1; Get R4; Set R5", "condition can depend"},
		"way out of a loop":          {"body", "Get R1; I32WrapI64; BrIf $0", "not the end of a loop"},
		"branch to an outer loop":    {"body", "Loop; Get R1; I32WrapI64; BrIf $1; End", "not the end of a loop"},
		"endless loop":               {"body", "Br $0", "not allowed"},
		"table of branches":          {"body", "Get R1; I32WrapI64; BrTable $0", "not allowed"},
		"if":                         {"body", "Get R2; I32WrapI64; If; End", "not allowed"},
		"jump":                       {"body", "JMP start", "not allowed"},
		"selection":                  {"body", "Get R0; Get R1; Get R2; I32WrapI64; Select; Set R6", "not allowed"},
		"call":                       {"end", "CALL ·other(SB)", "not allowed"},
		"division":                   {"body", "Get R4; Get R2; I64DivU; Set R6", "not allowed"},
		"floating point":             {"body", "Get F0; Get F1; F32Mul; Set F0", "not allowed"},
		"load by a secret":           {"body", "Get R2; I32WrapI64; I64Load $0; Set R6", "address can depend"},
		"store by a secret":          {"body", "Get R2; I32WrapI64; I64Const $0; I64Store $0", "address can depend"},
		"table lookup":               {"body", "Get R3; Get R4; I64Add; I32WrapI64; I64Load8U $0; Set R6", "address can depend"},
		"address from memory":        {"body", "Get R0; I32WrapI64; I64Load $0; I32WrapI64; I64Load $0; Set R6", "address can depend"},
		"address through a float":    {"body", "Get R2; F64ReinterpretI64; Set F16; Get F16; I64ReinterpretF64; I32WrapI64; I64Load $0; Set R6", "address can depend"},
		"register never set":         {"zero", "Get R9; I32WrapI64; I64Load $0; Set R6", "address can depend"},
		"load by MOVD":               {"body", "MOVD 8(R2), R6", "neither an argument"},
		"value left over":            {"body", "Get R0", "not the end of a loop"},
		"value missing":              {"body", "I64Add", "too few"},
		"return in the middle":       {"body", "RET", "not the end of its function"},
		"function without an end":    {"end", "TEXT ·other(SB), NOSPLIT, $0-0", "no end"},
		"loop that is not closed":    {"end", "Loop", "loops are open"},
		"register of the run time":   {"end", "Get g; Set R6", "no such register"},
		"assignment to a bare stack": {"zero", "Set SP", "no such register"},
	} {
		t.Run(name, func(t *testing.T) {
			code := strings.ReplaceAll(c.code, "; ", "\n\t")
			err := Check(strings.Replace(sample, "// "+c.at, "\n\t"+code, 1), "p", "n")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	t.Run("argument not named as public", func(t *testing.T) {
		if Check(sample, "p") == nil || Check(sample, "n") == nil {
			t.Error("passed")
		}
	})
	t.Run("no function", func(t *testing.T) {
		if Check("// nothing here\n") == nil {
			t.Error("passed")
		}
	})
	t.Run("cut short", func(t *testing.T) {
		if Check(sample[:strings.Index(sample, "\tRET")], "p", "n") == nil {
			t.Error("passed")
		}
	})
}
