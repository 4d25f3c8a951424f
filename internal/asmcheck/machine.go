package asmcheck

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A machine runs assembly, with true in place of each value that can depend on
// a secret.
type machine struct {
	public    []string
	code      []instruction
	pc        int
	functions int
	inside    bool // a function

	registers map[string]bool
	stack     []bool
	loops     []loop
}

// A loop is run again until no more registers are secret at its beginning.
type loop struct {
	start     int
	registers map[string]bool // at the beginning
}

func (m *machine) step(in instruction) error {
	m.pc++
	if in.opcode == "TEXT" {
		return m.enter()
	}
	if !m.inside {
		return errors.New("outside of a function")
	}
	switch in.opcode {
	case "RET":
		m.inside = m.pc < len(m.code) && m.code[m.pc].opcode != "TEXT"
		if m.inside {
			return errors.New("not the end of its function")
		}
		return m.expectEmpty(0)
	case "MOVD":
		return m.move(in.operands)
	case "Get":
		return m.get(in.operands)
	case "Set", "Tee":
		return m.set(in.operands, in.opcode == "Tee")
	case "Loop":
		m.loops = append(m.loops, loop{m.pc, maps.Clone(m.registers)})
		return m.expectEmpty(len(m.loops))
	case "BrIf":
		return m.repeat(in.operands)
	}
	e, ok := effects[in.opcode]
	if !ok {
		return errors.New("not allowed")
	}
	return m.apply(e)
}

func (m *machine) enter() error {
	if m.inside {
		return errors.New("the function before has no end")
	}
	m.functions++
	m.inside = true
	m.stack, m.loops = nil, nil
	m.registers = map[string]bool{}
	for _, r := range registers {
		m.registers[r] = true
	}
	return nil
}

// expectEmpty refuses values left on the stack where loops begin and end.
func (m *machine) expectEmpty(loops int) error {
	if len(m.stack) > 0 || len(m.loops) != loops {
		return fmt.Errorf("%d values and %d loops are open", len(m.stack), len(m.loops))
	}
	return nil
}

// move knows arguments and the addresses of symbols.
func (m *machine) move(operands string) error {
	from, to, _ := strings.Cut(operands, ", ")
	if !isRegister(to) {
		return errors.New("not to a register")
	}
	name, _, isArgument := strings.Cut(from, "+")
	isArgument = isArgument && strings.HasSuffix(from, "(FP)")
	isSymbol := strings.HasPrefix(from, "$") && strings.HasSuffix(from, "(SB)")
	if !isArgument && !isSymbol {
		return errors.New("neither an argument nor an address")
	}
	m.registers[to] = isArgument && !slices.Contains(m.public, name)
	return nil
}

func (m *machine) get(register string) error {
	if register != "SP" && !isRegister(register) {
		return errors.New("no such register")
	}
	m.stack = append(m.stack, m.registers[register]) // SP has no entry and is public
	return nil
}

func (m *machine) set(register string, keep bool) error {
	if !isRegister(register) || len(m.stack) == 0 {
		return errors.New("no such register or no value")
	}
	top := len(m.stack) - 1
	m.registers[register] = m.stack[top]
	if !keep {
		m.stack = m.stack[:top]
	}
	return nil
}

// repeat handles the two instructions at the end of a loop.
func (m *machine) repeat(operand string) error {
	if operand != "$0" || len(m.loops) == 0 || len(m.stack) != 1 || m.pc == len(m.code) || m.code[m.pc].opcode != "End" {
		return errors.New("not the end of a loop")
	}
	if m.stack[0] {
		return errors.New("the condition can depend on a secret")
	}
	m.stack = nil
	l := m.loops[len(m.loops)-1]
	again := false
	for r, secret := range m.registers {
		if secret && !l.registers[r] {
			l.registers[r] = true
			again = true
		}
	}
	if again {
		m.registers = maps.Clone(l.registers)
		m.pc = l.start
		return nil
	}
	m.loops = m.loops[:len(m.loops)-1]
	m.pc++ // End
	return nil
}

func (m *machine) apply(e effect) error {
	if len(m.stack) < e.pops {
		return errors.New("too few values on the stack")
	}
	rest := len(m.stack) - e.pops
	popped := m.stack[rest:]
	if e.address && popped[0] {
		return errors.New("the address can depend on a secret")
	}
	result := e.memory || slices.Contains(popped, true)
	m.stack = m.stack[:rest]
	if e.pushes == 1 {
		m.stack = append(m.stack, result)
	}
	return nil
}
