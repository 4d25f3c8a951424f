package machine_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// types are those of events.
func types(events []fields) (all []string) {
	for _, e := range events {
		all = append(all, e["type"].(string))
	}
	return all
}

// A homeserver slips a device into a room: it gets the reason why it gets no key.
func TestT28AGhostDeviceGetsNoKey(t *testing.T) {
	for _, user := range []string{alice, bob} { // one's own devices are no better
		for name, sign := range map[string]func(w *world, ghost *forger){
			"T28: unsigned":                    func(*world, *forger) {},
			"T28: signed by another identity":  func(w *world, g *forger) { w.identity(user).signs(g) },
			"T28: signed under the right name": func(w *world, g *forger) { w.signsAsSelf(g) },
		} {
			t.Run(name+", of "+user, func(t *testing.T) {
				w := newWorld(t)
				a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
				room := w.room(a, b)
				before, _ := a.say(room, "before", alice, bob)
				b.reads(room, before, "before")
				a.happened = nil
				ghost := w.forger(user, "GHOST")
				sign(w, ghost)
				a.settle()
				if !slices.ContainsFunc(a.happened, func(e machine.Event) bool {
					c, ok := e.(machine.DevicesChanged)
					return ok && slices.Contains(c.UserIDs, user)
				}) {
					t.Error("nobody is told")
				}
				after, _ := a.say(room, "after", alice, bob)
				b.reads(room, after, "after")
				got := ghost.inbox()
				if want := []string{"m.room_key.withheld"}; !slices.Equal(types(got), want) {
					t.Fatalf("the ghost gets %v", types(got))
				}
				content := got[0]["content"].(fields)
				if content["code"] != "m.unverified" || content["room_id"] != room || content["algorithm"] != "m.megolm.v1.aes-sha2" ||
					content["session_id"] == "" || content["sender_key"] != a.senderKey() {
					t.Errorf("it is told %v", content)
				}
				if d := a.knows(user, "GHOST"); d.CrossSigned || d.Verified {
					t.Errorf("it is %+v", d)
				}
				// It is told once for a session.
				a.say(room, "more", alice, bob)
				if got := ghost.inbox(); len(got) != 0 {
					t.Errorf("then the ghost gets %v", types(got))
				}
			})
		}
	}
}

func (c *client) senderKey() string {
	c.Helper()
	own, err := c.IdentityKeys(ctx)
	c.must(err)
	return own.Curve25519.String()
}

// signsAsSelf adds a signature that names the user's self-signing key, by another one.
func (w *world) signsAsSelf(f *forger) {
	var all map[string]fields
	f.call("POST", "keys/query", fields{"device_keys": fields{f.user: []any{}}}, &all)
	for id := range all["self_signing_keys"][f.user].(fields)["keys"].(fields) {
		keys := w.signAs(f.deviceKeys(), f.user, id[len("ed25519:"):], w.stranger(f.user, "X").account)
		f.call("POST", "keys/signatures/upload", fields{f.user: fields{f.id: keys}}, nil)
	}
}

func TestT28AGhostDeviceAndThePolicies(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	room := w.room(a, b)
	ghost := w.forger(bob, "GHOST")
	a.settle()
	w.must(a.SetRoomSettings(ctx, room, machine.RoomSettings{Policy: machine.ErrorOnUnverified}))
	_, err := a.ShareRoomKey(ctx, room, []string{alice, bob})
	w.fails(err, machine.ErrUnverified)
	var p *machine.PolicyError
	if !errors.As(err, &p) || !slices.Equal(p.Devices, []machine.DeviceRef{{UserID: bob, DeviceID: "GHOST"}}) {
		t.Errorf("because of %+v", p)
	}
	if got := ghost.inbox(); len(got) != 0 {
		t.Errorf("the ghost gets %v", types(got))
	}
	// The control: with the policy for all devices it gets the key.
	w.must(a.SetRoomSettings(ctx, room, machine.RoomSettings{Policy: machine.AllDevices}))
	id, _ := a.say(room, "to all", alice, bob)
	b.reads(room, id, "to all")
	if got := ghost.inbox(); !slices.Equal(types(got), []string{"m.room_key"}) {
		t.Errorf("the ghost gets %v", types(got))
	}
	// And back: what comes is not for it any more.
	w.must(a.SetRoomSettings(ctx, room, machine.RoomSettings{Policy: machine.CrossSigned}))
	next, _ := a.say(room, "to some", alice, bob)
	b.reads(room, next, "to some")
	if got := ghost.inbox(); !slices.Equal(types(got), []string{"m.room_key.withheld"}) {
		t.Errorf("then the ghost gets %v", types(got))
	}
	// One that was compared by hand is no ghost.
	w.must(a.VerifyDevice(ctx, bob, "GHOST"))
	a.say(room, "to him, too", alice, bob)
	if got := ghost.inbox(); !slices.Equal(types(got), []string{"m.room_key"}) {
		t.Errorf("when it was verified it gets %v", types(got))
	}
}

// A device that was blocked gets nothing, and is told so, whatever the policy.
func TestT28ABlockedDeviceGetsNoKey(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	a.learn(bob)
	a.inRoom(machine.AllDevices)
	w.must(a.BlockDevice(ctx, bob, "FORGER", true))
	w.fails(a.BlockDevice(ctx, bob, "UNKNOWN", true), machine.ErrUnknownDevice)
	w.fails(a.BlockDevice(ctx, alice, "ALICE", true), machine.ErrUnknownDevice)
	a.open()
	a.share(aRoom, alice, bob)
	a.pump()
	got := f.inbox()
	if !slices.Equal(types(got), []string{"m.room_key.withheld"}) || got[0]["content"].(fields)["code"] != "m.blacklisted" {
		t.Errorf("it gets %v", got)
	}
	w.must(a.BlockDevice(ctx, bob, "FORGER", false))
	a.share(aRoom, alice, bob)
	if got := f.inbox(); !slices.Equal(types(got), []string{"m.room_key"}) {
		t.Errorf("when it is not blocked any more it gets %v", types(got))
	}
}

// A homeserver that keeps a new device to itself cannot read with it, and one that
// shows none hides nothing that matters.
func TestT28AMessageFromAGhostIsMarked(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	w.room(a, b)
	w.server.Login(bob, "HIDDEN")
	for name, ghost := range map[string]*forger{"known": w.forger(bob, "GHOST"), "unknown": w.stranger(bob, "HIDDEN")} {
		a.settle()
		g := ghost.group(aRoom)
		a.deliver(ghost.send(a, "m.room_key", g.roomKey()))
		d := a.mustOpen(g.room, g.message("I am Bob"))
		if d.Trust.Shield == machine.NoShield {
			t.Errorf("%s: trust is %+v", name, d.Trust)
		}
		if r := a.delivered(ghost.send(a, "org.example", fields{})); r.Trust.Shield == machine.NoShield {
			t.Errorf("%s: trust is %+v", name, r.Trust)
		}
	}
}
