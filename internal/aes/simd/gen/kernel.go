package main

// A kernel is a function that works on all sixteen bytes of a block at once.
//
// The S-box is a look-up in registers: swizzle picks from a row of sixteen by
// the low nibble and gives 0 where the high one is another's. So no address
// depends on a secret, and all branches count blocks or rounds.
type kernel struct {
	*function
	block   local     // the state
	scratch local     // holds nothing from one step to the next
	poly    local     // 0x1b in each lane
	table   [16]local // the rows of the S-box
	row     [16]local // the high nibble that picks a row
}

// rounds is the number of rounds with a key of 256 bits.
const rounds = 14

func newKernel(name string, params int) *kernel {
	k := &kernel{function: newFunction(name, params)}
	k.block, k.scratch, k.poly = k.vector(), k.vector(), k.vector()
	box := sbox()
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

// encryptCBC is cbc_encrypt(keys, dst, src, length, iv): the addresses of 15
// round keys, of the blocks to write and to read, and of a first vector, and
// the length in bytes, which is not 0.
func encryptCBC() *function {
	const keys, dst, src, length, iv = local(0), local(1), local(2), local(3), local(4)
	k := newKernel("cbc_encrypt", 5)
	key, end := k.address(), k.address()
	k.get(src)
	k.get(length)
	k.add32()
	k.set(end)
	k.addFrom(iv)
	k.loop()
	{
		k.addFrom(src)
		k.encrypt(keys, key)
		k.get(dst)
		k.get(k.block)
		k.store()
		k.advance(dst)
		k.advance(src)
		k.get(src)
		k.get(end)
		k.againUnlessEqual()
	}
	k.end()
	return k.function
}

// encrypt appends the encryption of the block. It uses the address key.
func (k *kernel) encrypt(keys, key local) {
	k.get(keys)
	k.set(key)
	k.addFrom(key)
	k.advance(key)
	k.loop()
	{
		k.subBytes()
		k.shiftRows()
		k.mixColumns()
		k.addFrom(key)
		k.advance(key)
		k.get(key)
		k.get(keys)
		k.i32(16 * rounds)
		k.add32()
		k.againUnlessEqual()
	}
	k.end()
	k.subBytes()
	k.shiftRows()
	k.addFrom(key)
}

// addFrom adds the sixteen bytes at an address to the block.
func (k *kernel) addFrom(address local) {
	k.get(k.block)
	k.get(address)
	k.load()
	k.xor()
	k.set(k.block)
}

// advance moves an address on by a block.
func (k *kernel) advance(address local) {
	k.get(address)
	k.i32(16)
	k.add32()
	k.set(address)
}

// subBytes looks every byte up in each of the sixteen rows. A row sees indexes
// of 16 and more wherever the high nibble is not its own, and gives 0.
func (k *kernel) subBytes() {
	for i := range 16 {
		k.get(k.table[i])
		k.get(k.block)
		if i > 0 {
			k.get(k.row[i])
			k.xor()
		}
		k.swizzle()
		if i > 0 {
			k.or()
		}
	}
	k.set(k.block)
}

// shiftRows turns row r, the bytes 4c+r, by r columns.
func (k *kernel) shiftRows() {
	var from [16]byte
	for i := range from {
		from[i] = byte((i + 4*(i%4)) & 15)
	}
	k.permuted(from)
	k.set(k.block)
}

// permuted leaves the bytes of the block in another order on the stack.
func (k *kernel) permuted(from [16]byte) {
	k.get(k.block)
	k.get(k.block)
	k.shuffle(from)
}

// mixColumns makes each byte a of a column, with the next b, c and d, into
// 2a ⊕ 3b ⊕ c ⊕ d, which is 2(a ⊕ b) ⊕ b ⊕ c ⊕ d.
func (k *kernel) mixColumns() {
	k.get(k.block)
	k.permuted(turned(1))
	k.xor()
	k.set(k.scratch)
	k.double(k.scratch)
	for n := 1; n <= 3; n++ {
		k.permuted(turned(n))
		k.xor()
	}
	k.set(k.block)
}

// double leaves the double of each byte in GF(2^8) on the stack: shifted to
// the left, and reduced where the top bit was set.
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
}

// turned takes each byte from n rows further down in its column.
func turned(n int) (from [16]byte) {
	for i := range from {
		from[i] = byte(i&^3 | (i+n)&3)
	}
	return from
}
