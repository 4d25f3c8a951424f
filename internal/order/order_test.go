package order_test

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/order"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func TestItSortsAsTheStandardLibraryDoes(t *testing.T) {
	r := testrand.New(t)
	type element struct{ key, place int }
	byKey := func(a, b element) int { return cmp.Compare(a.key, b.key) }
	for range testrand.Count(t, 300) {
		given := make([]element, r.IntN(70))
		for i := range given {
			given[i] = element{r.IntN(1 + r.IntN(100)), i}
		}
		want := slices.Clone(given)
		slices.SortStableFunc(want, byKey)
		if order.By(given, byKey); !slices.Equal(given, want) {
			t.Fatalf("%v, not %v", given, want)
		}
	}
}

func TestItComparesAsOftenAsItMust(t *testing.T) {
	const length = 1 << 12
	for name, at := range map[string]func(i int) int{
		"sorted": func(i int) int { return i }, "turned round": func(i int) int { return -i },
		"saw": func(i int) int { return i % 7 }, "organ pipe": func(i int) int { return min(i, length-i) },
	} {
		all := make([]int, length)
		for i := range all {
			all[i] = at(i)
		}
		count := 0
		order.By(all, func(a, b int) int { count++; return cmp.Compare(a, b) })
		if !slices.IsSorted(all) || count > length*13 {
			t.Errorf("%s: %d comparisons", name, count)
		}
	}
}

func TestKeysComeInOrder(t *testing.T) {
	m := map[string]bool{"b": true, "": true, "ä": true, "ab": false, "a": true}
	if got, want := order.Keys(m), slices.Sorted(maps.Keys(m)); !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}
