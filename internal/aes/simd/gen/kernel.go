package main

// A kernel is a function that works on all sixteen bytes of a block at once,
// and on two blocks side by side where neither waits for the other: their
// instructions then fill each other's delays.
//
// The S-box is a look-up in registers: swizzle picks from a row of sixteen by
// the low nibble and gives 0 where the high one is another's. So no address
// depends on a secret, and all branches count blocks or rounds.
type kernel struct {
	*function
	blocks  []local   // the state of each block
	scratch local     // holds nothing from one step to the next
	poly    local     // 0x1b in each lane
	table   [16]local // the rows of the S-box, or of its inverse
	row     [16]local // the high nibble that picks a row
}

// rounds is the number of rounds with a key of 256 bits.
const rounds = 14

func newKernel(name string, params, blocks int, box [256]byte) *kernel {
	k := &kernel{function: newFunction(name, params)}
	for range blocks {
		k.blocks = append(k.blocks, k.vector())
	}
	k.scratch, k.poly = k.vector(), k.vector()
	for i := range 16 {
		k.table[i], k.row[i] = k.vector(), k.vector()
		k.constant([16]byte(box[16*i:]))
		k.set(k.table[i])
		k.constant(splat(byte(16 * i)))
		k.set(k.row[i])
	}
	k.constant(splat(0x1b))
	k.set(k.poly)
	return k
}

func splat(b byte) (lanes [16]byte) {
	for i := range lanes {
		lanes[i] = b
	}
	return lanes
}

// xorAt adds the vector at an address to another, and put stores one there.
func (k *kernel) xorAt(v, address local) {
	k.get(v)
	k.get(address)
	k.load()
	k.xor()
	k.set(v)
}

func (k *kernel) put(address, v local) {
	k.get(address)
	k.get(v)
	k.store()
}

// xorTo adds one vector to another, and copy sets it to another.
func (k *kernel) xorTo(v, other local) {
	k.get(v)
	k.get(other)
	k.xor()
	k.set(v)
}

func (k *kernel) copy(v, other local) {
	k.get(other)
	k.set(v)
}

// move moves an address by some bytes.
func (k *kernel) move(address local, bytes int) {
	k.get(address)
	k.i32(bytes)
	k.add32()
	k.set(address)
}

// permuted leaves the bytes of a vector in another order on the stack.
func (k *kernel) permuted(v local, from [16]byte) {
	k.get(v)
	k.get(v)
	k.shuffle(from)
}

// subBytes looks every byte up in each of the sixteen rows. A row sees indexes
// of 16 and more wherever the high nibble is not its own, and gives 0.
func (k *kernel) subBytes(v local) {
	for i := range 16 {
		k.get(k.table[i])
		k.get(v)
		if i > 0 {
			k.get(k.row[i])
			k.xor()
		}
		k.swizzle()
		if i > 0 {
			k.or()
		}
	}
	k.set(v)
}

// shiftRows turns row r, the bytes 4c+r, by r columns, to the left or to the
// right.
func (k *kernel) shiftRows(v local, direction int) {
	var from [16]byte
	for i := range from {
		from[i] = byte((i + direction*4*(i%4)) & 15)
	}
	k.permuted(v, from)
	k.set(v)
}

// double doubles each byte in GF(2^8): shifts it to the left, and reduces it
// where the top bit was set.
func (k *kernel) double(v local) {
	k.get(v)
	k.get(v)
	k.addLanes()
	k.get(v)
	k.i32(7)
	k.shiftRightSigned() // all ones where the top bit is set
	k.get(k.poly)
	k.and()
	k.xor()
	k.set(v)
}

// mixColumns makes each byte a of a column, with the next b, c and d, into
// 2a ⊕ 3b ⊕ c ⊕ d, which is 2(a ⊕ b) ⊕ b ⊕ c ⊕ d.
func (k *kernel) mixColumns(v local) {
	k.get(v)
	k.permuted(v, turned(1))
	k.xor()
	k.set(k.scratch)
	k.double(k.scratch)

	k.get(k.scratch)
	for n := 1; n <= 3; n++ {
		k.permuted(v, turned(n))
		k.xor()
	}
	k.set(v)
}

// unmixColumns is the inverse: adding 4(a ⊕ c) to each byte makes of it what
// mixColumns turns back.
func (k *kernel) unmixColumns(v local) {
	k.get(v)
	k.permuted(v, turned(2))
	k.xor()
	k.set(k.scratch)
	k.double(k.scratch)
	k.double(k.scratch)
	k.xorTo(v, k.scratch)
	k.mixColumns(v)
}

// turned takes each byte from n rows further down in its column.
func turned(n int) (from [16]byte) {
	for i := range from {
		from[i] = byte(i&^3 | (i+n)&3)
	}
	return from
}
