package sha2

import "encoding/binary"

// xorPad changes a whole block by a byte that HMAC repeats, eight bytes at once.
func xorPad(block []byte, pad uint64) {
	for i := 0; i < len(block); i += 8 {
		word := block[i : i+8]
		binary.LittleEndian.PutUint64(word, binary.LittleEndian.Uint64(word)^pad*0x0101010101010101)
	}
}
