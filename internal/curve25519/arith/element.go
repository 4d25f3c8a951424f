package arith

import "encoding/binary"

// element is an element of the field of 2^255 - 19. Its ten limbs have 26 and
// 25 bits in turn and lie two to a word, the even ones in the low halves, so
// that one addition adds two of them.
//
// Limbs have up to 32 bits of room. The functions say how much of it they need,
// in terms of these bounds:
//
//	carried	the result of a multiplication: 26 and 25 bits, and a little
//		more for limb 1
//	n p	limbs as in n times p
//
// A factor may be up to carried + 4 p, and the other one up to twice carried +
// 4 p. The generator of the assembly works this out limb by limb.
type element [5]uint64

const (
	low26 = 1<<26 - 1
	low25 = 1<<25 - 1
	low32 = 1<<32 - 1

	// Words of 2 p: all words but the first are alike.
	twiceP0 = 2*(1<<26-19) | 2*low25<<32
	twiceP  = 2*low26 | 2*low25<<32
)

var one = element{1}

// add sets r to a + b. The limbs add up. (Loops over five words would take
// longer than the sums.)
func (r *element) add(a, b *element) {
	r[0], r[1], r[2], r[3], r[4] = a[0]+b[0], a[1]+b[1], a[2]+b[2], a[3]+b[3], a[4]+b[4]
}

// subtract sets r to a - b, for b up to 2 p; r is up to the bound of a and 2 p.
func (r *element) subtract(a, b *element) {
	r[0] = a[0] + twiceP0 - b[0]
	r[1] = a[1] + twiceP - b[1]
	r[2] = a[2] + twiceP - b[2]
	r[3] = a[3] + twiceP - b[3]
	r[4] = a[4] + twiceP - b[4]
}

// subtractWide is subtract with 4 p in place of 2 p.
func (r *element) subtractWide(a, b *element) {
	r[0] = a[0] + 2*twiceP0 - b[0]
	r[1] = a[1] + 2*twiceP - b[1]
	r[2] = a[2] + 2*twiceP - b[2]
	r[3] = a[3] + 2*twiceP - b[3]
	r[4] = a[4] + 2*twiceP - b[4]
}

// negate sets r to -a, for a up to 2 p.
func (r *element) negate(a *element) { r.subtract(&element{}, a) }

// swap exchanges a and b if mask is all ones, and leaves them if it is zero.
func swap(a, b *element, mask uint64) {
	t0, t1, t2 := (a[0]^b[0])&mask, (a[1]^b[1])&mask, (a[2]^b[2])&mask
	t3, t4 := (a[3]^b[3])&mask, (a[4]^b[4])&mask
	a[0], a[1], a[2], a[3], a[4] = a[0]^t0, a[1]^t1, a[2]^t2, a[3]^t3, a[4]^t4
	b[0], b[1], b[2], b[3], b[4] = b[0]^t0, b[1]^t1, b[2]^t2, b[3]^t3, b[4]^t4
}

// limbs returns the ten limbs.
func (a *element) limbs() (h [10]uint64) {
	for i, word := range a {
		h[2*i], h[2*i+1] = word&low32, word>>32
	}
	return h
}

func (r *element) setLimbs(h *[10]uint64) {
	for i := range r {
		r[i] = h[2*i] | h[2*i+1]<<32
	}
}

// carryLimbs leaves limbs 0 to 8 with their widths, and the rest in limb 9.
func carryLimbs(h *[10]uint64) {
	for i := 0; i < 8; i += 2 {
		h[i+1] += h[i] >> 26
		h[i] &= low26
		h[i+2] += h[i+1] >> 25
		h[i+1] &= low25
	}
	h[9] += h[8] >> 26
	h[8] &= low26
}

// decode sets r to the number of 32 little-endian bytes. The top bit is
// ignored, and the number need not be reduced; r is carried.
func (r *element) decode(b *[32]byte) {
	w0, w1 := binary.LittleEndian.Uint64(b[0:]), binary.LittleEndian.Uint64(b[8:])
	w2, w3 := binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[24:])
	r[0] = w0&low26 | w0>>26&low25<<32
	r[1] = (w0>>51|w1<<13)&low26 | w1>>13&low25<<32
	r[2] = w1>>38 | w2&low25<<32
	r[3] = w2>>25&low26 | (w2>>51|w3<<13)&low25<<32
	r[4] = w3>>12&low26 | w3>>38&low25<<32
}

// encode writes the 32 little-endian bytes of a, reduced.
func (a *element) encode(out *[32]byte) {
	h := a.limbs()
	carryLimbs(&h)
	h[0] += 19 * (h[9] >> 25)
	h[9] &= low25
	carryLimbs(&h) // now the number is below 2^255 + 2^230, so less than twice p

	// The number is at least p if 19 more reach 2^255, and then 19 more modulo
	// 2^255 are the remainder.
	over := (h[0] + 19) >> 26
	for i := 1; i < 9; i += 2 {
		over = (h[i] + over) >> 25
		over = (h[i+1] + over) >> 26
	}
	over = (h[9] + over) >> 25
	h[0] += 19 * over
	carryLimbs(&h)
	h[9] &= low25

	binary.LittleEndian.PutUint64(out[0:], h[0]|h[1]<<26|h[2]<<51)
	binary.LittleEndian.PutUint64(out[8:], h[2]>>13|h[3]<<13|h[4]<<38)
	binary.LittleEndian.PutUint64(out[16:], h[5]|h[6]<<25|h[7]<<51)
	binary.LittleEndian.PutUint64(out[24:], h[7]>>13|h[8]<<12|h[9]<<38)
	wipeLimbs(&h)
}

//go:noinline
func wipeLimbs(h *[10]uint64) { *h = [10]uint64{} }

// isZero reports whether a is zero. It is for public elements.
func (a *element) isZero() bool {
	var b [32]byte
	a.encode(&b)
	return b == [32]byte{}
}
