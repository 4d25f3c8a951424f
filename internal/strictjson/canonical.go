package strictjson

import (
	"bytes"
	"slices"
	"strconv"
)

// AppendCanonical appends the canonical JSON of a value: without space, names in
// the order of their characters, whole numbers only. Members of v itself with
// the names without are left out. It returns [ErrNumber] for a number that has no
// canonical form.
//
// https://spec.matrix.org/latest/appendices/#canonical-json
func AppendCanonical(dst []byte, v Value, without ...string) ([]byte, error) {
	switch v.Kind() {
	case Object:
		return appendObject(dst, v, without)
	case Array:
		return appendArray(dst, v)
	case Text:
		content := v.text[1 : len(v.text)-1]
		return AppendText(dst, name(content).decoded()), nil
	case Number:
		n, ok := integer(v.text)
		if !ok {
			return nil, ErrNumber
		}
		return strconv.AppendInt(dst, n, 10), nil
	}
	return append(dst, v.text...), nil
}

func appendArray(dst []byte, v Value) (_ []byte, err error) {
	dst = append(dst, '[')
	first := true
	for element := range v.Elements() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if dst, err = AppendCanonical(dst, element); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// member is one of an object, its name decoded.
type member struct {
	name  []byte
	value Value
}

func appendObject(dst []byte, v Value, without []string) (_ []byte, err error) {
	var members []member
	for n, value := range v.members() {
		if decoded := n.decoded(); !slices.Contains(without, string(decoded)) {
			members = append(members, member{decoded, value})
		}
	}
	// The order of UTF-8 is that of the characters.
	slices.SortFunc(members, func(a, b member) int { return bytes.Compare(a.name, b.name) })
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendText(dst, m.name), ':')
		if dst, err = AppendCanonical(dst, m.value); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}
