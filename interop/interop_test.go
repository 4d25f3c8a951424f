// Package interop holds Mudpuppy against the implementations that came before
// it: libolm, in C, and vodozemac, in Rust, both from npm and run by Node.
//
// Conversations have Mudpuppy on one side and the other implementation on the
// other. Twins are a Mudpuppy and a libolm object in the same state, with the
// same randomness, which must answer everything alike, down to the last byte
// of a pickle. Where Mudpuppy is stricter on purpose, differences_test.go says
// so, and stricter_test.go shows it.
//
// Each conversation is made by the seed and its own number alone, so that one
// can be repeated without the others:
//
//	MUDPUPPY_SEED=7 go test ./interop -run 'TestConversations/^17$'
package interop

import (
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// repeatedly runs a randomised test as often as MUDPUPPY_COUNT says.
func repeatedly(t *testing.T, small int, run func(t *testing.T, r *rand.Rand)) {
	t.Helper()
	repeatedlyUpTo(math.MaxInt, t, small, run)
}

// repeatedlyUpTo is repeatedly with a limit on what MUDPUPPY_COUNT says.
func repeatedlyUpTo(limit int, t *testing.T, small int, run func(t *testing.T, r *rand.Rand)) {
	t.Helper()
	seed := testrand.New(t).Uint64()
	for i := range min(testrand.Count(t, small), limit) {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			run(t, testrand.FromSeed(seed+uint64(i)))
		})
	}
}

// seedBoth gives both implementations a random stream, for the length of a
// test: the same one if their seeds are equal.
func seedBoth(t testing.TB, ours, theirs uint64) {
	t.Helper()
	seedOurs(t, ours)
	seedLibolm(t, theirs)
}

func seedOurs(t testing.TB, seed uint64) {
	t.Cleanup(random.Replace(testrand.NewStream(seed)))
}

// errRefused is the refusal of a message for which libolm has no code, since
// its functions do not take what was given.
var errRefused = errors.New("interop: refused")

// text returns a random plaintext. libolm for JavaScript takes strings, and
// gives them back up to the first NUL.
func text(r *rand.Rand) string {
	n := r.IntN(80)
	if r.IntN(20) == 0 {
		n = r.IntN(5000)
	}
	const letters = "abcdefghijklmnopqrstuvwxyz {}\":,\n\x01\x7fäß☃𝄞"
	runes := []rune(letters)
	text := make([]rune, n)
	for i := range text {
		text[i] = runes[r.IntN(len(runes))]
	}
	return string(text)
}

// pickleKey returns a random pickle key, of any length.
func pickleKey(r *rand.Rand) []byte { return testrand.Bytes(r, r.IntN(64)) }

// anyKey returns one of the keys of an account.
func anyKey(r *rand.Rand, list map[string]string) string {
	ids := slices.Sorted(maps.Keys(list))
	return list[ids[r.IntN(len(ids))]]
}
