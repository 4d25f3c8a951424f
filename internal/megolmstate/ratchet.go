package megolmstate

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

const (
	parts   = 4
	partLen = 32
	// RatchetLen is the length of the ratchet's four parts together.
	RatchetLen = parts * partLen
)

// Ratchet is the Megolm ratchet R(i): four parts of 32 bytes, of which the
// first changes every 2^24 steps, the second every 2^16, the third every 2^8
// and the last at every step.
//
// https://spec.matrix.org/latest/olm-megolm/megolm/#the-megolm-ratchet-algorithm
type Ratchet struct {
	Data  secret.Box[[RatchetLen]byte]
	Index uint32
}

// Clone returns a copy with a box of its own.
func (r *Ratchet) Clone() Ratchet { return Ratchet{r.Data.Clone(), r.Index} }

// part returns one of the four parts.
func (r *Ratchet) part(i int) *[partLen]byte {
	return (*[partLen]byte)(r.Data.Array()[i*partLen:])
}

// rehash replaces the parts from first to the last one by hashes of the first.
// The first comes last, for it is the key of the others.
func (r *Ratchet) rehash(first int) {
	mac := sha2.NewHMAC256(r.part(first)[:])
	for i := parts - 1; i >= first; i-- {
		mac.SumByte(r.part(i), byte(i))
	}
	mac.Wipe()
}

// Advance takes one step. After index 2^32−1 the index begins again at 0, the
// ratchet does not.
func (r *Ratchet) Advance() {
	r.Index++
	first := 0
	for mask := uint32(0xffffff); first < parts-1 && r.Index&mask != 0; first++ {
		mask >>= 8
	}
	r.rehash(first)
}

// AdvanceTo steps to an index, which counts as ahead even where it is lower
// than the present one: then the index wraps around. It hashes at most 256
// times for each part.
func (r *Ratchet) AdvanceTo(index uint32) {
	for i := range parts {
		shift := 8 * (parts - 1 - i)
		steps := byte(index>>shift) - byte(r.Index>>shift) // modulo 256
		count := int(steps)
		if steps == 0 {
			if index >= r.Index {
				continue
			}
			count = 256 // only R0, when the index wraps all the way round
		}
		for ; count > 1; count-- {
			mac := sha2.NewHMAC256(r.part(i)[:])
			mac.SumByte(r.part(i), byte(i))
			mac.Wipe()
		}
		r.rehash(i)
		r.Index = index >> shift << shift
	}
}
