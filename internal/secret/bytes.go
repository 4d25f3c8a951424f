package secret

// Bytes owns secret bytes of any length, such as an encoded session key. Like
// [Box] it prints as "redacted", does not marshal, and is wiped by its owner.
type Bytes struct {
	p **[]byte // two pointers, as in [Box]
}

// slice is a slice with the pointer to it, made as one.
type slice struct {
	p *[]byte
	b []byte
}

// Take returns Bytes that own b; the caller must not keep it.
func Take(b []byte) Bytes {
	s := &slice{b: b}
	s.p = &s.b
	return Bytes{&s.p}
}

// IsZero reports whether there are no bytes, that is, never filled or wiped,
// through this copy of s or another.
func (s Bytes) IsZero() bool { return s.p == nil || **s.p == nil }

// Expose gives access to the secret bytes themselves, nil if there are none.
// The slice must not outlive s.
func (s Bytes) Expose() []byte {
	if s.p == nil {
		return nil
	}
	return **s.p
}

// Wipe overwrites the bytes and leaves s empty, and so every copy of it.
func (s *Bytes) Wipe() {
	if s.IsZero() {
		return
	}
	Wipe(**s.p)
	**s.p = nil
}

// String returns "redacted".
func (Bytes) String() string { return "redacted" }

// GoString returns "redacted".
func (Bytes) GoString() string { return "redacted" }

// MarshalText refuses with [ErrNoMarshal].
func (Bytes) MarshalText() ([]byte, error) { return nil, ErrNoMarshal }

// MarshalJSON refuses with [ErrNoMarshal].
func (Bytes) MarshalJSON() ([]byte, error) { return nil, ErrNoMarshal }

// MarshalBinary refuses with [ErrNoMarshal].
func (Bytes) MarshalBinary() ([]byte, error) { return nil, ErrNoMarshal }

// Wipe overwrites b up to its length. It is not inlined, so that the compiler
// cannot see that nothing reads b afterwards and drop the stores.
//
//go:noinline
func Wipe(b []byte) { clear(b) }
