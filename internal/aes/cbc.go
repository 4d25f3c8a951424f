package aes

// EncryptCBC encrypts src, whole blocks, into dst. Both may be the same but
// must not overlap otherwise. It panics if src is not whole blocks, and leaves
// iv as it is.
func (c *Cipher) EncryptCBC(dst, src []byte, iv *[BlockSize]byte) {
	mustBeBlocks(src)
	if k := c.keys; k.kernel != nil {
		k.kernel.encryptCBC(dst, src, iv)
	} else {
		k.sliced.encryptCBC(dst, src, iv)
	}
}

// DecryptCBC decrypts src, whole blocks, into dst. Both may be the same but
// must not overlap otherwise. It panics if src is not whole blocks, and leaves
// iv as it is.
func (c *Cipher) DecryptCBC(dst, src []byte, iv *[BlockSize]byte) {
	mustBeBlocks(src)
	if k := c.keys; k.kernel != nil {
		k.kernel.decryptCBC(dst, src, iv)
	} else {
		k.sliced.decryptCBC(dst, src, iv)
	}
}

func mustBeBlocks(src []byte) {
	if len(src)%BlockSize != 0 {
		panic("aes: CBC of a part of a block")
	}
}

func (keys *schedule) encryptCBC(dst, src []byte, iv *[BlockSize]byte) {
	left, right := halves(iv[:])
	var s state
	for ; len(src) > 0; dst, src = dst[BlockSize:], src[BlockSize:] {
		l, r := halves(src)
		s = state{}
		s.load(0, l^left, r^right)
		s.transpose()
		encrypt(&s, keys[:])
		s.transpose()
		left, right = swapOddRows(s.store(0))
		putHalves(dst, left, right)
	}
	wipe(&s)
}

func (keys *schedule) decryptCBC(dst, src []byte, iv *[BlockSize]byte) {
	left, right := halves(iv[:])
	var s state
	for len(src) > 0 {
		n := min(len(src)/BlockSize, blocks)
		for i := range n {
			l, r := swapOddRows(halves(src[i*BlockSize:]))
			s.load(i, l, r)
		}
		s.transpose()
		decrypt(&s, keys[:])
		s.transpose()
		for i := range n {
			l, r := s.store(i)
			l, r = l^left, r^right
			left, right = halves(src[i*BlockSize:]) // before dst, which may be src
			putHalves(dst[i*BlockSize:], l, r)
		}
		dst, src = dst[n*BlockSize:], src[n*BlockSize:]
	}
	wipe(&s)
}
