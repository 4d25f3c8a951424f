package secret

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func TestBoxCopiesAndWipes(t *testing.T) {
	t.Run("32", boxCopiesAndWipes[[32]byte])
	t.Run("64", boxCopiesAndWipes[[64]byte])
	t.Run("128", boxCopiesAndWipes[[128]byte])
}

func boxCopiesAndWipes[A Array](t *testing.T) {
	var zero, want A
	want = filled[A]()
	original := want
	box := Of(&original)
	original = zero
	if *box.Array() != want {
		t.Fatal("Of shares the caller's array")
	}

	shared, clone := box, box.Clone()
	array := box.Array()
	box.Wipe()
	if *array != zero {
		t.Error("Wipe left the array")
	}
	if !box.IsZero() || box.Array() != nil || !shared.IsZero() || shared.Array() != nil {
		t.Error("a wiped Box is not empty, or a copy of it is not")
	}
	if *clone.Array() != want {
		t.Error("wiping the original wiped the clone")
	}
	box.Wipe() // of an empty Box: nothing happens
}

// filled returns an array without a zero byte.
func filled[A Array]() (a A) {
	switch p := any(&a).(type) {
	case *[32]byte:
		fill(p[:])
	case *[64]byte:
		fill(p[:])
	case *[128]byte:
		fill(p[:])
	}
	return a
}

func fill(b []byte) {
	for i := range b {
		b[i] = byte(i%255 + 1)
	}
}

func TestEmptyBox(t *testing.T) {
	var box Box[[32]byte]
	if !box.IsZero() || box.Array() != nil {
		t.Error("the zero Box is not empty")
	}
	if clone := box.Clone(); !clone.IsZero() {
		t.Error("the clone of an empty Box is not empty")
	}
	fresh := New[[32]byte]()
	if fresh.IsZero() || *fresh.Array() != [32]byte{} {
		t.Error("New does not give a zeroed array")
	}
	fresh.Array()[0] = 1
	if fresh.Array()[0] != 1 {
		t.Error("Array gives access to a copy")
	}
}

func TestBytesOwnAndWipe(t *testing.T) {
	b := testrand.Bytes(testrand.New(t), 50)
	want := string(b)
	s := Take(b)
	shared := s
	if string(s.Expose()) != want || s.IsZero() {
		t.Fatal("Take lost the bytes")
	}
	s.Wipe()
	for i, c := range b {
		if c != 0 {
			t.Fatalf("Wipe left byte %d", i)
		}
	}
	if !s.IsZero() || s.Expose() != nil || !shared.IsZero() || shared.Expose() != nil {
		t.Error("wiped Bytes are not empty")
	}
	s.Wipe() // of empty Bytes: nothing happens

	var empty Bytes
	if !empty.IsZero() || empty.Expose() != nil {
		t.Error("zero Bytes are not empty")
	}
}

func TestWipeStopsAtTheLength(t *testing.T) {
	b := []byte{1, 2, 3, 4}
	Wipe(b[:3])
	if string(b) != "\x00\x00\x00\x04" {
		t.Errorf("got %x", b)
	}
	Wipe(nil)
}
