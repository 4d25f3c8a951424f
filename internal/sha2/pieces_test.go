package sha2_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func TestPiecesAreTheWhole(t *testing.T) {
	r := testrand.New(t)
	for range testrand.Count(t, 100) {
		text, key := testrand.Bytes(r, r.IntN(500)), testrand.Bytes(r, r.IntN(100))
		hash, mac := sha2.NewHash256(), sha2.NewMAC256(key)
		for rest := text; len(rest) > 0; {
			n := 1 + r.IntN(len(rest))
			hash.Write(rest[:n])
			mac.Write(rest[:n])
			rest = rest[n:]
		}
		var want [32]byte
		sha2.NewHMAC256(key).Sum(&want, text)
		first := hash.Sum() // which ends nothing
		if first != sha2.Sum256(text) || hash.Sum() != first || mac.Sum() != want {
			t.Fatalf("%d bytes differ", len(text))
		}
	}
}
