//go:build js

package interop

import (
	"math/rand/v2"
	"syscall/js"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// replaceGetRandomValues makes the platform's source of randomness a seeded
// stream, for the length of a test.
func replaceGetRandomValues(t *testing.T, seed uint64) {
	t.Helper()
	stream := testrand.NewStream(seed)
	replaced := js.FuncOf(func(_ js.Value, args []js.Value) any {
		b := make([]byte, args[0].Length())
		stream.Read(b)
		js.CopyBytesToJS(args[0], b)
		return args[0]
	})
	crypto := js.Global().Get("crypto")
	original := crypto.Get("getRandomValues")
	crypto.Set("getRandomValues", replaced)
	t.Cleanup(func() {
		crypto.Set("getRandomValues", original)
		replaced.Release()
	})
}

// TestTwinsOfGetRandomValues is about twins whose Mudpuppy half draws from the
// platform, as it does outside tests.
func TestTwinsOfGetRandomValues(t *testing.T) {
	repeatedly(t, 5, func(t *testing.T, r *rand.Rand) {
		seed := r.Uint64()
		replaceGetRandomValues(t, seed)
		seedLibolm(t, seed)

		twins := twinOlm{t, ourOlm{t}, libolmOlm{t}}
		newConversation(t, r, twins, twins).hold()

		groupTwins := twinMegolm{t, ourMegolm{t}, libolmMegolm{t}}
		groupTwins.newOutbound().encrypt("hello")
		newPkTwins(t)
		newSASTwins(t).publicKey()
	})
}
