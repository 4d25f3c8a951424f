// Package pickle writes and reads the flat big-endian encoding that pickles
// have inside their encryption.
package pickle

import "encoding/binary"

// Writer appends values to a buffer whose size is known beforehand, so that no
// secret is left behind by a buffer that grew.
type Writer struct {
	b []byte
}

// NewWriter returns a Writer of exactly size bytes.
func NewWriter(size int) *Writer { return &Writer{make([]byte, 0, size)} }

// Raw appends bytes as they are.
//
//go:noinline
func (w *Writer) Raw(b []byte) { copy(w.next(len(b)), b) }

// next returns the place of the next n bytes.
//
//go:noinline
func (w *Writer) next(n int) []byte {
	end := len(w.b) + n
	if end > cap(w.b) {
		panic("pickle: the size was counted wrong")
	}
	w.b = w.b[:end]
	return w.b[end-n:]
}

// Key appends the 32 bytes of a key.
//
//go:noinline
func (w *Writer) Key(k *[32]byte) { w.Raw(k[:]) }

// Uint8 appends a byte.
//
//go:noinline
func (w *Writer) Uint8(v uint8) { w.next(1)[0] = v }

// Bool appends 1 or 0.
//
//go:noinline
func (w *Writer) Bool(v bool) {
	if v {
		w.Uint8(1)
		return
	}
	w.Uint8(0)
}

// Uint32 appends a number, big-endian.
//
//go:noinline
func (w *Writer) Uint32(v uint32) {
	binary.BigEndian.PutUint32(w.next(4), v)
}

// Bytes returns what was written, which must fill the size.
//
//go:noinline
func (w *Writer) Bytes() []byte {
	if len(w.b) != cap(w.b) {
		panic("pickle: the size was counted wrong")
	}
	return w.b
}
