// Package record writes and reads the records that a device keeps in its store: a
// version, then fields in a fixed order, without names.
//
//	w := record.New(1)
//	w.Text(user)
//	w.Uint(count)
//	value := w.Done()
//
//	r := record.Read(value, 1)
//	user, count := r.Text(), r.Uint()
//	if !r.Done() { … }
//
// Encryption is the business of the store. What is written may be secret all the
// same, and so a Writer that grows overwrites what it leaves behind.
package record

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// Writer appends fields to a record.
type Writer struct{ b []byte }

// New begins a record of a version.
func New(version byte) *Writer {
	return &Writer{append(make([]byte, 0, 256), version)}
}

// Byte appends a byte.
func (w *Writer) Byte(v byte) { w.append(v) }

// Bool appends 1 or 0.
func (w *Writer) Bool(v bool) {
	if v {
		w.append(1)
		return
	}
	w.append(0)
}

// Uint appends a number in as few bytes as it needs.
func (w *Writer) Uint(v uint64) {
	var buffer [binary.MaxVarintLen64]byte
	w.append(binary.AppendUvarint(buffer[:0], v)...)
}

// Time appends milliseconds since 1970. There are none before.
func (w *Writer) Time(ms int64) { w.Uint(uint64(max(ms, 0))) }

// Key appends 32 bytes.
func (w *Writer) Key(k [32]byte) { w.append(k[:]...) }

// Bytes appends bytes with their length.
func (w *Writer) Bytes(b []byte) {
	w.Uint(uint64(len(b)))
	w.append(b...)
}

// Secret appends bytes with their length, and overwrites them.
func (w *Writer) Secret(b []byte) {
	w.Bytes(b)
	secret.Wipe(b)
}

// Text appends a text with its length.
func (w *Writer) Text(s string) {
	w.Uint(uint64(len(s)))
	w.grow(len(s))
	w.b = append(w.b, s...)
}

// Done returns the record.
func (w *Writer) Done() []byte { return w.b }

func (w *Writer) append(b ...byte) {
	w.grow(len(b))
	w.b = append(w.b, b...)
}

// grow makes room, and overwrites the buffer that is left.
func (w *Writer) grow(n int) {
	if len(w.b)+n <= cap(w.b) {
		return
	}
	larger := make([]byte, len(w.b), 2*cap(w.b)+n)
	copy(larger, w.b)
	secret.Wipe(w.b)
	w.b = larger
}

// Reader reads fields. Reading past the end, or what no Writer has written, gives
// zeroes and is remembered, so that it need be asked for only once, at the end.
type Reader struct {
	b      []byte
	failed bool
}

// Read begins to read a record, which must be of this version.
func Read(b []byte, version byte) *Reader {
	r := &Reader{b: b}
	if r.Byte() != version {
		r.Fail()
	}
	return r
}

// Fail marks the record as unreadable.
func (r *Reader) Fail() { r.failed, r.b = true, nil }

// Done reports whether everything was read, with nothing left over.
func (r *Reader) Done() bool { return !r.failed && len(r.b) == 0 }

// Byte reads a byte.
func (r *Reader) Byte() byte {
	b := r.take(1)
	if b == nil {
		return 0
	}
	return b[0]
}

// Bool reads 0 or 1.
func (r *Reader) Bool() bool {
	b := r.Byte()
	if b > 1 {
		r.Fail()
	}
	return b == 1
}

// Uint reads a number.
func (r *Reader) Uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Time reads milliseconds since 1970.
func (r *Reader) Time() int64 {
	v := r.Uint()
	if v > 1<<62 {
		r.Fail()
		return 0
	}
	return int64(v)
}

// Count reads the length of a list whose elements have at least one byte each, so
// that no list longer than the record is made room for.
func (r *Reader) Count() int {
	n := r.Uint()
	if n > uint64(len(r.b)) {
		r.Fail()
		return 0
	}
	return int(n)
}

// Key reads 32 bytes.
func (r *Reader) Key() (k [32]byte) {
	copy(k[:], r.take(32))
	return k
}

// Bytes reads bytes, which are a part of the record.
func (r *Reader) Bytes() []byte { return r.take(r.Count()) }

// Text reads a text.
func (r *Reader) Text() string { return string(r.Bytes()) }

func (r *Reader) take(n int) []byte {
	if n > len(r.b) {
		r.Fail()
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}
