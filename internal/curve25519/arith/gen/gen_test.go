package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestFilesAreUpToDate(t *testing.T) {
	for name, want := range files() {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes: run go generate", name)
		}
	}
}

// refused runs f, and returns why it refused to write code.
func refused(t *testing.T, f func()) (why refusal) {
	t.Helper()
	defer func() {
		var ok bool
		if r := recover(); r != nil {
			if why, ok = r.(refusal); !ok {
				panic(r)
			}
		}
	}()
	f()
	return ""
}

// TestWhatCouldOverflowIsRefused breaks each bound.
func TestWhatCouldOverflowIsRefused(t *testing.T) {
	bound := func(l limbs) *element { return &element{name: "x", bound: l} }
	all := func(n uint64) (l limbs) {
		for i := range l {
			l[i] = n
		}
		return l
	}
	a, b := operand{0, limbOfA}, operand{5, limbOfB}
	p := products{
		func(k int) expression { return column(a.even, b.even, k) },
		func(k int) expression { return column(a.odd, b.odd, k) },
		func(k int, even, odd expression) expression {
			return column(a.both, b.both, k).minus(even).minus(odd)
		},
	}
	wrong := p
	wrong.mixed = func(k int, even, odd expression) expression { return column(a.both, b.both, k).minus(even) }
	for name, c := range map[string]struct {
		good, bad func(*assembly)
	}{
		"factors": {
			func(a *assembly) { a.multiply(bound(carried), bound(left), bound(right)) },
			func(a *assembly) { a.multiply(bound(carried), bound(left), bound(left)) },
		},
		"a squared sum": {
			func(a *assembly) { a.square(bound(carried), bound(right)) },
			func(a *assembly) { a.square(bound(carried), bound(left)) },
		},
		"the largest factors": {
			func(out *assembly) { out.combine(p, a, b, left, right) },
			func(out *assembly) { out.combine(p, a, b, left, left.plus(carried)) },
		},
		"what is no product": {
			func(out *assembly) { out.combine(p, a, b, carried, carried) },
			func(out *assembly) { out.combine(wrong, a, b, carried, carried) },
		},
		"a sum of pairs": {
			func(a *assembly) { a.add(bound(carried), bound(all(1<<31)), bound(all(1<<31-1))) },
			func(a *assembly) { a.add(bound(carried), bound(all(1<<31)), bound(all(1<<31))) },
		},
		"a difference": {
			func(a *assembly) { a.subtract(bound(carried), bound(carried), bound(multipleOfP(4))) },
			func(a *assembly) { a.subtract(bound(carried), bound(carried), bound(multipleOfP(4).plus(carried))) },
		},
		"what is left behind": {
			func(*assembly) { leave(bound(carried), carried) },
			func(*assembly) { leave(bound(left), right) },
		},
		"a sum of words": {
			func(*assembly) { addWords(math.MaxUint64, 0) },
			func(*assembly) { addWords(math.MaxUint64, 1) },
		},
		"a sum that may be negative": {
			func(*assembly) { a.even(0).minus(a.even(0)).plus(a.even(1)).value.max(carried, carried) },
			func(*assembly) { a.even(0).minus(a.even(1)).value.max(carried, carried) },
		},
		"a product of three": {
			func(*assembly) { a.even(0).times(a.even(0)) },
			func(*assembly) { a.even(0).times(a.even(0)).times(a.even(0)) },
		},
	} {
		if why := refused(t, func() { c.good(new(assembly)) }); why != "" {
			t.Errorf("%s: refused without need: %s", name, why)
		}
		if why := refused(t, func() { c.bad(new(assembly)) }); why == "" {
			t.Errorf("%s: not refused", name)
		}
	}
}

func TestMinuend(t *testing.T) {
	for n, l := range map[uint64]limbs{2: multipleOfP(2), 4: multipleOfP(3)} {
		if got := l.minuend(); got != n {
			t.Errorf("%v: got %d p, want %d p", l, got, n)
		}
	}
}
