package sha2

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

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
	var block [block256]byte
	if len(key) > block256 {
		sum := Sum256(key)
		copy(block[:], sum[:])
		secret.Wipe(sum[:])
	} else {
		copy(block[:], key)
	}
	xorPad(block[:], 0x36)
	h.inner = initial256
	compress256(&h.inner, block[:])
	xorPad(block[:], 0x36^0x5c)
	h.outer = initial256
	compress256(&h.outer, block[:])
	secret.Wipe(block[:])
}

// Sum writes the MAC of the concatenation of parts to out.
func (h *HMAC256) Sum(out *[32]byte, parts ...[]byte) {
	d := digest256{state: h.inner, length: block256}
	for _, p := range parts {
		d.write(p)
	}
	d.pad()
	h.sumOuter(out, &d)
	d.wipe()
}

// SumByte writes the MAC of a single byte to out. It is [HMAC256.Sum] for the
// ratchets, which take hundreds of such steps at once: it fills in the one block
// of the message directly.
func (h *HMAC256) SumByte(out *[32]byte, message byte) {
	d := digest256{state: h.inner}
	d.buf[0], d.buf[1] = message, 0x80
	binary.BigEndian.PutUint64(d.buf[block256-8:], (block256+1)*8)
	compress256(&d.state, d.buf[:])
	h.sumOuter(out, &d)
	d.wipe()
}

// sumOuter hashes the inner digest, which is the state of d, and uses d for it.
func (h *HMAC256) sumOuter(out *[32]byte, d *digest256) {
	d.putState((*[32]byte)(d.buf[:32]))
	d.buf[32] = 0x80
	clear(d.buf[33 : block256-8])
	binary.BigEndian.PutUint64(d.buf[block256-8:], (block256+32)*8)
	d.state = h.outer
	compress256(&d.state, d.buf[:])
	d.putState(out)
}

// Wipe overwrites the keyed states. The HMAC must not be used after it.
//
//go:noinline
func (h *HMAC256) Wipe() { *h = HMAC256{} }

// MAC256 is HMAC-SHA-256 of what comes in pieces.
type MAC256 struct {
	key HMAC256
	d   digest256
}

// NewMAC256 begins a MAC under a key of any length.
func NewMAC256(key []byte) *MAC256 {
	m := new(MAC256)
	m.key.setKey(key)
	m.d = digest256{state: m.key.inner, length: block256}
	return m
}

// Write adds a piece.
func (m *MAC256) Write(p []byte) { m.d.write(p) }

// Sum returns the MAC of all pieces. None can be added afterwards.
func (m *MAC256) Sum() (sum [32]byte) {
	m.d.pad()
	m.key.sumOuter(&sum, &m.d)
	m.Wipe()
	return sum
}

// Wipe overwrites the keyed states.
//
//go:noinline
func (m *MAC256) Wipe() { *m = MAC256{} }
