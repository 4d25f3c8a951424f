package megolmstate

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

func newRatchet(data []byte, index uint32) Ratchet {
	return Ratchet{secret.Of((*[RatchetLen]byte)(data)), index}
}

func TestRatchetVectors(t *testing.T) {
	type ratchetCase struct {
		ID      string
		Op      string
		Start   vectors.Hex `json:"start_data_hex"`
		From    uint32      `json:"start_counter"`
		Steps   []uint32
		Counter uint32
		Data    vectors.Hex `json:"data_hex"`
	}
	for _, c := range vectors.Load[ratchetCase](t, "megolm_ratchet.json") {
		t.Run(c.ID, func(t *testing.T) {
			r := newRatchet(c.Start, c.From)
			switch c.Op {
			case "advance":
				r.Advance()
			case "advance_to":
				for _, index := range c.Steps {
					r.AdvanceTo(index)
				}
			case "advance_then_advance_to":
				r.Advance()
				for _, index := range c.Steps[1:] {
					r.AdvanceTo(index)
				}
			default:
				t.Fatalf("unknown operation %q", c.Op)
			}
			if r.Index != c.Counter || !bytes.Equal(r.Data.Array()[:], c.Data) {
				t.Errorf("at %d: %x\nwant %d: %x", r.Index, *r.Data.Array(), c.Counter, []byte(c.Data))
			}
		})
	}
}

// Jumping is the same as stepping.
func TestAdvanceToEqualsAdvancing(t *testing.T) {
	r := testrand.New(t)
	for range testrand.Count(t, 20) {
		// Begin just before places where several parts change at once.
		start := r.Uint32()&^(1<<(8*r.IntN(4))-1) - uint32(r.IntN(3))
		steps := uint32(r.IntN(600))
		one := newRatchet(testrand.Bytes(r, RatchetLen), start)
		other := one.Clone()
		for range steps {
			one.Advance()
		}
		other.AdvanceTo(start + steps)
		if one.Index != other.Index || *one.Data.Array() != *other.Data.Array() {
			t.Fatalf("from %d, %d steps", start, steps)
		}
	}
}

// Two leaps of nearly 2^31 each bring the latest ratchet round to where it
// counts as behind the first. The second one must be refused, or the session
// would no longer read back what it can decrypt.
func TestTwoLeapsDoNotLoseTheFirstIndex(t *testing.T) {
	s := &Inbound{Initial: newRatchet(make([]byte, RatchetLen), 0), Latest: newRatchet(make([]byte, RatchetLen), 0)}
	if _, err := s.Export(1<<31 - 1); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Export(1 << 31); !errors.Is(err, ErrUnknownIndex) {
		t.Errorf("a second leap: %v", err)
	}
	if _, err := s.Export(0); err != nil {
		t.Errorf("the first index: %v", err)
	}
}
