package random

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func TestCheckFindsRandomness(t *testing.T) {
	if err := Check(); err != nil {
		t.Fatal(err)
	}
}

// TestFillFillsEveryPart looks at chunks: none of them stays as it was, and no
// two are the same, also beyond the 65,536 bytes that getRandomValues grants at
// once.
func TestFillFillsEveryPart(t *testing.T) {
	const chunk = 32
	for _, size := range []int{0, chunk, 2 * chunk, 65536 - chunk, 65536, 65536 + chunk, 200_000} {
		b := make([]byte, size)
		Fill(b)
		seen := map[[chunk]byte]bool{{}: true}
		for i := 0; i+chunk <= size; i += chunk {
			c := [chunk]byte(b[i:])
			if seen[c] {
				t.Fatalf("%d bytes: those from %d on are zero or were seen before", size, i)
			}
			seen[c] = true
		}
	}
}

func TestFillStaysInside(t *testing.T) {
	b := make([]byte, 100)
	Fill(b[20:80])
	if !bytes.Equal(b[:20], make([]byte, 20)) || !bytes.Equal(b[80:], make([]byte, 20)) {
		t.Error("bytes outside the slice were overwritten")
	}
}

func TestReplaceAndRestore(t *testing.T) {
	want := make([]byte, 100)
	if _, err := io.ReadFull(testrand.NewStream(5), want); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 100)
	restore := Replace(testrand.NewStream(5))
	Fill(got[:30])
	Fill(got[30:])
	restore()
	if !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	Fill(got)
	if bytes.Equal(got, want) {
		t.Error("the replaced source is still in use")
	}

	restore = Replace(testrand.NewStream(5))
	Fill(got)
	restore()
	if !bytes.Equal(got, want) {
		t.Error("a second replacement gives other bytes")
	}
}

// TestT10ReplacedSourceThatEndsIsFatal covers the one way in which Fill can run
// dry natively.
func TestT10ReplacedSourceThatEndsIsFatal(t *testing.T) {
	defer Replace(strings.NewReader("short"))()
	defer func() {
		if recover() == nil {
			t.Error("Fill went on without randomness")
		}
	}()
	Fill(make([]byte, 6))
}
