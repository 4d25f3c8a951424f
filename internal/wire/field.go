// Package wire encodes and decodes the messages of Olm and Megolm: a version
// byte, tagged fields in a subset of Protocol Buffers, then a MAC and, for
// Megolm, a signature.
//
// https://spec.matrix.org/latest/olm-megolm/olm/#the-message-format
package wire

import (
	"errors"
	"math"
)

var (
	// ErrVersion is returned for a message of another version than the one
	// asked for.
	ErrVersion = errors.New("wire: unsupported message version")
	// ErrFormat is returned for bytes that are no well-formed message.
	ErrFormat = errors.New("wire: malformed message")
)

// The low three bits of a tag say what follows it.
const (
	typeVarint = 0
	typeBytes  = 2
	typeMask   = 7
)

// field is one tagged value: a number or bytes, as its tag says.
type field struct {
	tag    uint64
	number uint64
	bytes  []byte // part of the message, not a copy
}

// readField reads the field at the start of b. Fields of unknown tags are
// well-formed too; their callers skip them.
func readField(b []byte) (f field, rest []byte, err error) {
	if f.tag, b, err = readVarint(b); err != nil {
		return field{}, nil, err
	}
	if f.number, b, err = readVarint(b); err != nil {
		return field{}, nil, err
	}
	switch f.tag & typeMask {
	case typeVarint:
		return f, b, nil
	case typeBytes:
		if f.number > uint64(len(b)) {
			return field{}, nil, ErrFormat
		}
		f.bytes = b[:f.number]
		return f, b[f.number:], nil
	}
	return field{}, nil, ErrFormat
}

// readFields finds the fields with the wanted tags, in any order, and skips
// unknown ones. A field that is missing or stands there twice is an error:
// which of two is meant is not for the reader to guess.
func readFields(b []byte, tags ...uint64) ([]field, error) {
	fields := make([]field, len(tags))
	for len(b) > 0 {
		f, rest, err := readField(b)
		if err != nil {
			return nil, err
		}
		for i, tag := range tags {
			if f.tag != tag {
				continue
			}
			if fields[i].tag != 0 {
				return nil, ErrFormat
			}
			fields[i] = f
		}
		b = rest
	}
	for i := range fields {
		if fields[i].tag == 0 { // not found: no wanted tag is 0
			return nil, ErrFormat
		}
	}
	return fields, nil
}

// key reads a field as a 32-byte public key.
func (f field) key() (key [32]byte, err error) {
	if len(f.bytes) != len(key) {
		return key, ErrFormat
	}
	return [32]byte(f.bytes), nil
}

// uint32 reads a field as a 32-bit counter.
func (f field) uint32() (uint32, error) {
	if f.number > math.MaxUint32 {
		return 0, ErrFormat
	}
	return uint32(f.number), nil
}

//go:noinline
func appendBytesField(dst []byte, tag byte, value []byte) []byte {
	dst = appendVarint(append(dst, tag), uint64(len(value)))
	return append(dst, value...)
}

func bytesFieldLen(n int) int { return 1 + varintLen(uint64(n)) + n }
