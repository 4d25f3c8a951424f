package aes

import (
	"crypto/subtle"
	"encoding/binary"
)

// Pieces is counter mode over a text that comes in pieces of any length.
type Pieces struct {
	cipher  *Cipher
	counter [BlockSize]byte
	half    bool
	left    []byte // of the key stream of the last block
	buffer  [BlockSize]byte
}

// NewPieces begins at a counter. If only half of it counts, the low half begins again
// at zero after its end, and the high one never changes.
func NewPieces(key *[32]byte, counter *[BlockSize]byte, half bool) *Pieces {
	return &Pieces{cipher: New(key), counter: *counter, half: half}
}

// XOR combines the next piece with the key stream into dst, which has its length and
// may be the same.
func (p *Pieces) XOR(dst, src []byte) {
	n := subtle.XORBytes(dst, src, p.left)
	p.left, dst, src = p.left[n:], dst[n:], src[n:]
	whole := len(src) / BlockSize * BlockSize
	p.blocks(dst[:whole], src[:whole])
	if dst, src = dst[whole:], src[whole:]; len(src) > 0 {
		clear(p.buffer[:])
		p.blocks(p.buffer[:], p.buffer[:])
		p.left = p.buffer[subtle.XORBytes(dst, src, p.buffer[:]):]
	}
}

// blocks combines whole blocks.
func (p *Pieces) blocks(dst, src []byte) {
	for len(src) > 0 {
		n, high := len(src), [8]byte(p.counter[:8])
		if p.half {
			n = untilWrap(n, &p.counter)
		}
		p.cipher.CTR(dst[:n], src[:n], &p.counter)
		if p.half && binary.BigEndian.Uint64(p.counter[8:]) == 0 {
			copy(p.counter[:8], high[:])
		}
		dst, src = dst[n:], src[n:]
	}
}

// Wipe overwrites the round keys and the key stream.
func (p *Pieces) Wipe() {
	p.cipher.Wipe()
	clear(p.buffer[:])
	p.left = nil
}
