package arith

import (
	"encoding/binary"
	"sync"
)

// Widths of the windows in which SetDifference takes its two scalars. The base
// point has a table that is made once, and so may be larger.
const (
	baseWindow  = 7
	pointWindow = 5
)

// oddMultiples holds the base point times 1, 3, 5 and so on. It is made when it
// is first needed.
var oddMultiples struct {
	once    sync.Once
	entries [1 << (baseWindow - 2)]affine
}

func oddMultiplesOfBase() *[1 << (baseWindow - 2)]affine {
	oddMultiples.once.Do(func() {
		var p, twice Point
		var q cached
		twice.setBase()
		double(&twice, 1)
		q.set(&twice)
		p.setBase()
		all := make([]*affine, len(oddMultiples.entries))
		for i := range all {
			if i > 0 {
				add(&p, &q)
			}
			all[i] = &oddMultiples.entries[i]
			all[i].setProjective(&p)
		}
		normalise(all)
	})
	return &oddMultiples.entries
}

// SetDifference sets p to s times the base point minus k times a, for s and k
// below 2^253. It takes variable time: it is for public points and scalars.
func (p *Point) SetDifference(s, k *[32]byte, a *Point) {
	ofBase := oddMultiplesOfBase()
	var ofPoint [1 << (pointWindow - 2)]cached
	setOddMultiples(&ofPoint, a)

	sDigits, kDigits := nonAdjacent(s, baseWindow), nonAdjacent(k, pointWindow)
	p.SetZero()
	turns := 0 // doublings that are due
	for i := len(sDigits) - 1; i >= 0; i-- {
		turns++
		d, e := sDigits[i], kDigits[i]
		if d == 0 && e == 0 {
			continue
		}
		double(p, turns)
		turns = 0
		switch {
		case e > 0:
			subtract(p, &ofPoint[e/2])
		case e < 0:
			add(p, &ofPoint[-e/2])
		}
		switch {
		case d > 0:
			addAffine(p, &ofBase[d/2])
		case d < 0:
			subtractAffine(p, &ofBase[-d/2])
		}
	}
	if turns > 0 {
		double(p, turns)
	}
}

// setOddMultiples sets the entries to p times 1, 3, 5 and so on.
func setOddMultiples(entries *[1 << (pointWindow - 2)]cached, p *Point) {
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

// nonAdjacent returns digits of a number below 2^253, of which it is the sum
// when digit i counts 2^i times. They are zero or odd and of less than width
// bits and a sign, and of width successive digits only one is not zero.
func nonAdjacent(number *[32]byte, width int) (digits [256]int8) {
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
		digits[i] = int8(int(window) - int(carry)<<width)
		i += width
	}
	return digits
}
