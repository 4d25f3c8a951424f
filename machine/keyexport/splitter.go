package keyexport

import (
	"bytes"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// Splitter takes the items out of a JSON array, in pieces of any length. It only
// counts brackets; whoever reads the items checks them.
type Splitter struct {
	state   splitterState
	depth   int // of brackets within the item
	quoted  bool
	escaped bool
	tooLong bool
	item    []byte // the one that is not complete
}

type splitterState int

const (
	beforeArray splitterState = iota
	beforeFirst               // item, or the end
	beforeItem
	inItem
	afterItem
	afterArray
)

// Split returns the items that are complete with the next piece: sessions, if they are
// objects. One that is too long to be a session comes as null. They are secret; the
// caller wipes them. It returns [ErrFormat] for what is no array.
func (s *Splitter) Split(piece []byte) (items [][]byte, err error) {
	for len(piece) > 0 {
		if s.state != inItem {
			if err := s.between(piece[0]); err != nil {
				return nil, err
			}
			if s.state != inItem {
				piece = piece[1:]
			}
			continue
		}
		n := s.within(piece)
		s.append(piece[:n])
		if piece = piece[n:]; len(piece) > 0 {
			items = append(items, s.take())
		}
	}
	return items, nil
}

// within moves through an item, and returns how much of the text is of it.
func (s *Splitter) within(text []byte) (n int) {
	for ; n < len(text); n++ {
		if s.quoted && !s.escaped { // most of it is text
			if n += plain(text[n:]); n == len(text) {
				return n
			}
		}
		switch c := text[n]; {
		case s.escaped:
			s.escaped = false
		case s.quoted:
			s.escaped, s.quoted = c == '\\', c != '"'
		case s.depth == 0 && isEnd(c):
			return n
		case c == '"':
			s.quoted = true
		case c == '{', c == '[':
			s.depth++
		case c == '}', c == ']':
			s.depth--
		}
	}
	return n
}

// plain is how much there is of a text before it ends, or something is escaped.
func plain(text []byte) int {
	for _, c := range []byte{'"', '\\'} {
		if n := bytes.IndexByte(text, c); n >= 0 {
			text = text[:n]
		}
	}
	return len(text)
}

func isEnd(c byte) bool { return c == ',' || c == ']' || isSpace(c) }

// between takes what stands around the items. If one begins, that is told by the state,
// and the character is left to it.
func (s *Splitter) between(c byte) error {
	switch {
	case isSpace(c):
	case c == '[' && s.state == beforeArray:
		s.state = beforeFirst
	case c == ',' && s.state == afterItem:
		s.state = beforeItem
	case c == ']' && (s.state == beforeFirst || s.state == afterItem):
		s.state = afterArray
	case s.state == beforeFirst || s.state == beforeItem:
		if c == ',' || c == ']' || c == '}' {
			return ErrFormat
		}
		s.state = inItem
	default:
		return ErrFormat
	}
	return nil
}

// append adds to the item, and overwrites a buffer that is outgrown.
func (s *Splitter) append(b []byte) {
	if s.tooLong = s.tooLong || len(s.item)+len(b) > maxOne; s.tooLong {
		return
	}
	if len(s.item)+len(b) > cap(s.item) {
		larger := make([]byte, len(s.item), 2*cap(s.item)+len(b)+1024)
		copy(larger, s.item)
		secret.Wipe(s.item)
		s.item = larger
	}
	s.item = append(s.item, b...)
}

// take returns the item.
func (s *Splitter) take() []byte {
	item := slices.Clone(s.item)
	if s.tooLong {
		item = []byte("null")
	}
	secret.Wipe(s.item)
	s.state, s.item, s.tooLong = afterItem, s.item[:0], false
	return item
}

// Ended reports whether the array is complete.
func (s *Splitter) Ended() bool { return s.state == afterArray }

// Wipe overwrites what is not complete.
func (s *Splitter) Wipe() { secret.Wipe(s.item[:cap(s.item)]) }
