// Package secret holds secret bytes so that they are hard to leak by accident.
//
// A Box keeps its array behind two pointers: printing any struct that holds one,
// with any verb of fmt, shows at most an address. (Behind a single pointer fmt
// shows the array wherever a verb does not fit, such as %s for a struct.) It
// refuses to be marshalled, and its owner wipes it with [Box.Wipe].
package secret

import "errors"

// ErrNoMarshal is returned by the marshalling methods of [Box]. Secrets leave
// the process only through pickles, exports and session keys, each of which
// asks for them by name.
var ErrNoMarshal = errors.New("secret: secrets do not marshal")

// Array lists the sizes in which secrets come: keys of Curve25519, of the
// ratchets and of the ciphers (32), expanded Ed25519 keys (64), and the Megolm
// ratchet (128).
type Array interface {
	[32]byte | [64]byte | [128]byte
}

// cell is an array with the pointer to it, made as one.
type cell[A Array] struct {
	p *A
	a A
}

// Box owns one secret array. The zero Box is empty. Copying a Box shares the
// array; [Box.Clone] copies it.
type Box[A Array] struct {
	p **A
}

// New returns a Box with a zeroed array of its own, to be filled through
// [Box.Array].
func New[A Array]() Box[A] {
	c := new(cell[A])
	c.p = &c.a
	return Box[A]{&c.p}
}

// Of returns a Box with a copy of the array at p. The caller still owns, and
// wipes, what p points to.
//
//go:noinline
func Of[A Array](p *A) Box[A] {
	b := New[A]()
	**b.p = *p
	return b
}

// IsZero reports whether the Box is empty, that is, never filled or wiped,
// through this copy of it or another.
func (b Box[A]) IsZero() bool { return b.p == nil || *b.p == nil }

// Array gives access to the secret bytes themselves, nil if the Box is empty.
// What is read through it must not outlive the Box.
func (b Box[A]) Array() *A {
	if b.p == nil {
		return nil
	}
	return *b.p
}

// Clone returns a Box with its own copy of the array.
//
//go:noinline
func (b Box[A]) Clone() Box[A] {
	if b.IsZero() {
		return Box[A]{}
	}
	return Of(*b.p)
}

// Wipe overwrites the array and leaves the Box empty, and so every copy of it:
// one that still held an array of zeros would be taken for a key.
//
//go:noinline
func (b *Box[A]) Wipe() {
	if b.IsZero() {
		return
	}
	wipeArray(*b.p)
	*b.p = nil
}

//go:noinline
func wipeArray[A Array](p *A) {
	var zero A
	*p = zero
}

// String returns "redacted".
func (Box[A]) String() string { return "redacted" }

// GoString returns "redacted".
func (Box[A]) GoString() string { return "redacted" }

// MarshalText refuses with [ErrNoMarshal].
func (Box[A]) MarshalText() ([]byte, error) { return nil, ErrNoMarshal }

// MarshalJSON refuses with [ErrNoMarshal].
func (Box[A]) MarshalJSON() ([]byte, error) { return nil, ErrNoMarshal }

// MarshalBinary refuses with [ErrNoMarshal].
func (Box[A]) MarshalBinary() ([]byte, error) { return nil, ErrNoMarshal }
