package strictjson

import (
	"slices"
	"unicode/utf8"
)

// scanner checks a text from the beginning to the end. After an error it stands
// still.
type scanner struct {
	text []byte
	at   int
	err  error

	salvage []int // levels at which a value is taken out that does not parse
	cuts    []cut // in order
}

func (s *scanner) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.at = len(s.text) // so that every loop ends
}

// peek returns the next byte, or 0 at the end: no value has a 0 in it.
func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

// take moves past a byte, if it comes next.
func (s *scanner) take(c byte) bool {
	if s.peek() != c || c == 0 {
		return false
	}
	s.at++
	return true
}

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// value moves past a value that is nested depth deep.
func (s *scanner) value(depth int) {
	start := s.at
	s.strict(depth)
	if s.err != nil && slices.Contains(s.salvage, depth) {
		s.rescue(start)
	}
}

func (s *scanner) strict(depth int) {
	switch c := s.peek(); {
	case c == '"':
		s.quoted()
	case c == '{':
		s.object(depth + 1)
	case c == '[':
		s.array(depth + 1)
	case c == 't':
		s.literal("true")
	case c == 'f':
		s.literal("false")
	case c == 'n':
		s.literal("null")
	default:
		s.number()
	}
}

func (s *scanner) literal(word string) {
	end := s.at + len(word)
	if end > len(s.text) || string(s.text[s.at:end]) != word {
		s.fail(ErrSyntax)
		return
	}
	s.at = end
}

func (s *scanner) array(depth int) {
	if depth > MaxDepth {
		s.fail(ErrDepth)
		return
	}
	s.at++
	s.space()
	if s.take(']') {
		return
	}
	for s.err == nil {
		s.value(depth)
		s.space()
		if s.take(']') {
			return
		}
		s.comma()
	}
}

func (s *scanner) object(depth int) {
	if depth > MaxDepth {
		s.fail(ErrDepth)
		return
	}
	var seen names
	s.at++
	s.space()
	if s.take('}') {
		return
	}
	for s.err == nil {
		s.name(&seen)
		s.value(depth)
		s.space()
		if s.take('}') {
			return
		}
		s.comma()
	}
}

// comma moves past a comma and the space around it. The next thing must follow.
func (s *scanner) comma() {
	if !s.take(',') {
		s.fail(ErrSyntax)
	}
	s.space()
}

// name moves past the name of a member and its colon.
func (s *scanner) name(seen *names) {
	start := s.at
	if s.peek() != '"' {
		s.fail(ErrSyntax)
		return
	}
	escaped := s.quoted()
	if s.err != nil {
		return
	}
	name := s.text[start+1 : s.at-1]
	if escaped {
		name = unescape(name)
	}
	if !seen.add(name) {
		s.fail(ErrDuplicate)
		return
	}
	s.space()
	if !s.take(':') {
		s.fail(ErrSyntax)
	}
	s.space()
}

// quoted moves past a text in quotation marks, and reports whether anything in it
// is escaped.
func (s *scanner) quoted() (escaped bool) {
	s.at++
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			return escaped
		case c == '\\':
			escaped = true
			s.escape()
		case c < ' ':
			s.fail(ErrSyntax)
		case c < utf8.RuneSelf:
			s.at++
		default:
			r, n := utf8.DecodeRune(s.text[s.at:])
			if r == utf8.RuneError && n == 1 {
				s.fail(ErrSyntax)
				return
			}
			s.at += n
		}
	}
	s.fail(ErrSyntax)
	return escaped
}

// escape moves past what a backslash begins.
func (s *scanner) escape() {
	if s.at+1 >= len(s.text) {
		s.fail(ErrSyntax)
		return
	}
	switch s.text[s.at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at += 2
		return
	}
	if _, n := unicodeEscape(s.text[s.at:]); n > 0 {
		s.at += n
		return
	}
	s.fail(ErrSyntax)
}

// number moves past a number.
func (s *scanner) number() {
	s.take('-')
	if !s.take('0') && !s.digits() {
		s.fail(ErrSyntax)
		return
	}
	if s.take('.') && !s.digits() {
		s.fail(ErrSyntax)
		return
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		if !s.digits() {
			s.fail(ErrSyntax)
		}
	}
}

// digits moves past digits and reports whether there were any.
func (s *scanner) digits() bool {
	start := s.at
	for s.at < len(s.text) && isDigit(s.text[s.at]) {
		s.at++
	}
	return s.at > start
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// few is up to how many names are compared one by one.
const few = 16

// names are those of an object, to find one that stands there twice.
type names struct {
	first [few][]byte
	count int
	more  map[string]bool // all of them, once they are not few
}

// add reports whether a name is new.
func (n *names) add(name []byte) bool {
	if n.more == nil {
		for _, other := range n.first[:n.count] {
			if string(other) == string(name) {
				return false
			}
		}
		if n.count < few {
			n.first[n.count] = name
			n.count++
			return true
		}
		n.more = make(map[string]bool)
		for _, other := range n.first {
			n.more[string(other)] = true
		}
	}
	if n.more[string(name)] {
		return false
	}
	n.more[string(name)] = true
	return true
}
