package main

import (
	"bytes"
	"fmt"
	"strings"
)

// assembly is the file being written.
type assembly struct{ bytes.Buffer }

// op writes instructions, a line each.
func (a *assembly) op(lines ...string) {
	for _, line := range lines {
		fmt.Fprintf(a, "\t%s\n", line)
	}
}

func (a *assembly) comment(format string, args ...any) {
	fmt.Fprintf(a, "\t// "+format+"\n", args...)
}

// core begins a function that other functions of the file call straight, with
// addresses in RET0, RET1 and RET2: only these registers are shared by all
// functions, and every other is a function's own.
func (a *assembly) core(name, comment string) {
	fmt.Fprintf(a, "\n// %s\nTEXT %s<>(SB), NOSPLIT, $0-0\n", comment, name)
}

// endCore returns from a core. The constant tells Go's scheduler, which is not
// concerned here, that nothing is left to unwind.
func (a *assembly) endCore() { a.op("I32Const $0", "Return") }

// callCore calls a core, whose result for the scheduler is dropped.
func (a *assembly) callCore(name string) {
	a.op("I32Const $0", "Call "+name+"<>(SB)", "Drop")
}

// function begins a function that Go calls. Its arguments, of eight bytes each,
// are brought into the registers from R0 on.
func (a *assembly) function(name, comment, params string) {
	names := strings.FieldsFunc(params, func(r rune) bool { return r == ',' })
	fmt.Fprintf(a, "\n// func %s(%s)\n", name, params)
	for _, line := range strings.Split(comment, "\n") {
		fmt.Fprintf(a, "// %s\n", line)
	}
	fmt.Fprintf(a, "TEXT ·%s(SB), NOSPLIT, $0-%d\n", name, 8*len(names))
	for i, param := range names {
		a.op(fmt.Sprintf("MOVD %s+%d(FP), R%d", strings.Fields(param)[0], 8*i, i))
	}
}

func (a *assembly) endFunction() { a.op("RET") }

func get(register int) string { return fmt.Sprintf("Get R%d", register) }
func set(register int) string { return fmt.Sprintf("Set R%d", register) }
func tee(register int) string { return fmt.Sprintf("Tee R%d", register) }

// constant pushes a word.
func constant(c uint64) string { return fmt.Sprintf("I64Const $%d", int64(c)) }

// countDown ends a loop that runs as long as the register, counted down, is
// not below the limit.
func (a *assembly) countDown(register int, limit uint64) {
	a.op(get(register), constant(^uint64(0)), "I64Add", tee(register), constant(limit), "I64GeS", "BrIf $0", "End")
}
