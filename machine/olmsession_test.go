package machine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// broken is a message that cannot be decrypted, from a device with a session.
func (f *forger) broken(to *client) fields {
	f.Helper()
	return f.withBody(f.send(to, "org.example", fields{}), to, func(body string) string { return f.altered(body, -1) })
}

// A session that is of no use is replaced, once an hour for each device, and the other
// end is told.
func TestASessionOfNoUseIsRenewedOnceAnHour(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	a.learn(bob)
	a.deliver(f.send(a, "org.example", fields{}))
	f.answerOf(a, bob)
	own := a.senderKey()
	renewals := func() int {
		a.pump()
		count := 0
		for _, e := range f.inbox() {
			if e["type"] == "m.dummy" {
				count++
			}
		}
		return count
	}
	old := f.sessions[own]
	if r := a.delivered(f.broken(a)); r.Error == nil {
		t.Fatal("it is decrypted")
	}
	if got := renewals(); got != 1 {
		t.Fatalf("%d new sessions", got)
	}
	if f.sessions[own] == old {
		t.Fatal("it is the old session")
	}
	for range 5 {
		a.deliver(f.broken(a), f.broken(a))
		if got := renewals(); got != 0 {
			t.Errorf("%d new sessions within the hour", got)
		}
		a.open()
		w.clock = w.clock.Add(11 * time.Minute)
	}
	w.clock = w.clock.Add(6 * time.Minute)
	a.deliver(f.broken(a), f.broken(a))
	if got := renewals(); got != 1 {
		t.Errorf("%d new sessions after an hour", got)
	}
	if r := a.delivered(f.send(a, "org.example", fields{})); r.Error != nil {
		t.Errorf("with the new session: %v", r.Error)
	}
	// A device that is not known, or gone, is not written to.
	w.server.Logout(bob, "FORGER")
	a.learn(bob)
	w.clock = w.clock.Add(2 * time.Hour)
	g := w.forger(carol, "CAROL")
	a.deliver(f.encrypted(f.copyOf(f.olmContent(a, w.mustEncrypt(f.sessions[own])))), g.broken(a))
	if len(a.requests(machine.KeysClaim)) > 0 {
		t.Error("a device that is gone, or not known, gets a session")
	}
}

// mustEncrypt is a message that does not hold.
func (w *world) mustEncrypt(s *olm.Session) olm.Message {
	w.Helper()
	m, err := s.Encrypt([]byte("{}"))
	w.must(err)
	m.Body[len(m.Body)-1] ^= 1
	return m
}

// Both make a session at the same time; whichever they use, everything arrives.
func TestBothSidesMakeASessionAtOnce(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	settle(a, b)
	a.learn(bob)
	b.learn(alice)
	toBob, toAlice := []machine.DeviceRef{{UserID: bob, DeviceID: "BOB"}}, []machine.DeviceRef{{UserID: alice, DeviceID: "ALICE"}}
	for n := range 6 {
		w.must(a.EncryptToDevice(ctx, toBob, "org.example", []byte(`{}`)))
		w.must(b.EncryptToDevice(ctx, toAlice, "org.example", []byte(`{}`)))
		a.pump()
		b.pump()
		if n%2 == 1 {
			a.open()
		}
		a.sync()
		b.sync()
		for _, c := range []*client{a, b} {
			if len(c.toDevice) != n+1 || c.toDevice[n].Error != nil || c.toDevice[n].Type != "org.example" || !c.toDevice[n].Encrypted {
				t.Fatalf("round %d: %s has %+v", n, c.DeviceID(), c.toDevice)
			}
		}
	}
	if len(a.requests(machine.KeysClaim))+len(b.requests(machine.KeysClaim)) > 0 {
		t.Error("more sessions are made")
	}
}

// The session that received last is the one to send with; the oldest are dropped, but
// four at least are kept.
func TestSeveralSessionsWithADevice(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	a.learn(bob)
	own := a.senderKey()
	var sessions []*olm.Session
	for range 8 {
		delete(f.sessions, own)
		if r := a.delivered(f.send(a, "org.example", fields{})); r.Error != nil {
			t.Fatal(r.Error)
		}
		sessions = append(sessions, f.sessions[own])
	}
	a.deliver() // the last has arrived
	a.open()
	for _, n := range []int{4, 7, 5, 6, 4} {
		f.sessions[own] = sessions[n]
		if r := a.delivered(f.send(a, "org.example", fields{})); r.Error != nil {
			t.Fatalf("session %d: %v", n, r.Error)
		}
		w.must(a.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: bob, DeviceID: "FORGER"}}, "org.example.answer", []byte(`{}`)))
		a.pump()
		if got := f.inbox(); !slices.Equal(types(got), []string{"org.example.answer"}) || f.sessions[own] != sessions[n] {
			t.Errorf("the answer does not come by session %d: %v", n, types(got))
		}
	}
	f.sessions[own] = sessions[0]
	if r := a.delivered(f.send(a, "org.example", fields{})); r.Error == nil {
		t.Error("sessions are kept without end")
	}
}

// A device that gives out no key, or the wrong one, is tried again later, and holds
// nobody up.
func TestADeviceWithoutKeysHoldsNobodyUp(t *testing.T) {
	for name, lie := range map[string]func(f *forger, claimed fields){
		"no key":   func(_ *forger, c fields) { delete(c, bob) },
		"nothing":  func(f *forger, c fields) { c[bob].(fields)["FORGER"] = fields{} },
		"another":  func(f *forger, c fields) { f.claimed(c, f.stranger(bob, "FORGER").sign(fields{"key": f.senderKey()})) },
		"unsigned": func(f *forger, c fields) { f.claimed(c, fields{"key": f.senderKey()}) },
		"not signed as it is": func(f *forger, c fields) {
			k := f.sign(fields{"key": f.senderKey()})
			k["key"] = f.stranger(bob, "X").senderKey()
			f.claimed(c, k)
		},
		"a weak one": func(f *forger, c fields) {
			f.claimed(c, f.sign(fields{"key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}))
		},
		"text": func(f *forger, c fields) { c[bob].(fields)["FORGER"] = "key" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a, f, other := w.device(alice, "ALICE"), w.forger(bob, "FORGER"), w.forger(bob, "OTHER")
			w.server.Lies.Answer = w.changingClaims(func(c fields) { lie(f, c) })
			a.inRoom("")
			w.must(a.TrackUsers(ctx, []string{bob}))
			a.pump()
			w.must(a.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: bob, DeviceID: "FORGER"}}, "org.example", []byte(`{}`)))
			s := a.share(aRoom, alice, bob)
			a.pump()
			if got := f.inbox(); !slices.Equal(types(got), []string{"m.room_key.withheld"}) || got[0]["content"].(fields)["code"] != "m.no_olm" {
				t.Errorf("the device without keys gets %v", got)
			}
			wantOther := []string{s.SessionID}
			if name == "no key" {
				wantOther = nil
			}
			if got := other.keysOf(); !slices.Equal(got, wantOther) {
				t.Errorf("the other gets %v", got)
			}
			if len(a.requests(machine.KeysClaim)) > 0 {
				t.Error("it is tried again at once")
			}
			w.server.Lies.Answer = nil
			w.clock = w.clock.Add(time.Minute)
			a.share(aRoom, alice, bob)
			a.pump()
			a.share(aRoom, alice, bob)
			if got := f.keysOf(); !slices.Equal(got, []string{s.SessionID}) {
				t.Errorf("then it has keys %v", got)
			}
		})
	}
}

func (f *forger) claimed(c, key fields) {
	c[bob].(fields)["FORGER"] = fields{"signed_curve25519:AAAAAA": key}
}
