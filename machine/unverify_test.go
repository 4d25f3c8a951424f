package machine_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// A comparison of fingerprints can be taken back: the device is what it was before, and
// what it has of a room's session ends where the policy says so.
func TestADeviceIsNotVerifiedAnyMore(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE", withPolicy(machine.CrossSigned)), w.forger(bob, "FORGER")
	a.learn(bob)
	a.inRoom("")
	w.must(a.VerifyDevice(ctx, bob, "FORGER"))
	before := a.share(aRoom, alice, bob).SessionID
	if got := f.keysOf(); len(got) != 1 {
		t.Fatalf("it gets keys %v", got)
	}
	a.happened = nil
	w.must(a.UnverifyDevice(ctx, bob, "FORGER"))
	if len(a.happened) != 1 {
		t.Errorf("%+v happened", a.happened)
	}
	for range 2 {
		if d := a.knows(bob, "FORGER"); d.Verified {
			t.Errorf("it is %+v", d)
		}
		if s := a.share(aRoom, alice, bob); s.SessionID == before {
			t.Error("the session goes on")
		}
		a.open()
	}
	if got := f.keysOf(); len(got) != 0 {
		t.Errorf("it gets keys %v", got)
	}
	w.must(a.UnverifyDevice(ctx, bob, "FORGER"))
	w.fails(a.UnverifyDevice(ctx, bob, "OTHER"), machine.ErrUnknownDevice)
	w.fails(a.UnverifyDevice(ctx, alice, "ALICE"), machine.ErrUnknownDevice)
	w.fails(a.UnverifyDevice(ctx, "bob", "FORGER"), machine.ErrFormat)
}
