package arith

import (
	"encoding/binary"
	"sync"
)

// Widths of the windows in which the two scalars of a signature are taken. The
// base point has tables that are made once, and so may be larger.
const (
	baseWindow  = 7
	pointWindow = 5
)

type (
	baseOdd  = [1 << (baseWindow - 2)]affine
	pointOdd = [1 << (pointWindow - 2)]cached
	digits   = [256]int8
)

// half is where scalars are split, to be taken side by side with half of the
// doublings. That asks for tables of 2^half times the points, too.
const half = 128

// Odd multiples of the base point, and of 2^half times it, which are made when
// they are first needed.
var (
	baseMultiples     = sync.OnceValue(func() *baseOdd { return oddMultiplesOfBase(0) })
	baseMultiplesHigh = sync.OnceValue(func() *baseOdd { return oddMultiplesOfBase(half) })
)

// oddMultiplesOfBase returns 2^doublings times the base point times 1, 3, 5 and
// so on.
func oddMultiplesOfBase(doublings int) *baseOdd {
	var p, twice Point
	var q cached
	p.setBase()
	if doublings > 0 {
		double(&p, doublings)
	}
	twice = p
	double(&twice, 1)
	q.set(&twice)
	entries := new(baseOdd)
	all := make([]*affine, len(entries))
	for i := range all {
		if i > 0 {
			add(&p, &q)
		}
		all[i] = &entries[i]
		all[i].setProjective(&p)
	}
	normalise(all)
	return entries
}

// setOddMultiples sets the entries to p times 1, 3, 5 and so on.
func setOddMultiples(entries *pointOdd, p *Point) {
	multiple, twice := *p, *p
	var q cached
	double(&twice, 1)
	q.set(&twice)
	entries[0].set(p)
	for i := 1; i < len(entries); i++ {
		add(&multiple, &q)
		entries[i].set(&multiple)
	}
}

// SetDifference sets p to s times the base point minus k times a, for s and k
// below 2^253. It takes variable time: it is for public points and scalars.
func (p *Point) SetDifference(s, k *[32]byte, a *Point) {
	var ofPoint pointOdd
	setOddMultiples(&ofPoint, a)
	sDigits, kDigits := nonAdjacent(s, baseWindow), nonAdjacent(k, pointWindow)
	p.setDifferences(len(sDigits), difference{&sDigits, &kDigits, baseMultiples(), &ofPoint})
}

// Multiples are those of a public point that is used again and again. To make
// them takes as long as they spare at each use, a third of the time.
type Multiples struct{ low, high pointOdd }

// Set makes the multiples of a point.
func (m *Multiples) Set(a *Point) {
	setOddMultiples(&m.low, a)
	high := *a
	double(&high, half)
	setOddMultiples(&m.high, &high)
}

// SetDifferenceOf is [Point.SetDifference] for the point of which m holds the
// multiples.
func (p *Point) SetDifferenceOf(s, k *[32]byte, m *Multiples) {
	sLow, sHigh := split(s)
	kLow, kHigh := split(k)
	s0, s1 := nonAdjacent(&sLow, baseWindow), nonAdjacent(&sHigh, baseWindow)
	k0, k1 := nonAdjacent(&kLow, pointWindow), nonAdjacent(&kHigh, pointWindow)
	p.setDifferences(half+1, // one for the last carry
		difference{&s0, &k0, baseMultiples(), &m.low},
		difference{&s1, &k1, baseMultiplesHigh(), &m.high})
}

// split returns a number modulo 2^half, and divided by that.
func split(number *[32]byte) (low, high [32]byte) {
	copy(low[:], number[:half/8])
	copy(high[:], number[half/8:])
	return low, high
}

// difference is s times one point minus k times another, of both of which it
// has the odd multiples.
type difference struct {
	s, k    *digits
	ofBase  *baseOdd
	ofPoint *pointOdd
}

// setDifferences sets p to the sum of differences whose digits end before n.
func (p *Point) setDifferences(n int, differences ...difference) {
	p.SetZero()
	turns := 0 // doublings that are due
	for i := n - 1; i >= 0; i-- {
		turns++
		for j := range differences {
			of := &differences[j]
			d, e := of.s[i], of.k[i]
			if d == 0 && e == 0 {
				continue
			}
			if turns > 0 {
				double(p, turns)
				turns = 0
			}
			switch {
			case e > 0:
				subtract(p, &of.ofPoint[e/2])
			case e < 0:
				add(p, &of.ofPoint[-e/2])
			}
			switch {
			case d > 0:
				addAffine(p, &of.ofBase[d/2])
			case d < 0:
				subtractAffine(p, &of.ofBase[-d/2])
			}
		}
	}
	if turns > 0 {
		double(p, turns)
	}
}

// nonAdjacent returns digits of a number below 2^253, of which it is the sum
// when digit i counts 2^i times. They are zero or odd and of less than width
// bits and a sign, and of width successive digits only one is not zero.
func nonAdjacent(number *[32]byte, width int) (result digits) {
	var words [5]uint64
	for i := range 4 {
		words[i] = binary.LittleEndian.Uint64(number[8*i:])
	}
	carry := uint64(0)
	for i := 0; i < 256; {
		word, shift := i/64, i%64
		window := words[word]>>shift | words[word+1]<<(64-shift)
		window = window&(1<<width-1) + carry
		if window&1 == 0 {
			i++ // a carry stays for the next bit
			continue
		}
		carry = window >> (width - 1)
		result[i] = int8(int(window) - int(carry)<<width)
		i += width
	}
	return result
}
