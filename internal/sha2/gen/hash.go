package main

import "fmt"

// A hash is what tells SHA-256 and SHA-512 apart.
type hash struct {
	name   string
	bits   int // of a word
	rounds int

	bigSigma0, bigSigma1     [3]int // rotations
	smallSigma0, smallSigma1 [3]int // two rotations and a shift
}

var sha256 = hash{
	name: "256", bits: 32, rounds: 64,
	bigSigma0: [3]int{2, 13, 22}, bigSigma1: [3]int{6, 11, 25},
	smallSigma0: [3]int{7, 18, 3}, smallSigma1: [3]int{17, 19, 10},
}

var sha512 = hash{
	name: "512", bits: 64, rounds: 80,
	bigSigma0: [3]int{28, 34, 39}, bigSigma1: [3]int{14, 18, 41},
	smallSigma0: [3]int{1, 8, 7}, smallSigma1: [3]int{19, 61, 6},
}

func (h hash) bytes() int     { return h.bits / 8 }
func (h hash) prefix() string { return fmt.Sprintf("I%d", h.bits) }

// Registers.
const (
	x, y, z = "R8", "R9", "R15" // scratch

	state = "R10"
	block = "R11"
	count = "R12" // blocks to go
	k     = "R13" // round constants
	turns = "R14"

	// The stack frame holds sixteen words of the message schedule: there are
	// not registers enough.
	words = "SP"
)

// working are the registers of the working variables a to h in a round. Each
// round renames them instead of moving them, which comes full circle after
// eight.
func working(round int) (v [8]string) {
	for i := range v {
		v[i] = fmt.Sprintf("R%d", (i-round%8+8)%8)
	}
	return v
}

// function returns the text of one compression function.
func (h hash) function() string {
	var p program
	frame := 16 * h.bytes()
	fmt.Fprintf(&p, "// func blocks%s(state *[8]uint%d, p *byte, n int)\n", h.name, h.bits)
	fmt.Fprintf(&p, "TEXT ·blocks%s(SB), NOSPLIT, $%d-24\n", h.name, frame)
	p.emit("MOVD state+0(FP), "+state, "MOVD p+8(FP), "+block, "MOVD n+16(FP), "+count)
	for i, v := range working(0) {
		h.set(&p, v, h.load(state, i))
	}
	p.loop(count, func() {
		h.readBlock(&p)
		h.allRounds(&p)
		h.addToState(&p)
	})
	p.comment("The schedule would tell the message.")
	for i := range 16 {
		h.store(&p, words, i, h.constant(0))
	}
	p.emit("RET")
	return p.String()
}

// readBlock makes the block, big-endian, the first sixteen words.
func (h hash) readBlock(p *program) {
	p.comment("The block.")
	for i := range 16 {
		h.set(p, x, h.load(block, i))
		h.store(p, words, i, h.reversed(p, x))
	}
	p.advance(block, 16*h.bytes())
}

// reversed turns the bytes of a register around. The last step is left to the
// expression it returns.
func (h hash) reversed(p *program, r string) expr {
	if h.bits == 32 {
		return h.or(
			h.and(h.rotr(h.get(r), 24), h.constant(0x00ff00ff)),
			h.and(h.rotr(h.get(r), 8), h.constant(0xff00ff00)))
	}
	h.set(p, r, h.swapped(r, 8, 0x00ff00ff00ff00ff))
	h.set(p, r, h.swapped(r, 16, 0x0000ffff0000ffff))
	return h.rotr(h.get(r), 32)
}

// swapped exchanges neighbouring groups of n bits; the mask covers every other
// one.
func (h hash) swapped(r string, n int, mask uint64) expr {
	return h.or(
		h.and(h.shr(h.get(r), n), h.constant(mask)),
		h.shl(h.and(h.get(r), h.constant(mask)), n))
}

// allRounds runs the rounds over the working variables. A word of the schedule
// makes room for the one that is needed sixteen rounds later. Sixteen rounds
// a turn measured best: writing all of them out is no faster, but several times
// the code for the engine to compile.
func (h hash) allRounds(p *program) {
	p.comment("All rounds but the last sixteen.")
	p.emit(fmt.Sprintf("MOVD $·k%s(SB), %s", h.name, k))
	v := working(0)
	h.set(p, y, h.xor(h.get(v[1]), h.get(v[2])))
	p.emit(fmt.Sprintf("I64Const $%d", h.rounds/16-1), "Set "+turns)
	p.loop(turns, func() {
		for i := range 16 {
			h.round(p, i)
			h.expand(p, i)
		}
		p.advance(k, 16*h.bytes())
	})
	p.comment("The last sixteen.")
	for i := range 16 {
		h.round(p, i)
	}
}

// round is one round. Maj(a, b, c) is ((a^b) & (b^c)) ^ b, of which b^c was
// a^b in the round before.
func (h hash) round(p *program, i int) {
	v := working(i)
	a, b, d, e, f, g := h.get(v[0]), h.get(v[1]), h.get(v[3]), h.get(v[4]), h.get(v[5]), h.get(v[6])
	ab, bc := x, y
	if i%2 == 1 {
		ab, bc = y, x
	}
	h.set(p, v[7], h.add(
		h.get(v[7]), h.load(k, i), h.load(words, i),
		h.xor(h.and(h.xor(f, g), e), g),
		h.bigSigma(e, h.bigSigma1)))
	h.set(p, v[3], h.add(h.get(v[7]), d))
	h.set(p, v[7], h.add(
		h.get(v[7]),
		h.bigSigma(a, h.bigSigma0),
		h.xor(h.and(h.tee(ab, h.xor(a, b)), h.get(bc)), b)))
}

// expand computes a word of the schedule from the sixteen before it.
func (h hash) expand(p *program, i int) {
	word := func(i int) expr { return h.load(words, i%16) }
	h.store(p, words, i, h.add(
		word(i), word(i+9),
		h.smallSigma(word(i+1), h.smallSigma0),
		h.smallSigma(word(i+14), h.smallSigma1)))
}

// bigSigma is the exclusive or of three rotations, computed with one
// intermediate result instead of three: the farthest first, then on from there.
func (h hash) bigSigma(w expr, n [3]int) expr {
	return h.rotr(h.xor(h.rotr(h.xor(h.rotr(w, n[2]-n[1]), w), n[1]-n[0]), w), n[0])
}

// smallSigma keeps its word, which comes from memory, in a register meanwhile.
func (h hash) smallSigma(word expr, n [3]int) expr {
	return h.xor(h.rotr(h.tee(z, word), n[0]), h.rotr(h.get(z), n[1]), h.shr(h.get(z), n[2]))
}

// addToState ends a block. The working variables are the new state.
func (h hash) addToState(p *program) {
	p.comment("The new state.")
	for i, v := range working(0) {
		h.set(p, v, h.add(h.get(v), h.load(state, i)))
		h.store(p, state, i, h.get(v))
	}
}
