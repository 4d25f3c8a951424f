package sha2

import "github.com/mudpuppy-e2ee/mudpuppy/internal/secret"

// HMAC256 is HMAC-SHA-256 under one key. The key costs two blocks once, when
// it is set; each [HMAC256.Sum] starts from the two states that they leave.
// Those are worth as much as the key itself: the owner calls [HMAC256.Wipe].
type HMAC256 struct {
	inner, outer [8]uint32
}

// NewHMAC256 returns the HMAC under a key of any length.
func NewHMAC256(key []byte) *HMAC256 {
	h := new(HMAC256)
	h.setKey(key)
	return h
}

func (h *HMAC256) setKey(key []byte) {
	var d digest256 // only its buffer is used: one block, wiped afterwards
	if len(key) > block256 {
		sum := Sum256(key)
		copy(d.buf[:], sum[:])
		secret.Wipe(sum[:])
	} else {
		copy(d.buf[:], key)
	}
	xorPad(d.buf[:], 0x36)
	h.inner = initial256
	compress256(&h.inner, d.buf[:])
	xorPad(d.buf[:], 0x36^0x5c)
	h.outer = initial256
	compress256(&h.outer, d.buf[:])
	d.wipe()
}

// Sum writes the MAC of the concatenation of parts to out.
func (h *HMAC256) Sum(out *[32]byte, parts ...[]byte) {
	d := digest256{state: h.inner, length: block256}
	for _, p := range parts {
		d.write(p)
	}
	d.sum(out)
	d.state, d.length = h.outer, block256
	d.write(out[:])
	d.sum(out)
	d.wipe()
}

// Wipe overwrites the keyed states. The HMAC must not be used after it.
//
//go:noinline
func (h *HMAC256) Wipe() { *h = HMAC256{} }
