package arith

// multiplyGo sets r to a b. Both are up to carried + 4 p, and one of them may
// have twice carried; r is carried. The arguments may be the same.
//
// Limb i stands for 2^ceil(25.5 i), so that the product of two odd limbs counts
// twice, and what goes beyond limb 9 comes back times 19. Every limb takes what
// the one below exceeds its width by, and limbs 0 and 1 what limb 9 does.
func multiplyGo(r, a, b *element) {
	a0, a1 := a[0]&low32, a[0]>>32
	a2, a3 := a[1]&low32, a[1]>>32
	a4, a5 := a[2]&low32, a[2]>>32
	a6, a7 := a[3]&low32, a[3]>>32
	a8, a9 := a[4]&low32, a[4]>>32
	b0, b1 := b[0]&low32, b[0]>>32
	b2, b3 := b[1]&low32, b[1]>>32
	b4, b5 := b[2]&low32, b[2]>>32
	b6, b7 := b[3]&low32, b[3]>>32
	b8, b9 := b[4]&low32, b[4]>>32
	h0 := a0*b0 +
		19*(a2*b8+a4*b6+a6*b4+a8*b2+2*(a1*b9+a3*b7+a5*b5+a7*b3+a9*b1))
	h1 := a0*b1 + a1*b0 +
		19*(a2*b9+a3*b8+a4*b7+a5*b6+a6*b5+a7*b4+a8*b3+a9*b2) + h0>>26
	h2 := a0*b2 + a2*b0 + 2*(a1*b1) +
		19*(a4*b8+a6*b6+a8*b4+2*(a3*b9+a5*b7+a7*b5+a9*b3)) + h1>>25
	h3 := a0*b3 + a1*b2 + a2*b1 + a3*b0 +
		19*(a4*b9+a5*b8+a6*b7+a7*b6+a8*b5+a9*b4) + h2>>26
	h4 := a0*b4 + a2*b2 + a4*b0 + 2*(a1*b3+a3*b1) +
		19*(a6*b8+a8*b6+2*(a5*b9+a7*b7+a9*b5)) + h3>>25
	h5 := a0*b5 + a1*b4 + a2*b3 + a3*b2 + a4*b1 + a5*b0 +
		19*(a6*b9+a7*b8+a8*b7+a9*b6) + h4>>26
	h6 := a0*b6 + a2*b4 + a4*b2 + a6*b0 + 2*(a1*b5+a3*b3+a5*b1) +
		19*(a8*b8+2*(a7*b9+a9*b7)) + h5>>25
	h7 := a0*b7 + a1*b6 + a2*b5 + a3*b4 + a4*b3 + a5*b2 + a6*b1 + a7*b0 +
		19*(a8*b9+a9*b8) + h6>>26
	h8 := a0*b8 + a2*b6 + a4*b4 + a6*b2 + a8*b0 + 2*(a1*b7+a3*b5+a5*b3+a7*b1) +
		19*(2*(a9*b9)) + h7>>25
	h9 := a0*b9 + a1*b8 + a2*b7 + a3*b6 + a4*b5 + a5*b4 + a6*b3 + a7*b2 + a8*b1 + a9*b0 + h8>>26
	h0 = h0&low26 + 19*(h9>>25)
	r[0] = h0&low26 | (h1&low25+h0>>26)<<32
	r[1] = h2&low26 | h3&low25<<32
	r[2] = h4&low26 | h5&low25<<32
	r[3] = h6&low26 | h7&low25<<32
	r[4] = h8&low26 | h9&low25<<32
}

// squareGo sets r to a squared, for a up to carried + 4 p; r is carried. The
// arguments may be the same.
func squareGo(r, a *element) {
	a0, a1 := a[0]&low32, a[0]>>32
	a2, a3 := a[1]&low32, a[1]>>32
	a4, a5 := a[2]&low32, a[2]>>32
	a6, a7 := a[3]&low32, a[3]>>32
	a8, a9 := a[4]&low32, a[4]>>32
	h0 := a0*a0 +
		19*(2*(a2*a8+a4*a6+a5*a5)+4*(a1*a9+a3*a7))
	h1 := 2*a0*a1 +
		19*(2*(a2*a9+a3*a8+a4*a7+a5*a6)) + h0>>26
	h2 := 2*(a0*a2+a1*a1) +
		19*(a6*a6+2*a4*a8+4*(a3*a9+a5*a7)) + h1>>25
	h3 := 2*(a0*a3+a1*a2) +
		19*(2*(a4*a9+a5*a8+a6*a7)) + h2>>26
	h4 := a2*a2 + 2*a0*a4 + 4*a1*a3 +
		19*(2*(a6*a8+a7*a7)+4*a5*a9) + h3>>25
	h5 := 2*(a0*a5+a1*a4+a2*a3) +
		19*(2*(a6*a9+a7*a8)) + h4>>26
	h6 := 2*(a0*a6+a2*a4+a3*a3) + 4*a1*a5 +
		19*(a8*a8+4*a7*a9) + h5>>25
	h7 := 2*(a0*a7+a1*a6+a2*a5+a3*a4) +
		19*(2*a8*a9) + h6>>26
	h8 := a4*a4 + 2*(a0*a8+a2*a6) + 4*(a1*a7+a3*a5) +
		19*(2*a9*a9) + h7>>25
	h9 := 2*(a0*a9+a1*a8+a2*a7+a3*a6+a4*a5) + h8>>26
	h0 = h0&low26 + 19*(h9>>25)
	r[0] = h0&low26 | (h1&low25+h0>>26)<<32
	r[1] = h2&low26 | h3&low25<<32
	r[2] = h4&low26 | h5&low25<<32
	r[3] = h6&low26 | h7&low25<<32
	r[4] = h8&low26 | h9&low25<<32
}

// squareTimesGo squares n times, at least once. n is public.
func squareTimesGo(r, a *element, n int) {
	squareGo(r, a)
	for range n - 1 {
		squareGo(r, r)
	}
}

// scaleGo sets r to 121666 a, for a up to carried + 4 p; r is carried.
func scaleGo(r, a *element) {
	const n = 121666
	h0 := a[0] & low32 * n
	h1 := a[0]>>32*n + h0>>26
	h2 := a[1]&low32*n + h1>>25
	h3 := a[1]>>32*n + h2>>26
	h4 := a[2]&low32*n + h3>>25
	h5 := a[2]>>32*n + h4>>26
	h6 := a[3]&low32*n + h5>>25
	h7 := a[3]>>32*n + h6>>26
	h8 := a[4]&low32*n + h7>>25
	h9 := a[4]>>32*n + h8>>26
	h0 = h0&low26 + 19*(h9>>25)
	r[0] = h0&low26 | (h1&low25+h0>>26)<<32
	r[1] = h2&low26 | h3&low25<<32
	r[2] = h4&low26 | h5&low25<<32
	r[3] = h6&low26 | h7&low25<<32
	r[4] = h8&low26 | h9&low25<<32
}
