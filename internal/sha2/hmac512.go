package sha2

import "github.com/mudpuppy-e2ee/mudpuppy/internal/secret"

// HMAC512 is HMAC-SHA-512 under one key. The key costs two blocks once, when
// it is set; each [HMAC512.Sum] starts from the two states that they leave.
// Those are worth as much as the key itself: the owner calls [HMAC512.Wipe].
type HMAC512 struct {
	inner, outer [8]uint64
}

// NewHMAC512 returns the HMAC under a key of any length.
func NewHMAC512(key []byte) *HMAC512 {
	h := new(HMAC512)
	h.setKey(key)
	return h
}

func (h *HMAC512) setKey(key []byte) {
	var d digest512 // only its buffer is used: one block, wiped afterwards
	if len(key) > block512 {
		sum := Sum512(key)
		copy(d.buf[:], sum[:])
		secret.Wipe(sum[:])
	} else {
		copy(d.buf[:], key)
	}
	xorPad(d.buf[:], 0x36)
	h.inner = initial512
	compress512(&h.inner, d.buf[:])
	xorPad(d.buf[:], 0x36^0x5c)
	h.outer = initial512
	compress512(&h.outer, d.buf[:])
	d.wipe()
}

// Sum writes the MAC of the concatenation of parts to out.
func (h *HMAC512) Sum(out *[64]byte, parts ...[]byte) {
	d := digest512{state: h.inner, length: block512}
	for _, p := range parts {
		d.write(p)
	}
	d.sum(out)
	d.state, d.length = h.outer, block512
	d.write(out[:])
	d.sum(out)
	d.wipe()
}

// Wipe overwrites the keyed states. The HMAC must not be used after it.
//
//go:noinline
func (h *HMAC512) Wipe() { *h = HMAC512{} }
