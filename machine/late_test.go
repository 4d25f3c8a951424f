package machine_test

import (
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// What is first sent with a session that was made from a fallback key long before is
// made anew: the other end has replaced the key, and forgotten it.
func TestT15ASessionFromAFallbackKeyIsNotBegunLate(t *testing.T) {
	for name, c := range map[string]struct {
		after   time.Duration
		used    bool
		restart bool
		want    int
	}{
		"soon":                          {29 * time.Minute, false, false, 0},
		"late":                          {30 * time.Minute, false, false, 1},
		"late, after a restart":         {30 * time.Minute, false, true, 1},
		"used":                          {48 * time.Hour, true, false, 0},
		"used, after a restart":         {48 * time.Hour, true, true, 0},
		"before the clock was set back": {-time.Hour, false, false, 1},
	} {
		t.Run("T15: "+name, func(t *testing.T) {
			w := newWorld(t)
			a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER") // which has a fallback key only
			to := []machine.DeviceRef{{UserID: bob, DeviceID: "FORGER"}}
			a.learn(bob)
			a.inRoom("")
			w.must(a.PrepareToEncrypt(ctx, aRoom, []string{bob}))
			a.pump()
			if c.used {
				w.must(a.EncryptToDevice(ctx, to, "org.example", []byte(`{}`)))
				a.pump()
			}
			if w.clock = w.clock.Add(c.after); c.restart {
				a.open()
			}
			w.must(a.EncryptToDevice(ctx, to, "org.example", []byte(`{}`)))
			if got := len(a.requests(machine.KeysClaim)); got != c.want {
				t.Errorf("%d claims", got)
			}
			a.pump()
			if got := len(f.inbox()); got == 0 {
				t.Error("nothing comes")
			}
		})
	}
}

// A one-time key is kept by who made it, and serves at any time.
func TestASessionFromAOneTimeKeyMayBeginLate(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	a.learn(bob)
	a.inRoom("")
	w.must(a.PrepareToEncrypt(ctx, aRoom, []string{bob}))
	a.pump()
	w.clock = w.clock.Add(100 * time.Hour)
	w.must(a.EncryptToDevice(ctx, toBob, "org.example", []byte(`{}`)))
	if len(a.requests(machine.KeysClaim)) > 0 {
		t.Error("it is made anew")
	}
	a.pump()
	b.hears("org.example")
}
