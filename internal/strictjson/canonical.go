package strictjson

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/order"
)

// AppendCanonical appends the canonical JSON of a value: without space, names in
// the order of their characters, whole numbers only. Members of v itself with
// the names without are left out. It returns [ErrNumber] for a number that has no
// canonical form.
//
// https://spec.matrix.org/latest/appendices/#canonical-json
func AppendCanonical(dst []byte, v Value, without ...string) ([]byte, error) {
	if v.Kind() == None {
		return dst, nil
	}
	w := walker{v.text, 0}
	return w.canonical(dst, without)
}

// canonical appends the value that comes next, and moves past it: each byte is
// looked at once, however deep the value is nested.
func (w *walker) canonical(dst []byte, without []string) ([]byte, error) {
	switch w.text[w.at] {
	case '{':
		return w.canonicalObject(dst, without)
	case '[':
		return w.canonicalArray(dst)
	}
	v := w.next()
	switch v.Kind() {
	case Text:
		return AppendText(dst, name(v.text[1:len(v.text)-1]).decoded()), nil
	case Number:
		n, ok := integer(v.text)
		if !ok {
			return nil, ErrNumber
		}
		return strconv.AppendInt(dst, n, 10), nil
	}
	return append(dst, v.text...), nil
}

func (w *walker) canonicalArray(dst []byte) (_ []byte, err error) {
	dst = append(dst, '[')
	w.at++
	for first := true; w.more(']'); first = false {
		if !first {
			dst = append(dst, ',')
		}
		if dst, err = w.canonical(dst, nil); err != nil {
			return nil, err
		}
	}
	w.at++
	return append(dst, ']'), nil
}

// member is one of an object: its name, and where it was written.
type member struct {
	name       []byte
	start, end int
}

func (w *walker) canonicalObject(dst []byte, without []string) (_ []byte, err error) {
	dst = append(dst, '{')
	w.at++
	var members []member
	for w.more('}') {
		quoted := w.next().text
		decoded := name(quoted[1 : len(quoted)-1]).decoded()
		w.skip(':')
		if slices.Contains(without, string(decoded)) {
			w.next()
			continue
		}
		if len(members) > 0 {
			dst = append(dst, ',')
		}
		start := len(dst)
		dst = append(AppendText(dst, decoded), ':')
		if dst, err = w.canonical(dst, nil); err != nil {
			return nil, err
		}
		members = append(members, member{decoded, start, len(dst)})
	}
	w.at++
	sortMembers(dst, members)
	return append(dst, '}'), nil
}

// sortMembers puts the members of an object that were written into order. Most
// come in it. The order of UTF-8 is that of the characters.
func sortMembers(dst []byte, members []member) {
	byName := func(a, b member) int { return bytes.Compare(a.name, b.name) }
	if slices.IsSortedFunc(members, byName) {
		return
	}
	start := members[0].start
	written := slices.Clone(dst[start:])
	order.By(members, byName)
	at := start
	for i, m := range members {
		if i > 0 {
			dst[at] = ','
			at++
		}
		at += copy(dst[at:], written[m.start-start:m.end-start])
	}
}
