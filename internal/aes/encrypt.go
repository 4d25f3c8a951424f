package aes

// encrypt applies AES to the four blocks of a bitsliced state, with as many
// rounds as there are keys after the first. Nothing in it stands for ShiftRows,
// see [rotation].
//
// The S-box is the circuit of Boyar and Peralta, "A New Combinational Logic
// Minimization Technique with Applications to Cryptology" (2010), in their
// letters, save that their inputs x0 to x7 and outputs s0 to s7 are b7 to b0
// here. Adding the constant 63 (hexadecimal) is left out, see [affine].
//
// One function does all steps, long as it is: with a function for each, and
// the state in memory between them, WebAssembly took half as long again.
func encrypt(s *state, keys []state) {
	b0, b1, b2, b3, b4, b5, b6, b7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]

	last := len(keys) - 1
	for r := 0; ; r++ {
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
		if r == last {
			break
		}

		// SubBytes. Into a basis in which inverting is easy:
		y14 := b4 ^ b2
		y13 := b7 ^ b1
		y9 := b7 ^ b4
		y8 := b7 ^ b2
		t0 := b6 ^ b5
		y1 := t0 ^ b0
		y4 := y1 ^ b4
		y12 := y13 ^ y14
		y2 := y1 ^ b7
		y5 := y1 ^ b1
		y3 := y5 ^ y8
		t1 := b3 ^ y12
		y15 := t1 ^ b2
		y20 := t1 ^ b6
		y6 := y15 ^ b0
		y10 := y15 ^ t0
		y11 := y20 ^ y9
		y7 := b0 ^ y11
		y17 := y10 ^ y11
		y19 := y10 ^ y8
		y16 := t0 ^ y11
		y21 := y13 ^ y16
		y18 := b7 ^ y16

		// The inverse, which is all that is not linear:
		t2 := y12 & y15
		t3 := y3 & y6
		t4 := t3 ^ t2
		t5 := y4 & b0
		t6 := t5 ^ t2
		t7 := y13 & y16
		t8 := y5 & y1
		t9 := t8 ^ t7
		t10 := y2 & y7
		t11 := t10 ^ t7
		t12 := y9 & y11
		t13 := y14 & y17
		t14 := t13 ^ t12
		t15 := y8 & y10
		t16 := t15 ^ t12
		t17 := t4 ^ t14
		t18 := t6 ^ t16
		t19 := t9 ^ t14
		t20 := t11 ^ t16
		t21 := t17 ^ y20
		t22 := t18 ^ y19
		t23 := t19 ^ y21
		t24 := t20 ^ y18
		t25 := t21 ^ t22
		t26 := t21 & t23
		t27 := t24 ^ t26
		t28 := t25 & t27
		t29 := t28 ^ t22
		t30 := t23 ^ t24
		t31 := t22 ^ t26
		t32 := t31 & t30
		t33 := t32 ^ t24
		t34 := t23 ^ t33
		t35 := t27 ^ t33
		t36 := t24 & t35
		t37 := t36 ^ t34
		t38 := t27 ^ t36
		t39 := t29 & t38
		t40 := t25 ^ t39
		t41 := t40 ^ t37
		t42 := t29 ^ t33
		t43 := t29 ^ t40
		t44 := t33 ^ t37
		t45 := t42 ^ t41
		z0 := t44 & y15
		z1 := t37 & y6
		z2 := t33 & b0
		z3 := t43 & y16
		z4 := t40 & y1
		z5 := t29 & y7
		z6 := t42 & y11
		z7 := t45 & y17
		z8 := t41 & y10
		z9 := t44 & y12
		z10 := t37 & y3
		z11 := t33 & y4
		z12 := t43 & y13
		z13 := t40 & y5
		z14 := t29 & y2
		z15 := t42 & y9
		z16 := t45 & y14
		z17 := t41 & y8

		// Back, and the affine map:
		t46 := z15 ^ z16
		t47 := z10 ^ z11
		t48 := z5 ^ z13
		t49 := z9 ^ z10
		t50 := z2 ^ z12
		t51 := z2 ^ z5
		t52 := z7 ^ z8
		t53 := z0 ^ z3
		t54 := z6 ^ z7
		t55 := z16 ^ z17
		t56 := z12 ^ t48
		t57 := t50 ^ t53
		t58 := z4 ^ t46
		t59 := z3 ^ t54
		t60 := t46 ^ t57
		t61 := z14 ^ t57
		t62 := t52 ^ t58
		t63 := t49 ^ t58
		t64 := z4 ^ t59
		t65 := t61 ^ t62
		t66 := z1 ^ t63
		t67 := t64 ^ t65
		b7 = t59 ^ t63
		b0 = t48 ^ t60
		b1 = t56 ^ t62
		b4 = t53 ^ t66
		b3 = t51 ^ t66
		b2 = t47 ^ t65
		b6 = t64 ^ b4
		b5 = t55 ^ t67

		if r+1 == last {
			continue
		}

		// MixColumns puts 2(a+b) + b + (c+d) in the place of a, where b, c
		// and d are one, two and three rows down. Here d is that b and u is
		// a+b, so that c+d is the u two rows down. Doubling moves each bit up
		// by one and adds the one that falls out, u7, to bits 0, 1, 3 and 4.
		down, twoDown := rotate(1, r+1), rotate(2, 2*(r+1))
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
	s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = b0, b1, b2, b3, b4, b5, b6, b7
}
