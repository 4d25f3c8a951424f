package machine_test

import (
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// borrower is a device of carol that has published bob's Curve25519 key as its own.
func (w *world) borrower(from *client) *forger {
	w.Helper()
	w.server.Login(carol, "CAROL")
	f := w.stranger(carol, "CAROL")
	w.must(f.account.GenerateFallbackKey())
	fallback, _ := f.account.FallbackKey()
	k := f.unsignedKeys()
	k["keys"].(fields)["curve25519:CAROL"] = from.senderKey()
	f.call("POST", "keys/upload", fields{
		"device_keys":   f.sign(k),
		"fallback_keys": fields{"signed_curve25519:" + fallback.ID: f.sign(fields{"key": fallback.Key.String(), "fallback": true})},
	}, nil)
	return f
}

var (
	toBob   = []machine.DeviceRef{{UserID: bob, DeviceID: "BOB"}}
	toCarol = []machine.DeviceRef{{UserID: carol, DeviceID: "CAROL"}}
)

func (c *client) writes(to []machine.DeviceRef, eventType string) {
	c.Helper()
	c.must(c.EncryptToDevice(ctx, to, eventType, []byte(`{}`)))
	c.pump()
}

// hears checks that an event comes, decrypted, and nothing else.
func (c *client) hears(eventTypes ...string) {
	c.Helper()
	c.toDevice = nil
	c.settle()
	var got []string
	for _, e := range c.toDevice {
		if e.Error != nil {
			c.Errorf("%s comes with %v", e.Type, e.Error)
		}
		got = append(got, e.Type)
	}
	if !slices.Equal(got, eventTypes) {
		c.Errorf("%v comes, not %v", got, eventTypes)
	}
}

// A device that publishes the Curve25519 key of another as its own has sessions of its
// own all the same: they neither replace the other's, nor stand in for them, nor hold up
// that new ones are made.
func TestT25ABorrowedCurve25519KeyHasNoPartInTheOthersSessions(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	f := w.borrower(b)
	a.learn(carol)
	a.learn(bob)
	a.writes(toCarol, "org.example.borrower")
	a.writes(toBob, "org.example.first")
	b.hears("org.example.first")
	// Nor is bob's session used for the borrower, which could not even read it.
	if got := f.messages(); len(got) != 1 {
		t.Fatalf("the borrower gets %d messages", len(got))
	}
	a.open()
	b.learn(alice)
	b.writes([]machine.DeviceRef{{UserID: alice, DeviceID: "ALICE"}}, "org.example.answer")
	a.hears("org.example.answer")
	a.writes(toBob, "org.example.second")
	b.hears("org.example.second")
	// What the borrower says under the key makes a new session with the borrower only,
	// and takes nobody's turn.
	bad := w.stranger(carol, "CAROL")
	broken := bad.broken(a)
	broken["content"].(fields)["sender_key"] = b.senderKey()
	a.deliver(broken)
	a.pump()
	a.writes(toBob, "org.example.third")
	b.hears("org.example.third")
	own := bad.broken(a)
	own["sender"], own["content"].(fields)["sender_key"] = bob, b.senderKey()
	a.deliver(own)
	if len(a.requests(machine.KeysClaim)) != 1 {
		t.Error("the session with the other is not renewed")
	}
	a.pump()
	b.hears()
}

// messages returns what has come, as it came.
func (f *forger) messages() (all []fields) {
	f.Helper()
	var s struct {
		Next     string `json:"next_batch"`
		ToDevice struct {
			Events []fields `json:"events"`
		} `json:"to_device"`
	}
	f.unmarshal(f.server.Sync(f.user, f.id, f.since, 1), &s)
	f.since = s.Next
	return s.ToDevice.Events
}

// A borrower that gives out no one-time keys holds up nobody but itself.
func TestT25ABorrowerWithoutKeysHoldsUpNobody(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	w.borrower(b)
	w.server.Lies.Answer = w.changingClaims(func(claimed fields) { delete(claimed, carol) })
	a.learn(carol)
	a.learn(bob)
	a.inRoom("")
	a.must(a.EncryptToDevice(ctx, slices.Concat(toCarol, toBob), "org.example", []byte(`{}`)))
	a.pump()
	b.hears("org.example")
}

// A session belongs to the Ed25519 key that was named in it first.
func TestT25ASessionKeepsItsEd25519Key(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	plain := func() fields {
		p := f.plaintext(a, "org.example", fields{})
		delete(p, "sender_device_keys")
		return p
	}
	if r := a.delivered(f.encrypted(f.encrypt(a, plain()))); r.Error != nil {
		t.Fatal(r.Error)
	}
	p := plain()
	p["keys"] = w.stranger(bob, "OTHER").edKeys()
	a.deliver() // the first has arrived
	a.open()
	if r := a.delivered(f.encrypted(f.encrypt(a, p))); r.Error != machine.ErrMismatchedSender {
		t.Errorf("under another key: %v", r.Error)
	}
	if r := a.delivered(f.encrypted(f.encrypt(a, plain()))); r.Error != nil {
		t.Errorf("under its own again: %v", r.Error)
	}
}

// What came while a device was not known, under its Curve25519 key and another Ed25519
// key, makes no session with the device.
func TestT25ASessionUnderAnotherEd25519KeyIsNotSentWith(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	p := f.plaintext(a, "org.example", fields{})
	p["keys"] = w.stranger(bob, "OTHER").edKeys()
	delete(p, "sender_device_keys")
	if r := a.delivered(f.encrypted(f.encrypt(a, p))); r.Error != nil {
		t.Fatal(r.Error)
	}
	a.learn(bob)
	w.must(a.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: bob, DeviceID: "FORGER"}}, "org.example", []byte(`{}`)))
	if len(a.requests(machine.KeysClaim)) != 1 {
		t.Error("the session is sent with")
	}
}

// older is a store as it was written when sessions were kept under the Curve25519 key
// alone.
func (w *world) older(from store.Store) store.Store {
	w.Helper()
	to := w.copied(from, func(_ store.Ref, value []byte) []byte { return value })
	epoch, err := store.Claim(ctx, to)
	w.must(err)
	for ref, value := range w.contents(from) {
		if ref.Table != store.OlmSessions {
			continue
		}
		r, old := record.Read([]byte(value), 2), record.New(1)
		old.Time(r.Time())
		n := r.Count()
		old.Uint(uint64(n))
		for range n {
			r.Key()
			r.Time()
			old.Bytes(r.Bytes())
		}
		key := ref.Key[:43] // of the peer
		w.must(to.Commit(ctx, epoch, store.Changes{
			Puts:    []store.Record{{Ref: store.Ref{Table: ref.Table, Key: key}, Value: old.Done()}},
			Deletes: []store.Ref{ref},
		}))
	}
	return to
}

// Sessions of which an older version did not keep whose they are decrypt, and are sent
// with as soon as their other end has shown who it is.
func TestSessionsOfAnOlderStoreGoOn(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	a.learn(bob)
	b.learn(alice)
	a.writes(toBob, "org.example.first")
	b.hears("org.example.first")
	w.must(a.Close())
	a.config.Store = w.older(a.config.Store)
	a.open()
	b.writes([]machine.DeviceRef{{UserID: alice, DeviceID: "ALICE"}}, "org.example.answer")
	a.hears("org.example.answer")
	a.open()
	a.must(a.EncryptToDevice(ctx, toBob, "org.example.second", []byte(`{}`)))
	if len(a.requests(machine.KeysClaim)) > 0 {
		t.Error("a session is made anew")
	}
	a.pump()
	b.hears("org.example.second")
}
