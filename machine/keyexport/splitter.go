package keyexport

import (
	"bytes"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// splitter takes the objects out of a JSON array, in pieces of any length. It only
// counts brackets; whoever reads the objects checks them.
type splitter struct {
	depth   int
	quoted  bool
	escaped bool
	done    bool
	object  []byte // the one that is not complete
}

// split returns the objects that are complete with the next piece.
func (s *splitter) split(piece []byte) (objects [][]byte, err error) {
	for _, c := range piece {
		if s.depth < 2 {
			if err := s.between(c); err != nil {
				return nil, err
			}
			continue
		}
		if s.append(c); len(s.object) > maxOne {
			return nil, ErrFormat
		}
		s.within(c)
		if s.depth == 1 {
			objects = append(objects, bytes.Clone(s.object))
			secret.Wipe(s.object)
			s.object = s.object[:0]
		}
	}
	return objects, nil
}

// between takes what stands around the objects.
func (s *splitter) between(c byte) error {
	switch {
	case isSpace(c), c == ',' && s.depth == 1:
	case c == '[' && s.depth == 0 && !s.done:
		s.depth = 1
	case c == '{' && s.depth == 1:
		s.depth = 2
		s.append(c)
	case c == ']' && s.depth == 1:
		s.depth, s.done = 0, true
	default:
		return ErrFormat
	}
	return nil
}

// within follows strings and brackets within an object.
func (s *splitter) within(c byte) {
	switch {
	case s.escaped:
		s.escaped = false
	case s.quoted:
		s.escaped, s.quoted = c == '\\', c != '"'
	case c == '"':
		s.quoted = true
	case c == '{', c == '[':
		s.depth++
	case c == '}', c == ']':
		s.depth--
	}
}

// append adds a character, and overwrites a buffer that is outgrown.
func (s *splitter) append(c byte) {
	if len(s.object) == cap(s.object) {
		larger := make([]byte, len(s.object), 2*cap(s.object)+1024)
		copy(larger, s.object)
		secret.Wipe(s.object)
		s.object = larger
	}
	s.object = append(s.object, c)
}

func (s *splitter) ended() bool { return s.done && s.depth == 0 }

func (s *splitter) wipe() { secret.Wipe(s.object[:cap(s.object)]) }
