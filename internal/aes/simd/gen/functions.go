package main

// functions are what the module exports. Parameters are addresses, but for
// length, which is in bytes and not 0; all lengths are public.
func functions() []*function {
	return []*function{
		expandKey(),
		encryptCBC(),
		decryptCBC(),
		ctrPairs(),
	}
}

// encrypt appends the encryption of all blocks with the round keys at keys. It
// uses the address key.
func (k *kernel) encrypt(keys, key local) {
	k.get(keys)
	k.set(key)
	k.addRoundKey(key, 16)
	k.loop()
	{
		for _, b := range k.blocks {
			k.subBytes(b)
			k.shiftRows(b, 1)
			k.mixColumns(b)
		}
		k.addRoundKey(key, 16)
		k.get(key)
		k.get(keys)
		k.i32(16 * rounds)
		k.add32()
		k.againUnlessEqual()
	}
	k.end()
	for _, b := range k.blocks {
		k.subBytes(b)
		k.shiftRows(b, 1)
	}
	k.addRoundKey(key, 0)
}

// decrypt appends the decryption, likewise.
func (k *kernel) decrypt(keys, key local) {
	k.get(keys)
	k.i32(16 * rounds)
	k.add32()
	k.set(key)
	k.addRoundKey(key, -16)
	k.loop()
	{
		for _, b := range k.blocks {
			k.shiftRows(b, -1)
			k.subBytes(b)
		}
		k.addRoundKey(key, -16)
		for _, b := range k.blocks {
			k.unmixColumns(b)
		}
		k.get(key)
		k.get(keys)
		k.againUnlessEqual()
	}
	k.end()
	for _, b := range k.blocks {
		k.shiftRows(b, -1)
		k.subBytes(b)
	}
	k.addRoundKey(key, 0)
}

// addRoundKey adds a round key to all blocks and moves on to another.
func (k *kernel) addRoundKey(key local, move int) {
	for _, b := range k.blocks {
		k.xorAt(b, key)
	}
	if move != 0 {
		k.move(key, move)
	}
}

// forAll appends a loop over src, as many blocks at a time as there are side
// by side; length is a multiple of that. It turns length, a parameter, into the
// address where src ends.
func (k *kernel) forAll(src, length local, body func()) {
	k.get(src)
	k.get(length)
	k.add32()
	k.set(length)
	k.loop()
	{
		body()
		k.get(src)
		k.get(length)
		k.againUnlessEqual()
	}
	k.end()
}

// encryptCBC is cbc_encrypt(keys, dst, src, length, iv).
func encryptCBC() *function {
	const keys, dst, src, length, iv = local(0), local(1), local(2), local(3), local(4)
	k := newKernel("cbc_encrypt", 5, 1, sbox())
	key, block := k.address(), k.blocks[0]
	k.xorAt(block, iv)
	k.forAll(src, length, func() {
		k.xorAt(block, src)
		k.move(src, 16)
		k.encrypt(keys, key)
		k.put(dst, block)
		k.move(dst, 16)
	})
	return k.function
}

// decryptCBC is cbc_decrypt_pairs(keys, dst, src, length, iv). Since dst may be
// src, ciphertext is kept until the next block needs it.
func decryptCBC() *function {
	const keys, dst, src, length, iv = local(0), local(1), local(2), local(3), local(4)
	k := newKernel("cbc_decrypt_pairs", 5, 2, inverse(sbox()))
	key, previous := k.address(), k.vector()
	current := [2]local{k.vector(), k.vector()}
	k.xorAt(previous, iv)
	k.forAll(src, length, func() {
		for i, b := range k.blocks {
			k.get(src)
			k.load()
			k.set(current[i])
			k.copy(b, current[i])
			k.move(src, 16)
		}
		k.decrypt(keys, key)
		for i, b := range k.blocks {
			k.xorTo(b, previous)
			k.copy(previous, current[i])
			k.put(dst, b)
			k.move(dst, 16)
		}
	})
	return k.function
}

// ctrPairs is ctr_pairs(keys, dst, src, length, counter), which combines src
// with the key stream. The counter block is read, not advanced; its last eight
// bytes must not wrap on the way.
func ctrPairs() *function {
	const keys, dst, src, length, counter = local(0), local(1), local(2), local(3), local(4)
	k := newKernel("ctr_pairs", 5, 2, sbox())
	key, next, one := k.address(), k.vector(), k.vector()

	// The counter counts in one lane of 64 bits, the other way round in bytes.
	turn := [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 15, 14, 13, 12, 11, 10, 9, 8}
	k.xorAt(next, counter)
	k.permuted(next, turn)
	k.set(next)
	k.constant([16]byte{8: 1})
	k.set(one)
	k.forAll(src, length, func() {
		for _, b := range k.blocks {
			k.permuted(next, turn)
			k.set(b)
			k.get(next)
			k.get(one)
			k.addLongLanes()
			k.set(next)
		}
		k.encrypt(keys, key)
		for _, b := range k.blocks {
			k.xorAt(b, src)
			k.move(src, 16)
			k.put(dst, b)
			k.move(dst, 16)
		}
	})
	return k.function
}
