// Package order sorts, in little code. Package slices has a faster sort, which is
// compiled anew for each kind of element, at 15 kB of wasm each time; what a device
// sorts are short lists.
package order

import "cmp"

// By sorts a list by what compare says of two elements: negative if a comes before b.
// Equal elements stay as they are. It takes n log n comparisons at most, whatever the
// order was.
func By[T any](all []T, compare func(a, b T) int) {
	sort(all, make([]T, len(all)), compare)
}

// Strings sorts texts, by their bytes.
func Strings(all []string) { By(all, cmp.Compare[string]) }

// Keys returns the keys of a map in order.
func Keys[V any](m map[string]V) []string {
	all := make([]string, 0, len(m))
	for key := range m {
		all = append(all, key)
	}
	Strings(all)
	return all
}

// sort sorts both halves and merges them. There is as much room as there are elements.
func sort[T any](all, room []T, compare func(a, b T) int) {
	if len(all) < 2 {
		return
	}
	middle := len(all) / 2
	sort(all[:middle], room, compare)
	sort(all[middle:], room, compare)
	if compare(all[middle-1], all[middle]) <= 0 {
		return
	}
	first := room[:copy(room, all[:middle])]
	second := all[middle:]
	for i := range all { // the second half is read ahead of what is written over it
		if len(first) == 0 {
			return
		}
		if len(second) == 0 || compare(first[0], second[0]) <= 0 {
			all[i], first = first[0], first[1:]
		} else {
			all[i], second = second[0], second[1:]
		}
	}
}
