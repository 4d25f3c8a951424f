package interop

// Where Mudpuppy refuses, on purpose, what libolm accepts. None of it is ever
// written by an implementation, so only what was corrupted can get there.
// stricter_test.go shows each of these differences.

import (
	"encoding/base64"
	"strings"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// isStricter reports whether an Olm message is one of those that we refuse
// whatever they hold, and libolm may read. No implementation writes them.
func isStricter(m message) bool {
	if m.Type != preKey && m.Type != normal {
		return true // libolm takes every type but 1 for 0
	}
	if isStricterText(m.Body) {
		return true
	}
	if m.Type == normal {
		return false // all of it is authenticated
	}
	// Decrypting in an existing session, libolm looks for nothing in a pre-key
	// message but the message inside; and nowhere at its version, nor at bytes
	// that make no field.
	body, err := base64.RawStdEncoding.DecodeString(m.Body)
	if err == nil {
		_, err = wire.DecodePreKey(body)
	}
	return err != nil
}

// authenticated returns the part of a message that its MAC protects: all of a
// normal message, the message inside a pre-key message. It is nil for what is
// neither.
func authenticated(m message) []byte {
	body, err := base64.RawStdEncoding.DecodeString(m.Body)
	if err != nil {
		return nil
	}
	if m.Type == normal {
		return body
	}
	outer, err := wire.DecodePreKey(body)
	if m.Type != preKey || err != nil {
		return nil
	}
	return outer.Message
}

// isStricterText reports whether a text is no canonical base64, which libolm
// reads nevertheless: it ignores bits that are left over at the end, and takes
// characters outside the alphabet for some bits or other.
func isStricterText(text string) bool {
	_, err := base64.RawStdEncoding.Strict().DecodeString(text)
	return err != nil || strings.ContainsAny(text, "\r\n") // which the standard library skips
}

// isTooFar reports whether an index is 2^31 or more ahead of the first known
// one, which is to be before it. libolm gets there in two leaps, and can then
// no longer decrypt what came first.
func isTooFar(first, index uint32) bool { return index-first >= 1<<31 }

func isMessageTooFar(first uint32, message string) bool {
	b, err := base64.RawStdEncoding.DecodeString(message)
	if err != nil {
		return false
	}
	m, err := wire.DecodeMegolm(b, wire.Version1)
	return err == nil && isTooFar(first, m.Index)
}
