package pickle

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

func TestRoundTrip(t *testing.T) {
	w := NewWriter(1 + 1 + 1 + 4 + 32 + 32 + 3 + 4)
	w.Uint8(7)
	w.Bool(true)
	w.Bool(false)
	w.Uint32(0x01020304)
	w.Key(&[32]byte{1})
	w.Key(&[32]byte{2})
	w.Raw([]byte("raw"))
	w.Uint32(0)
	r := NewReader(w.Bytes())
	if r.Uint8() != 7 || !r.Bool() || r.Bool() || r.Uint32() != 0x01020304 || r.Key() != [32]byte{1} ||
		*r.Secret().Array() != [32]byte{2} || string(r.Raw(3)) != "raw" || r.Left() != 4 || r.Count(5, 1) != 0 || !r.Done() {
		t.Error("came back otherwise")
	}
}

func TestUint32Vectors(t *testing.T) {
	ran := 0
	for _, c := range vectors.Load[struct {
		Kind   string
		Number uint32
		Bytes  vectors.Hex `json:"bytes_hex"`
	}](t, "primitives.json") {
		if c.Kind != "pickle_u32_big_endian" {
			continue
		}
		ran++
		w := NewWriter(4)
		w.Uint32(c.Number)
		if !bytes.Equal(w.Bytes(), c.Bytes) || NewReader(c.Bytes).Uint32() != c.Number {
			t.Errorf("%d", c.Number)
		}
	}
	if ran != 5 {
		t.Errorf("%d cases ran", ran)
	}
}

// T16: whatever is asked for beyond the end is an error, and stays one.
func TestT16ReadingPastTheEndFails(t *testing.T) {
	for name, read := range map[string]func(*Reader){
		"uint8":    func(r *Reader) { r.Uint8() },
		"bool":     func(r *Reader) { r.Bool() },
		"uint32":   func(r *Reader) { r.Uint32() },
		"key":      func(r *Reader) { r.Key() },
		"secret":   func(r *Reader) { r.Secret() },
		"raw":      func(r *Reader) { r.Raw(1) },
		"negative": func(r *Reader) { r.Raw(-1) },
		"count":    func(r *Reader) { r.Count(1, 1) },
	} {
		r := NewReader(nil)
		read(r)
		if !r.Failed() || r.Done() {
			t.Errorf("%s: no failure", name)
		}
		if r.Uint32() != 0 || r.Done() {
			t.Errorf("%s: the failure was forgotten", name)
		}
	}
}

func TestBoolIsZeroOrOne(t *testing.T) {
	r := NewReader([]byte{2})
	if r.Bool(); !r.Failed() {
		t.Error("2 was read as a bool")
	}
}

func TestT16CountIsBounded(t *testing.T) {
	for name, b := range map[string][]byte{
		"above the limit":    {0, 0, 0, 4, 1, 2, 3, 4},
		"above what is left": {0, 0, 0, 3, 1, 2},
		"huge":               {0xff, 0xff, 0xff, 0xff, 1, 2, 3},
	} {
		r := NewReader(b)
		if n := r.Count(3, 1); n != 0 || !r.Failed() {
			t.Errorf("%s: %d", name, n)
		}
	}
}

func TestWriterCountsItsSize(t *testing.T) {
	for name, write := range map[string]func(){
		"too much":   func() { NewWriter(1).Uint32(0) },
		"too little": func() { NewWriter(2).Bytes() },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			write()
		})
	}
}

func TestSealWipesThePlaintext(t *testing.T) {
	plaintext := []byte("secret")
	sealed := Seal(&[32]byte{}, "kind", plaintext)
	if !bytes.Equal(plaintext, make([]byte, 6)) {
		t.Error("the plaintext was not overwritten")
	}
	if got, err := Open(&[32]byte{}, "kind", sealed); err != nil || string(got) != "secret" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Open(&[32]byte{}, "other kind", sealed); !errors.Is(err, ErrKey) {
		t.Errorf("another kind: %v", err)
	}
	if _, err := Open(&[32]byte{}, "kind", nil); !errors.Is(err, ErrCorrupted) {
		t.Errorf("empty: %v", err)
	}
}
