// Package testrand makes randomised tests repeatable: each prints its seed
// when it fails, and takes seed and count from the environment.
//
//	MUDPUPPY_SEED=7 MUDPUPPY_COUNT=2000 go test ./olm -run TestRandomised
package testrand

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// New returns a generator whose seed comes from MUDPUPPY_SEED, or else from
// the clock, and is printed if t fails.
func New(t testing.TB) *rand.Rand {
	t.Helper()
	return FromSeed(Seed(t))
}

// Seed returns the seed that [New] would use, and prints it if t fails.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("MUDPUPPY_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 0, 64)
		if err != nil {
			t.Fatalf("MUDPUPPY_SEED: %v", err)
		}
		seed = n
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to repeat: MUDPUPPY_SEED=%d go test -run '^%s$'", seed, t.Name())
		}
	})
	return seed
}

// FromSeed returns the generator that New would return for a seed.
func FromSeed(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 0x6d75647075707079))
}

// Count returns MUDPUPPY_COUNT, or else small: how often a randomised test
// repeats.
func Count(t testing.TB, small int) int {
	t.Helper()
	s := os.Getenv("MUDPUPPY_COUNT")
	if s == "" {
		return small
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("MUDPUPPY_COUNT: %q is no positive number", s)
	}
	return n
}

// Bytes returns n bytes of r.
func Bytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// Stream is an endless io.Reader of bytes fixed by its seed. The bytes are
// SHA-256(seed || counter), big-endian 64-bit both, so that a peer in another
// language can make the same ones.
type Stream struct {
	seed, counter uint64
	rest          []byte
}

// NewStream returns the Stream of a seed.
func NewStream(seed uint64) *Stream { return &Stream{seed: seed} }

// Read fills b and never fails.
func (s *Stream) Read(b []byte) (int, error) {
	for n := 0; n < len(b); {
		if len(s.rest) == 0 {
			var in [16]byte
			binary.BigEndian.PutUint64(in[:8], s.seed)
			binary.BigEndian.PutUint64(in[8:], s.counter)
			s.counter++
			block := sha256.Sum256(in[:])
			s.rest = block[:]
		}
		k := copy(b[n:], s.rest)
		s.rest = s.rest[k:]
		n += k
	}
	return len(b), nil
}
