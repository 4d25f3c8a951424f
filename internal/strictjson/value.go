package strictjson

import (
	"bytes"
	"iter"
)

// Value is a JSON value within a text that was parsed. The zero Value is none.
// What is asked of a value of another kind has no answer, as if it were none.
type Value struct{ text []byte }

// Kind is what a value is.
type Kind byte

// The kinds.
const (
	None   Kind = 0
	Null   Kind = 'n'
	Bool   Kind = 'b'
	Number Kind = '0'
	Text   Kind = '"'
	Array  Kind = '['
	Object Kind = '{'
)

// Kind returns what the value is.
func (v Value) Kind() Kind {
	if len(v.text) == 0 {
		return None
	}
	switch c := v.text[0]; c {
	case '"', '[', '{', 'n':
		return Kind(c)
	case 't', 'f':
		return Bool
	}
	return Number
}

// Raw returns the value as it stands in the text.
func (v Value) Raw() []byte { return v.text }

// Text returns the content of a text.
func (v Value) Text() (string, bool) {
	if v.Kind() != Text {
		return "", false
	}
	content := v.text[1 : len(v.text)-1]
	if bytes.IndexByte(content, '\\') >= 0 {
		content = unescape(content)
	}
	return string(content), true
}

// Integer returns a whole number from -(2^53-1) to 2^53-1, however it is written.
func (v Value) Integer() (int64, bool) {
	if v.Kind() != Number {
		return 0, false
	}
	return integer(v.text)
}

// Bool returns whether the value is true.
func (v Value) Bool() (value, ok bool) {
	return len(v.text) > 0 && v.text[0] == 't', v.Kind() == Bool
}

// Get returns the member of an object with this name.
func (v Value) Get(name string) Value {
	for n, member := range v.members() {
		if n.is(name) {
			return member
		}
	}
	return Value{}
}

// Fields are the members of an object, found once, for those who ask for many.
type Fields []field

type field struct {
	name  []byte
	value Value
}

// Fields returns the members of an object.
func (v Value) Fields() Fields {
	fields := make(Fields, 0, 12)
	for n, member := range v.members() {
		fields = append(fields, field{n.decoded(), member})
	}
	return fields
}

// Get returns the member with this name.
func (f Fields) Get(name string) Value {
	for i := range f {
		if string(f[i].name) == name {
			return f[i].value
		}
	}
	return Value{}
}

// Members are the names and values of an object, in the order of the text.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for n, member := range v.members() {
			if !yield(string(n.decoded()), member) {
				return
			}
		}
	}
}

// Elements are those of an array.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Kind() != Array {
			return
		}
		w := walker{v.text, 1}
		for w.more(']') {
			if !yield(w.next()) {
				return
			}
		}
	}
}

// members are those of an object, with their names as they are written.
func (v Value) members() iter.Seq2[name, Value] {
	return func(yield func(name, Value) bool) {
		if v.Kind() != Object {
			return
		}
		w := walker{v.text, 1}
		for w.more('}') {
			quoted := w.next().text
			w.skip(':')
			if !yield(name(quoted[1:len(quoted)-1]), w.next()) {
				return
			}
		}
	}
}

// name is the content of a name, with its escapes.
type name []byte

func (n name) is(want string) bool { return string(n.decoded()) == want }

func (n name) decoded() []byte {
	if bytes.IndexByte(n, '\\') < 0 {
		return n
	}
	return unescape(n)
}
