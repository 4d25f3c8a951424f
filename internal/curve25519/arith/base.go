package arith

import "sync"

// baseTable holds the multiples by 1 to 8 of 256^i times the base point, in row
// i. It is made when it is first needed, which takes less time than 24 kB more
// to download.
var baseTable struct {
	once sync.Once
	rows [32][8]affine
}

func baseRows() *[32][8]affine {
	baseTable.once.Do(func() { makeBaseRows(&baseTable.rows) })
	return &baseTable.rows
}

func makeBaseRows(rows *[32][8]affine) {
	var p Point
	var q cached
	p.setBase()
	for i := range rows {
		q.set(&p)
		rows[i][0].setProjective(&p)
		for j := 1; j < 8; j++ {
			add(&p, &q)
			rows[i][j].setProjective(&p)
		}
		double(&p, 5) // 8 times 32
	}
	all := make([]*affine, 0, 256)
	for i := range rows {
		for j := range rows[i] {
			all = append(all, &rows[i][j])
		}
	}
	normalise(all)
}

// setProjective puts a point into an entry, for normalise.
func (q *affine) setProjective(p *Point) {
	q.plus, q.minus, q.product = p.x, p.y, p.z
}

// normalise makes entries out of points x, y, z. It divides once for all: the
// inverse of the product of all z, times the product of all others, is the
// inverse of one.
func normalise(entries []*affine) {
	before := make([]element, len(entries)) // products of all z up to here
	product := one
	for i, q := range entries {
		before[i] = product
		multiply(&product, &product, &q.product)
	}
	var inverse, x, y element
	inverse.invert(&product)
	for i := len(entries) - 1; i >= 0; i-- {
		q := entries[i]
		multiply(&before[i], &before[i], &inverse) // 1/z
		multiply(&inverse, &inverse, &q.product)
		multiply(&x, &q.plus, &before[i])
		multiply(&y, &q.minus, &before[i])
		q.plus.add(&y, &x)
		q.minus.subtract(&y, &x)
		multiply(&q.product, &x, &y)
		multiply(&q.product, &q.product, &twiceD)
	}
}

// SetMultipleOfBase sets p to scalar times the base point, for a scalar below
// 2^255, in constant time.
//
// The scalar is the sum of digits[i] 16^i. The digits with odd i come first, in
// rows that stand for 256^(i/2), and are then worth 16 times as much.
func (p *Point) SetMultipleOfBase(scalar *[32]byte) {
	rows := baseRows()
	var digits [64]int8
	setRadix16(&digits, scalar)
	p.SetZero()
	for i := 1; i < 64; i += 2 {
		addChosen(p, &rows[i/2], int64(digits[i]))
	}
	double(p, 4)
	for i := 0; i < 64; i += 2 {
		addChosen(p, &rows[i/2], int64(digits[i]))
	}
	wipeDigits(&digits)
}

// setRadix16 sets the digits of a scalar below 2^255 in radix 16: the last one
// from 0 to 8, and all others from -8 to 7.
func setRadix16(digits *[64]int8, scalar *[32]byte) {
	for i, b := range scalar {
		digits[2*i], digits[2*i+1] = int8(b&15), int8(b>>4)
	}
	for i := range 63 {
		carry := (digits[i] + 8) >> 4
		digits[i] -= carry << 4
		digits[i+1] += carry
	}
}

//go:noinline
func wipeDigits(digits *[64]int8) { *digits = [64]int8{} }

// EncodeBase sets out to the encoding of scalar times the base point: a public
// key of Ed25519, or the first half of a signature.
func EncodeBase(out, scalar *[32]byte) {
	var p Point
	p.SetMultipleOfBase(scalar)
	p.Encode(out)
	p.Wipe()
}

// MultiplyBase sets out to the u-coordinate of scalar times the base point: a
// public key of X25519, by u = (1 + y) / (1 - y).
func MultiplyBase(out, scalar *[32]byte) {
	var p Point
	p.SetMultipleOfBase(scalar)
	p.s.add(&p.z, &p.y)
	p.t.subtract(&p.z, &p.y)
	p.t.invert(&p.t)
	multiply(&p.s, &p.s, &p.t)
	p.s.encode(out)
	p.Wipe()
}
