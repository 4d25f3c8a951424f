// Package strictjson reads JSON as a signed protocol must: names are matched
// exactly, no name stands twice in an object, text is UTF-8 throughout, and
// there is nothing behind the end. What two programs would read differently is
// refused.
//
//	v, err := strictjson.Parse(text)
//	sender, ok := v.Get("content").Get("sender_key").Text()
//
// [Parse] looks at every byte once, and makes no tree: a [Value] is a part of the
// text, which is read again when it is asked for something. [AppendCanonical]
// writes canonical JSON, which is what signatures are made of.
package strictjson

import "errors"

var (
	// ErrSyntax means that a text is not JSON (RFC 8259), or not UTF-8.
	ErrSyntax = errors.New("strictjson: not JSON")
	// ErrDuplicate means that a name stands twice in an object.
	ErrDuplicate = errors.New("strictjson: a name stands twice in an object")
	// ErrDepth means that arrays and objects are nested deeper than [MaxDepth].
	ErrDepth = errors.New("strictjson: nested too deep")
	// ErrNumber means that a number has no canonical form: it is not a whole
	// number from -(2^53-1) to 2^53-1.
	ErrNumber = errors.New("strictjson: a number that canonical JSON does not have")
)

// MaxDepth is how deep arrays and objects may be nested.
const MaxDepth = 200

// Parse checks that a text is one JSON value, and returns it. The value is a
// part of the text, which must not change as long as it is used.
func Parse(text []byte) (Value, error) {
	s := scanner{text: text}
	s.space()
	start := s.at
	s.value(0)
	end := s.at
	s.space()
	if s.err == nil && s.at != len(text) {
		s.err = ErrSyntax
	}
	if s.err != nil {
		return Value{}, s.err
	}
	return Value{text[start:end:end]}, nil
}
