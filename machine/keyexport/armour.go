package keyexport

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
)

// armour takes base64 out of the lines around it, in pieces of any length.
type armour struct {
	part armourPart
	line []byte // the header or the trailer, as far as it has come
	four []byte // characters that are no group of four yet
}

type armourPart int

const (
	beforeHeader armourPart = iota
	inBody
	inTrailer
)

// decode returns the bytes of the next piece.
func (a *armour) decode(piece []byte) (decoded []byte, err error) {
	for _, c := range piece {
		switch a.part {
		case beforeHeader:
			if err := a.header(c); err != nil {
				return nil, err
			}
		case inBody:
			if c == '-' {
				a.part = inTrailer
				a.line = append(a.line[:0], c)
				if decoded, err = a.flush(decoded); err != nil {
					return nil, err
				}
				continue
			}
			if decoded, err = a.body(decoded, c); err != nil {
				return nil, err
			}
		case inTrailer:
			if len(a.line) < len(end) {
				a.line = append(a.line, c)
				continue
			}
			if !isSpace(c) {
				return nil, ErrFormat
			}
		}
	}
	return decoded, nil
}

// header takes the first line. What stands before it is space.
func (a *armour) header(c byte) error {
	if len(a.line) == 0 && isSpace(c) {
		return nil
	}
	if len(a.line) == len(begin) {
		a.part = inBody
		if !isSpace(c) {
			return ErrFormat
		}
		return nil
	}
	if a.line = append(a.line, c); begin[len(a.line)-1] != c {
		return ErrFormat
	}
	return nil
}

// body takes a character of base64.
func (a *armour) body(decoded []byte, c byte) ([]byte, error) {
	if isSpace(c) {
		return decoded, nil
	}
	if a.four = append(a.four, c); len(a.four) < 4 {
		return decoded, nil
	}
	return a.flush(decoded)
}

// flush decodes a group of four, or what is there at the end.
func (a *armour) flush(decoded []byte) ([]byte, error) {
	var b [3]byte
	group := a.four
	for len(group) > 0 && group[len(group)-1] == '=' {
		group = group[:len(group)-1]
	}
	n, err := base64.DecodeInto(b[:], group)
	if err != nil {
		return nil, ErrFormat
	}
	a.four = a.four[:0]
	return append(decoded, b[:n]...), nil
}

// ended reports whether the last line has come.
func (a *armour) ended() bool { return a.part == inTrailer && string(a.line) == end }

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
