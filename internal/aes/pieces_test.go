package aes_test

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aes"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func TestPiecesAreTheWhole(t *testing.T) {
	r := testrand.New(t)
	for range testrand.Count(t, 100) {
		key, counter := [32]byte(testrand.Bytes(r, 32)), [16]byte(testrand.Bytes(r, 16))
		text := testrand.Bytes(r, r.IntN(500))
		want := make([]byte, len(text))
		c, at := aes.New(&key), counter
		c.CTR(want, text, &at)
		p := aes.NewPieces(&key, &counter, false)
		for rest := text; len(rest) > 0; {
			n := 1 + r.IntN(len(rest))
			p.XOR(rest[:n], rest[:n])
			rest = rest[n:]
		}
		if !bytes.Equal(text, want) {
			t.Fatalf("%d bytes differ", len(text))
		}
	}
}

func TestHalfACounterBeginsAgain(t *testing.T) {
	key, counter := [32]byte{1}, [16]byte{15: 0xfe, 8: 0xff, 9: 0xff, 10: 0xff, 11: 0xff, 12: 0xff, 13: 0xff, 14: 0xff}
	stream := func(half bool, counter [16]byte, n int) []byte {
		b := make([]byte, n)
		aes.NewPieces(&key, &counter, half).XOR(b, b)
		return b
	}
	if half := stream(true, counter, 64); !bytes.Equal(half[32:], stream(true, [16]byte{}, 32)) {
		t.Error("half a counter does not begin again")
	}
	if whole := stream(false, counter, 64); !bytes.Equal(whole[32:], stream(false, [16]byte{7: 1}, 32)) {
		t.Error("a whole counter has no carry")
	}
}

func TestPiecesThatAreWipedCannotGoOn(t *testing.T) {
	p := aes.NewPieces(&[32]byte{1}, &[16]byte{}, false)
	p.XOR(make([]byte, 3), make([]byte, 3))
	p.Wipe()
	defer func() {
		if recover() == nil {
			t.Error("it goes on")
		}
	}()
	p.XOR(make([]byte, 3), make([]byte, 3))
}
