package main

// expandKey is expand_key(keys, key): from a key of 32 bytes it writes 16 round
// keys, one more than there are rounds for.
func expandKey() *function {
	const keys, source = local(0), local(1)
	k := newKernel("expand_key", 2, 1, sbox())
	even, odd, constant, end := k.vector(), k.vector(), k.vector(), k.address()
	k.xorAt(even, source)
	k.move(source, 16)
	k.xorAt(odd, source)
	k.constant([16]byte{0: 1, 4: 1, 8: 1, 12: 1})
	k.set(constant)
	k.get(keys)
	k.i32(16 * (rounds + 1))
	k.add32()
	k.set(end)

	k.put(keys, even)
	k.move(keys, 16)
	k.put(keys, odd)
	k.loop()
	{
		k.nextKey(even, odd, [4]byte{13, 14, 15, 12}) // the last column, turned
		k.xorTo(even, constant)
		k.double(constant)
		k.move(keys, 16)
		k.put(keys, even)

		k.nextKey(odd, even, [4]byte{12, 13, 14, 15})
		k.move(keys, 16)
		k.put(keys, odd)

		k.get(keys)
		k.get(end)
		k.againUnlessEqual()
	}
	k.end()
	return k.function
}

// nextKey makes of a round key the next but one: each column becomes the sum of
// itself and all before it, and of four substituted bytes of the key between.
func (k *kernel) nextKey(v, between local, from [4]byte) {
	for _, columns := range []int{1, 2} {
		k.get(v)
		k.get(v)
		k.constant([16]byte{})
		k.shuffle(shifted(columns))
		k.xor()
		k.set(v)
	}
	word := k.blocks[0]
	k.copy(word, between)
	k.subBytes(word)
	var lanes [16]byte
	for i := range lanes {
		lanes[i] = from[i%4]
	}
	k.get(v)
	k.permuted(word, lanes)
	k.xor()
	k.set(v)
}

// shifted moves columns towards the end and fills up with those of a second
// vector.
func shifted(columns int) (from [16]byte) {
	for i := range from {
		if from[i] = 16; i >= 4*columns {
			from[i] = byte(i - 4*columns)
		}
	}
	return from
}
