//go:build js

package promise

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// Writer takes values for JavaScript, one after the other. Methods are not
// inlined, because every export uses them and each is loaded by every browser.
type Writer struct{ out []byte }

// room returns n more bytes to be written. What is left behind as it grows may be
// a secret.
//
//go:noinline
func (w *Writer) room(n int) []byte {
	used := len(w.out)
	if used+n > cap(w.out) {
		larger := make([]byte, used, max(used+n, 2*cap(w.out), 256))
		copy(larger, w.out)
		secret.Wipe(w.out)
		w.out = larger
	}
	w.out = w.out[:used+n]
	return w.out[used:]
}

func (w *Writer) pointer() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(w.out)) }

func (w *Writer) wipe() {
	secret.Wipe(w.out)
	w.out = w.out[:0]
}

// PutUint32 adds a number.
//
//go:noinline
func (w *Writer) PutUint32(n uint32) { binary.LittleEndian.PutUint32(w.room(4), n) }

// PutInteger adds a number, which is one of JavaScript if it is not above 2^53.
//
//go:noinline
func (w *Writer) PutInteger(n int64) {
	binary.LittleEndian.PutUint64(w.room(8), math.Float64bits(float64(n)))
}

// PutBool adds a truth value.
//
//go:noinline
func (w *Writer) PutBool(b bool) {
	var n uint32
	if b {
		n = 1
	}
	w.PutUint32(n)
}

// PutText adds a text.
//
//go:noinline
func (w *Writer) PutText(s string) {
	b := w.room(4 + len(s))
	binary.LittleEndian.PutUint32(b, uint32(len(s)))
	copy(b[4:], s)
}

// PutBytes adds bytes, and wipes them: what is returned to JavaScript must be the
// call's own, and is a secret more often than not.
//
//go:noinline
func (w *Writer) PutBytes(b []byte) {
	w.PutJSON(b)
	secret.Wipe(b)
}

// PutJSON adds bytes and leaves them as they are: others may hold them as well.
//
//go:noinline
func (w *Writer) PutJSON(b []byte) {
	out := w.room(4 + len(b))
	binary.LittleEndian.PutUint32(out, uint32(len(b)))
	copy(out[4:], b)
}

// PutObject adds an object, which JavaScript then owns.
//
//go:noinline
func (w *Writer) PutObject(o bridge.Wiper) { w.PutUint32(bridge.Hold(o)) }
