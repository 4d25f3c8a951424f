package machine_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// exported is the content of an m.forwarded_room_key for what comes at an index.
func (g *group) exported(index uint32) fields {
	g.Helper()
	key, err := g.SessionKey()
	g.must(err)
	in, err := megolm.NewInboundSession(key, megolm.Version1)
	g.must(err)
	export, err := in.ExportAt(index)
	g.must(err)
	return fields{"algorithm": "m.megolm.v1.aes-sha2", "room_id": g.room, "session_id": g.SessionID(), "session_key": export.Base64(),
		"sender_key": g.senderKey(), "sender_claimed_ed25519_key": g.edKeys()["ed25519"], "forwarding_curve25519_key_chain": []any{}}
}

func TestT20ARoomKeyComesOverOlmOnly(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	known := f.group("!room:example.org")
	a.deliver(f.send(a, "m.room_key", known.roomKey()))
	g := f.group("!room:example.org")
	key, forward := g.roomKey(), g.exported(0)
	first := g.message("hello")
	nobody := func(how string) {
		t.Helper()
		a.refuses(g.room, first, machine.ErrUnknownSession)
		for _, e := range a.happened {
			if e, ok := e.(machine.RoomKeys); ok && len(e.SessionIDs) > 0 && e.SessionIDs[0] == g.SessionID() {
				t.Errorf("%s: the application is told of the key", how)
			}
		}
	}
	for how, e := range map[string]fields{
		"T20: plain room key":      {"type": "m.room_key", "sender": bob, "content": key},
		"T20: plain forwarded key": {"type": "m.forwarded_room_key", "sender": alice, "content": forward},
		"T20: from oneself":        {"type": "m.room_key", "sender": alice, "content": key},
	} {
		t.Run(how, func(t *testing.T) {
			a.leavesAlone(how, func() {
				if got := a.deliver(e); len(got) != 0 {
					t.Errorf("it becomes %+v", got)
				}
			})
			nobody(how)
		})
	}
	t.Run("T20: wrapped in Megolm, to the device", func(t *testing.T) {
		wrapped := known.event(fields{"type": "m.room_key", "room_id": g.room, "content": key, "sender": bob, "recipient": alice})
		r := a.delivered(wrapped)
		w.fails(r.Error, machine.ErrAlgorithm)
		nobody("in a message")
	})
	t.Run("T20: wrapped in Megolm, in the room", func(t *testing.T) {
		wrapped := known.event(fields{"type": "m.room_key", "room_id": g.room, "content": key})
		if d := a.mustOpen(g.room, wrapped); d.Type != "m.room_key" {
			t.Errorf("it is a %s", d.Type)
		}
		nobody("in the room")
	})
	t.Run("T20: Olm in Olm", func(t *testing.T) {
		inner := f.encrypt(a, f.plaintext(a, "m.room_key", key))
		if r := a.delivered(f.send(a, "m.room.encrypted", inner)); r.Type != "m.room.encrypted" || !r.Encrypted {
			t.Errorf("it becomes %+v", r)
		}
		nobody("twice encrypted")
	})
	a.deliver(f.send(a, "m.room_key", key))
	a.mustOpen(g.room, first)
}

// A room key whose parts do not fit is none.
func TestT20AMalformedRoomKeyIsRefused(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	g, other := f.group("!room:example.org"), f.group("!room:example.org")
	good, e := g.roomKey(), g.message("hello")
	for name, change := range map[string]fields{
		"another session id":     {"session_id": other.SessionID()},
		"no session id":          {"session_id": nil},
		"another key":            {"session_key": other.roomKey()["session_key"]},
		"an altered key":         {"session_key": w.altered(good["session_key"].(string), 20)},
		"an altered signature":   {"session_key": w.altered(good["session_key"].(string), -1)},
		"an exported key":        {"session_key": g.exported(1)["session_key"]},
		"no key":                 {"session_key": nil},
		"another algorithm":      {"algorithm": "m.megolm.v2"},
		"no room":                {"room_id": nil},
		"a room that cannot be":  {"room_id": "!\x00:example.org"},
		"a room of endless name": {"room_id": string(make([]byte, 300))},
	} {
		if got := a.deliver(f.send(a, "m.room_key", w.forged(good, change))); len(got) != 0 {
			t.Errorf("%s becomes %+v", name, got)
		}
		a.refuses(g.room, e, machine.ErrUnknownSession)
	}
	a.deliver(f.send(a, "m.room_key", good))
	a.mustOpen(g.room, e)
}

// A key is asked for, or not, and sent by somebody, for a room.
func TestT21ForwardedKeysComeFromOwnVerifiedDevicesIfAskedFor(t *testing.T) {
	for _, from := range []string{"own verified", "own unverified", "own blocked", "own unknown", "other user", "other user verified"} {
		for _, asked := range []string{"asked", "not asked", "asked for another session"} {
			for _, room := range []string{"right room", "wrong room"} {
				name := "T21: " + from + ", " + asked + ", " + room
				accepted := name == "T21: own verified, asked, right room"
				t.Run(name, func(t *testing.T) { forward(t, from, asked, room, accepted) })
			}
		}
	}
}

func forward(t *testing.T, from, asked, room string, accepted bool) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	owner := w.forger(carol, "OWNER").group("!room:example.org")
	user := alice
	if from == "other user" || from == "other user verified" {
		user = bob
	}
	f := w.forger(user, "FORGER")
	if from == "own unknown" {
		w.server.Lies.Answer = w.changing(func(parts map[string]fields) { delete(parts["device_keys"][alice].(fields), "FORGER") })
	}
	a.learn(user)
	switch from {
	case "own verified", "other user verified":
		w.must(a.VerifyDevice(ctx, user, "FORGER"))
	case "own blocked":
		w.must(a.VerifyDevice(ctx, user, "FORGER"))
		w.must(a.BlockDevice(ctx, user, "FORGER", true))
	}
	w.forger(alice, "HELPER") // another own device, so that there is one to ask
	a.learn(alice)
	w.must(a.VerifyDevice(ctx, alice, "HELPER"))
	content := owner.exported(0)
	askedRoom := owner.room
	if room == "wrong room" {
		askedRoom = "!other:example.org"
	}
	switch asked {
	case "asked":
		w.must(a.RequestRoomKey(ctx, askedRoom, owner.SessionID()))
	case "asked for another session":
		w.must(a.RequestRoomKey(ctx, askedRoom, owner.forger.group("x").SessionID()))
	}
	if wants := asked != "not asked"; wants != (len(a.requests(machine.SendToDevice)) > 0) {
		t.Fatal("nobody is asked")
	}
	if got := a.deliver(f.send(a, "m.forwarded_room_key", content)); len(got) != 0 {
		t.Errorf("the application is given %+v", got)
	}
	e := owner.message("hello")
	if !accepted {
		a.refuses(owner.room, e, machine.ErrUnknownSession)
		a.refuses(askedRoom, e, machine.ErrUnknownSession)
		return
	}
	d := a.mustOpen(owner.room, e)
	if d.Trust != (machine.Trust{Shield: machine.Grey, Reason: machine.Unauthenticated}) && d.Trust.Reason != machine.UnknownDevice {
		t.Errorf("trust is %+v", d.Trust)
	}
	// Asked for once, taken once: a second is not asked for any more.
	second := owner.forger.group(owner.room)
	a.deliver(f.send(a, "m.forwarded_room_key", second.exported(0)))
	a.refuses(owner.room, second.message("x"), machine.ErrUnknownSession)
}

// A forwarded key says that it may be shared, and whose it is; that gains it no trust.
func TestT21AForwardedKeyStaysUnauthenticated(t *testing.T) {
	w := newWorld(t)
	a, f := w.crossSigned(alice, "ALICE"), w.forger(alice, "FORGER")
	b := w.crossSigned(bob, "BOB")
	a.settle()
	w.must(a.VerifyDevice(ctx, alice, "FORGER"))
	w.must(a.TrackUsers(ctx, []string{bob}))
	a.settle()
	own, err := b.IdentityKeys(ctx)
	w.must(err)
	g := f.group("!room:example.org")
	w.must(a.RequestRoomKey(ctx, g.room, g.SessionID()))
	a.deliver(f.send(a, "m.forwarded_room_key", w.forged(g.exported(0), fields{"shared_history": true,
		"sender_key": own.Curve25519.String(), "sender_claimed_ed25519_key": own.Ed25519.String()})))
	d := a.mustOpen(g.room, w.forged(g.message("as Bob"), fields{"sender": bob}))
	if d.Trust != (machine.Trust{Shield: machine.Grey, Reason: machine.Unauthenticated}) {
		t.Errorf("trust is %+v", d.Trust)
	}
}

func TestT22WorseAndOtherKeysReplaceNothing(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	mallory := w.forger(carol, "MALLORY")
	g := f.group("!room:example.org")
	zero, first := g.roomKey(), g.message("zero")
	one, second := g.roomKey(), g.message("one")
	two, third := g.roomKey(), g.message("two")
	readable := func(when string, want ...error) {
		t.Helper()
		for range 2 { // also after a restart
			for i, e := range []fields{first, second, third} {
				if _, err := a.opens(g.room, e); want[i] == nil {
					if err != nil {
						t.Fatalf("%s: event %d: %v", when, i, err)
					}
				} else {
					w.fails(err, want[i])
				}
			}
			a.must(a.Close())
			a.open()
		}
	}
	a.deliver(f.send(a, "m.room_key", one))
	readable("at first", machine.ErrUnknownIndex, nil, nil)
	a.deliver(f.send(a, "m.room_key", two))
	readable("after a worse key", machine.ErrUnknownIndex, nil, nil)
	a.deliver(f.send(a, "m.room_key", w.forged(zero, fields{"room_id": "!other:example.org"})))
	readable("after a better key for another room", machine.ErrUnknownIndex, nil, nil)
	a.deliver(mallory.send(a, "m.room_key", zero))
	readable("after a better key from another device", machine.ErrUnknownIndex, nil, nil)
	a.deliver(f.send(a, "m.room_key", zero))
	readable("after a better key", nil, nil, nil)
}

// The same session id with another ratchet: its owner can make that, nobody else.
func TestT22AnotherRatchetUnderTheSameIdIsRefused(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	g := f.group("!room:example.org")
	a.deliver(f.send(a, "m.room_key", g.roomKey()))
	first := g.message("hello")
	state := *g.State()
	state.Ratchet.Data = state.Ratchet.Data.Clone()
	state.Ratchet.Data.Array()[5] ^= 1
	state.Ratchet.Index = 0
	other := f.group(g.room)
	other.OutboundSession = megolm.OutboundFromState(&state)
	if other.SessionID() != g.SessionID() {
		t.Fatal("the ids differ")
	}
	a.deliver(f.send(a, "m.room_key", other.roomKey()))
	a.mustOpen(g.room, first)
	a.refuses(g.room, other.message("other"), machine.ErrUndecryptable)
	a.mustOpen(g.room, g.message("more"))
}

// A key came from an own verified device. Whoever has it too, and passes it on as an
// own one, must not become its owner: what its true owner wrote would be unreadable.
func TestT22AForwardedKeyIsNotTakenOver(t *testing.T) {
	w := newWorld(t)
	a, own, mallory := w.device(alice, "ALICE"), w.forger(alice, "OWN"), w.forger(carol, "MALLORY")
	a.settle()
	w.must(a.VerifyDevice(ctx, alice, "OWN"))
	g := w.forger(bob, "FORGER").group("!room:example.org")
	w.must(a.RequestRoomKey(ctx, g.room, g.SessionID()))
	a.deliver(own.send(a, "m.forwarded_room_key", g.exported(0)))
	key, e := g.roomKey(), g.message("hello")
	a.mustOpen(g.room, e)
	a.deliver(mallory.send(a, "m.room_key", key))
	a.mustOpen(g.room, e)
	// The true owner can make it its own, and then it is nobody else's.
	a.deliver(g.send(a, "m.room_key", key))
	if d := a.mustOpen(g.room, e); d.Trust.Reason == machine.Unauthenticated {
		t.Errorf("trust is %+v", d.Trust)
	}
	a.refuses(g.room, w.forged(e, fields{"sender": carol}), machine.ErrMismatchedSender)
}

// What the owner sends later may begin later: then both together are kept.
func TestT22TheOwnersKeyIsJoinedWithAForwardedOne(t *testing.T) {
	for _, forwardedFirst := range []bool{false, true} {
		w := newWorld(t)
		a, own := w.device(alice, "ALICE"), w.forger(alice, "OWN")
		a.settle()
		w.must(a.VerifyDevice(ctx, alice, "OWN"))
		g := w.forger(bob, "FORGER").group("!room:example.org")
		w.must(a.RequestRoomKey(ctx, g.room, g.SessionID()))
		forward := own.send(a, "m.forwarded_room_key", g.exported(0))
		first := g.message("zero")
		late := g.send(a, "m.room_key", g.roomKey())
		if forwardedFirst {
			a.deliver(forward)
			a.deliver(late)
		} else {
			a.deliver(late)
			a.refuses(g.room, first, machine.ErrUnknownIndex)
			w.must(a.RequestRoomKey(ctx, g.room, g.SessionID()))
			a.deliver(forward)
		}
		a.open()
		if d := a.mustOpen(g.room, first); d.Trust.Reason == machine.Unauthenticated {
			t.Errorf("forwarded first: %v: trust is %+v", forwardedFirst, d.Trust)
		}
	}
}
