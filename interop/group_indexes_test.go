package interop

import (
	"math/rand/v2"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// newOutboundAt returns a twin session at any index, which only a pickle can
// bring to libolm without all the messages before it.
func newOutboundAt(t *testing.T, twins twinMegolm, index uint32) outboundGroup {
	t.Helper()
	s := megolm.NewOutboundSession(megolm.Version1)
	s.State().Ratchet.AdvanceTo(index)
	out, err := twins.unpickleOutbound(mustPickle(t)(libolm.PickleOutboundSession(s, twinKey)), twinKey)
	noError(t, err)
	return out
}

// later returns a copy of a session, a number of steps further.
func later(t *testing.T, twins twinMegolm, out outboundGroup, steps uint32) outboundGroup {
	t.Helper()
	s, err := libolm.UnpickleOutboundSession(out.pickle(twinKey), twinKey)
	noError(t, err)
	ratchet := &s.State().Ratchet
	if steps > 0 {
		ratchet.AdvanceTo(ratchet.Index + steps)
	}
	advanced, err := twins.unpickleOutbound(mustPickle(t)(libolm.PickleOutboundSession(s, twinKey)), twinKey)
	noError(t, err)
	return advanced
}

// edges are steps after which other parts of the ratchet move.
var edges = []uint32{0, 1, 255, 256, 257, 1 << 16, 1<<16 + 1, 1<<24 - 1, 1 << 24, 1 << 30, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 1}

func randomStep(r *rand.Rand) uint32 {
	if r.IntN(2) == 0 {
		return edges[r.IntN(len(edges))]
	}
	return r.Uint32() >> r.IntN(32)
}

// TestTwinFarIndexes decrypts messages, and exports, far from each other, also
// where the index wraps around.
func TestTwinFarIndexes(t *testing.T) {
	repeatedly(t, 50, func(t *testing.T, r *rand.Rand) {
		twins := newGroupTwins(t, r.Uint64())
		out := newOutboundAt(t, twins, randomStep(r))
		in, err := twins.newInbound(out.sessionKey())
		noError(t, err)
		for range 8 {
			out := later(t, twins, out, randomStep(r))
			want := opened{text(r), out.index()}
			message := out.encrypt(want.plaintext)
			got, err := in.decrypt(message)
			if known(t, in, want.index, err) {
				same(t, "decrypted", got, want)
			}
			index := in.firstIndex() + randomStep(r)
			export, err := in.export(index)
			if known(t, in, index, err) {
				imported, err := twins.importInbound(export)
				noError(t, err)
				same(t, "first known index", imported.firstIndex(), index)
			}
			key := pickleKey(r)
			in, err = twins.unpickleInbound(in.pickle(key), key)
			noError(t, err)
		}
	})
}

// known reports whether a session should know an index, and checks that the
// error says the same.
func known(t *testing.T, in inboundGroup, index uint32, err error) bool {
	t.Helper()
	known := !isTooFar(in.firstIndex(), index)
	if (err == nil) != known {
		t.Fatalf("index %d of a session from %d: %s", index, in.firstIndex(), verdict(err))
	}
	return known
}
