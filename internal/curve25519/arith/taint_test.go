package arith

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A taint follows secrets through a function of WebAssembly in Go's assembler.
// All that is read from memory counts as secret, and so do the parameters that
// are said to be. A secret must not become an address or the condition of a
// jump. Instructions that it does not know are refused, so that none of
// variable time (division), none that chooses (Select, If, BrTable) and no call
// through a table can come in unseen.
type taint struct {
	registers map[string]bool // those that hold secrets
	stack     []bool
}

var (
	textLine  = regexp.MustCompile(`^TEXT ·?(\w+)(<>)?\(SB\), NOSPLIT, \$0-\d+$`)
	paramLine = regexp.MustCompile(`^MOVD (\w+)\+\d+\(FP\), (R\d+)$`)
	callLine  = regexp.MustCompile(`^Call \w+<>\(SB\)$`)
	register  = regexp.MustCompile(`^(R\d+|RET[0-3])$`)
	integer   = regexp.MustCompile(`^\$-?\d+$`)
)

// breaches returns why the functions of an assembly file may not be constant-
// time, a line each; secrets are the parameters that are secret. It fails on a
// file without functions.
func breaches(source string, secrets ...string) (all []string) {
	functions := 0
	var name string
	var body []string
	finish := func() {
		if name == "" {
			return
		}
		functions++
		t := taint{registers: make(map[string]bool)}
		if err := t.run(body, secrets); err != nil {
			all = append(all, fmt.Sprintf("%s: %v", name, err))
		}
	}
	for line := range strings.Lines(source) {
		line, _, _ = strings.Cut(line, "//")
		line = strings.TrimSpace(line)
		if m := textLine.FindStringSubmatch(line); m != nil {
			finish()
			name, body = m[1], nil
		} else if line != "" && !strings.HasPrefix(line, "#include ") {
			body = append(body, line)
		}
	}
	finish()
	if functions == 0 {
		all = append(all, "no functions")
	}
	return all
}

func (t *taint) run(lines, secrets []string) error {
	for i := 0; i < len(lines); i++ {
		if lines[i] != "Loop" {
			if err := t.step(lines[i], secrets); err != nil {
				return err
			}
			continue
		}
		end := slices.Index(lines[i:], "End")
		if end < 0 {
			return fmt.Errorf("a loop without end")
		}
		body := lines[i+1 : i+end]
		for changed := true; changed; { // what one turn leaves, the next finds
			known := len(t.registers)
			if err := t.run(body, secrets); err != nil {
				return err
			}
			changed = len(t.registers) > known
		}
		i += end
	}
	return nil
}

func (t *taint) push(secret bool) { t.stack = append(t.stack, secret) }

func (t *taint) pop() bool {
	if len(t.stack) == 0 {
		panic("the stack is empty")
	}
	top := t.stack[len(t.stack)-1]
	t.stack = t.stack[:len(t.stack)-1]
	return top
}

// assign never makes a register public again: simpler, and on the safe side.
func (t *taint) assign(register string, secret bool) {
	if secret {
		t.registers[register] = true
	}
}

func (t *taint) step(line string, secrets []string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", line, r)
		}
	}()
	if m := paramLine.FindStringSubmatch(line); m != nil {
		t.assign(m[2], slices.Contains(secrets, m[1]))
		return nil
	}
	if callLine.MatchString(line) {
		t.pop()
		t.push(false)
		for i := range 4 {
			if t.registers[fmt.Sprintf("RET%d", i)] {
				return fmt.Errorf("%s: the address of an argument is secret", line)
			}
		}
		return nil
	}
	op, operand, _ := strings.Cut(line, " ")
	switch op {
	case "Get", "Set", "Tee":
		if !register.MatchString(operand) {
			return fmt.Errorf("%s: unknown register", line)
		}
		if op == "Get" {
			t.push(t.registers[operand])
			return nil
		}
		secret := t.pop()
		t.assign(operand, secret)
		if op == "Tee" {
			t.push(secret)
		}
		return nil
	case "I32Const", "I64Const":
		if !integer.MatchString(operand) {
			return fmt.Errorf("%s: unknown constant", line)
		}
		t.push(false)
		return nil
	case "I64Load", "I64Load8U", "I64Store":
		value := true
		if op == "I64Store" {
			value = t.pop()
		}
		if t.pop() {
			return fmt.Errorf("%s: a secret address", line)
		}
		if op != "I64Store" {
			t.push(value)
		}
		return nil
	case "BrIf":
		if t.pop() {
			return fmt.Errorf("%s: a jump by a secret", line)
		}
		return nil
	}
	switch line {
	case "I64Add", "I64Sub", "I64Mul", "I64And", "I64Or", "I64Xor", "I64Shl", "I64ShrU", "I64ShrS", "I64Eq", "I64GeS":
		a, b := t.pop(), t.pop()
		t.push(a || b)
	case "I32WrapI64", "I64ExtendI32U":
		t.push(t.pop())
	case "Drop":
		t.pop()
	case "Return":
		t.pop()
		fallthrough
	case "RET":
		if len(t.stack) > 0 {
			return fmt.Errorf("%d words are left on the stack", len(t.stack))
		}
	default:
		return fmt.Errorf("%s: unknown instruction", line)
	}
	return nil
}
