package aes

// decrypt undoes [encrypt], step by step backwards and with the same keys.
//
// The inverse S-box is the circuit of Boyar and Peralta, "A Depth-16 Circuit
// for the AES S-box" (2011), in their letters, save that their inputs U0 to U7
// and outputs W0 to W7 are b7 to b0 here, and D is y5. Each XNOR of theirs is an
// XOR, which leaves out adding 63 (hexadecimal) to the input, see [affine].
func decrypt(s *state, keys []state) {
	b0, b1, b2, b3, b4, b5, b6, b7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]

	last := len(keys) - 1
	for r := last; ; r-- {
		// AddRoundKey.
		k := &keys[r]
		b0 ^= k[0]
		b1 ^= k[1]
		b2 ^= k[2]
		b3 ^= k[3]
		b4 ^= k[4]
		b5 ^= k[5]
		b6 ^= k[6]
		b7 ^= k[7]
		if r == 0 {
			break
		}

		if r < last {
			// InvMixColumns is MixColumns after adding 4v to each byte, where v
			// is the sum of it and the byte two rows down.
			down, twoDown := rotate(1, r), rotate(2, 2*r)
			v0 := b0 ^ twoDown.of(b0)
			v1 := b1 ^ twoDown.of(b1)
			v2 := b2 ^ twoDown.of(b2)
			v3 := b3 ^ twoDown.of(b3)
			v4 := b4 ^ twoDown.of(b4)
			v5 := b5 ^ twoDown.of(b5)
			v6 := b6 ^ twoDown.of(b6)
			v7 := b7 ^ twoDown.of(b7)
			b0 ^= v6
			b1 ^= v6 ^ v7
			b2 ^= v0 ^ v7
			b3 ^= v1 ^ v6
			b4 ^= v2 ^ v6 ^ v7
			b5 ^= v3 ^ v7
			b6 ^= v4
			b7 ^= v5

			// MixColumns, as in encrypt.
			d7 := down.of(b7)
			u7 := b7 ^ d7
			d0 := down.of(b0)
			u0 := b0 ^ d0
			b0 = u7 ^ d0 ^ twoDown.of(u0)
			d1 := down.of(b1)
			u1 := b1 ^ d1
			b1 = u0 ^ u7 ^ d1 ^ twoDown.of(u1)
			d2 := down.of(b2)
			u2 := b2 ^ d2
			b2 = u1 ^ d2 ^ twoDown.of(u2)
			d3 := down.of(b3)
			u3 := b3 ^ d3
			b3 = u2 ^ u7 ^ d3 ^ twoDown.of(u3)
			d4 := down.of(b4)
			u4 := b4 ^ d4
			b4 = u3 ^ u7 ^ d4 ^ twoDown.of(u4)
			d5 := down.of(b5)
			u5 := b5 ^ d5
			b5 = u4 ^ d5 ^ twoDown.of(u5)
			d6 := down.of(b6)
			u6 := b6 ^ d6
			b6 = u5 ^ d6 ^ twoDown.of(u6)
			b7 = u6 ^ d7 ^ twoDown.of(u7)
		}

		// InvSubBytes. The inverse affine map, and into the other basis:
		t23 := b7 ^ b4
		t22 := b6 ^ b4
		t2 := b7 ^ b6
		t1 := b4 ^ b3
		t24 := b3 ^ b0
		r5 := b1 ^ b0
		t8 := b6 ^ t23
		t19 := t22 ^ r5
		t9 := b0 ^ t1
		t10 := t2 ^ t24
		t13 := t2 ^ r5
		t3 := t1 ^ r5
		t25 := b5 ^ t1
		r13 := b6 ^ b1
		t17 := b5 ^ t19
		t20 := t24 ^ r13
		t4 := b3 ^ t8
		r17 := b5 ^ b2
		r18 := b2 ^ b1
		r19 := b5 ^ b3
		y5 := b7 ^ r17
		t6 := t22 ^ r17
		t16 := r13 ^ r19
		t27 := t1 ^ r18
		t15 := t10 ^ t27
		t14 := t10 ^ r18
		t26 := t3 ^ t16

		// The inverse, which is all that is not linear:
		m1 := t13 & t6
		m2 := t23 & t8
		m3 := t14 ^ m1
		m4 := t19 & y5
		m5 := m4 ^ m1
		m6 := t3 & t16
		m7 := t22 & t9
		m8 := t26 ^ m6
		m9 := t20 & t17
		m10 := m9 ^ m6
		m11 := t1 & t15
		m12 := t4 & t27
		m13 := m12 ^ m11
		m14 := t2 & t10
		m15 := m14 ^ m11
		m16 := m3 ^ m2
		m17 := m5 ^ t24
		m18 := m8 ^ m7
		m19 := m10 ^ m15
		m20 := m16 ^ m13
		m21 := m17 ^ m15
		m22 := m18 ^ m13
		m23 := m19 ^ t25
		m24 := m22 ^ m23
		m25 := m22 & m20
		m26 := m21 ^ m25
		m27 := m20 ^ m21
		m28 := m23 ^ m25
		m29 := m28 & m27
		m30 := m26 & m24
		m31 := m20 & m23
		m32 := m27 & m31
		m33 := m27 ^ m25
		m34 := m21 & m22
		m35 := m24 & m34
		m36 := m24 ^ m25
		m37 := m21 ^ m29
		m38 := m32 ^ m33
		m39 := m23 ^ m30
		m40 := m35 ^ m36
		m41 := m38 ^ m40
		m42 := m37 ^ m39
		m43 := m37 ^ m38
		m44 := m39 ^ m40
		m45 := m42 ^ m41
		m46 := m44 & t6
		m47 := m40 & t8
		m48 := m39 & y5
		m49 := m43 & t16
		m50 := m38 & t9
		m51 := m37 & t17
		m52 := m42 & t15
		m53 := m45 & t27
		m54 := m41 & t10
		m55 := m44 & t13
		m56 := m40 & t23
		m57 := m39 & t19
		m58 := m43 & t3
		m59 := m38 & t22
		m60 := m37 & t20
		m61 := m42 & t1
		m62 := m45 & t4
		m63 := m41 & t2

		// Back:
		p0 := m52 ^ m61
		p1 := m58 ^ m59
		p2 := m54 ^ m62
		p3 := m47 ^ m50
		p4 := m48 ^ m56
		p5 := m46 ^ m51
		p6 := m49 ^ m60
		p7 := p0 ^ p1
		p8 := m50 ^ m53
		p9 := m55 ^ m63
		p10 := m57 ^ p4
		p11 := p0 ^ p3
		p12 := m46 ^ m48
		p13 := m49 ^ m51
		p14 := m49 ^ m62
		p15 := m54 ^ m59
		p16 := m57 ^ m61
		p17 := m58 ^ p2
		p18 := m63 ^ p5
		p19 := p2 ^ p3
		p20 := p4 ^ p6
		p22 := p2 ^ p7
		p23 := p7 ^ p8
		p24 := p5 ^ p7
		p25 := p6 ^ p10
		p26 := p9 ^ p11
		p27 := p10 ^ p18
		p28 := p11 ^ p25
		p29 := p15 ^ p20
		b7 = p13 ^ p22
		b6 = p26 ^ p29
		b5 = p17 ^ p28
		b4 = p12 ^ p22
		b3 = p23 ^ p27
		b2 = p19 ^ p24
		b1 = p14 ^ p23
		b0 = p9 ^ p16
	}
	s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = b0, b1, b2, b3, b4, b5, b6, b7
}
