package machine_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

const aRoom = "!room:example.org"

// inRoom tells a machine of a room.
func (c *client) inRoom(policy machine.Policy) {
	c.Helper()
	c.must(c.SetRoomSettings(ctx, aRoom, machine.RoomSettings{Policy: policy}))
}

// swap has the homeserver show another identity for a user from now on.
func (w *world) swap(i *identity, seenBy ...*client) {
	w.Helper()
	w.server.Lies.Answer = w.showing(i)
	for _, c := range seenBy {
		c.learn(i.user)
	}
}

// stopped checks that nothing can be sent because of whose identity.
func (c *client) stopped(whose string, members ...string) {
	c.Helper()
	_, err := c.ShareRoomKey(ctx, aRoom, members)
	c.fails(err, machine.ErrIdentityChanged)
	var p *machine.PolicyError
	if !errors.As(err, &p) || !slices.Contains(p.Users, whose) {
		c.Errorf("it is because of %+v", p)
	}
	_, err = c.Encrypt(ctx, aRoom, "m.room.message", []byte(`{}`))
	c.fails(err, machine.ErrNotShared)
}

func TestT27AnIdentitySwappedAfterVerificationStopsSending(t *testing.T) {
	for _, policy := range []machine.Policy{machine.CrossSigned, machine.AllDevices, machine.ErrorOnUnverified} {
		// What has been done with the room before the identity is swapped.
		for step, before := range map[string]func(a *client){
			"before the room is used": func(*client) {},
			"after the settings":      func(a *client) { a.inRoom(policy) },
			"after the devices are asked for": func(a *client) {
				a.inRoom(policy)
				a.must(a.PrepareToEncrypt(ctx, aRoom, []string{alice, bob}))
				a.pump()
			},
			"between the steps of sharing": func(a *client) {
				a.inRoom(policy)
				s, err := a.ShareRoomKey(ctx, aRoom, []string{alice, bob})
				a.must(err)
				if s.Ready {
					a.Fatal("nothing was left to do")
				}
			},
			"after sharing": func(a *client) {
				a.inRoom(policy)
				a.share(aRoom, alice, bob)
			},
			"after a message": func(a *client) {
				a.inRoom(policy)
				a.share(aRoom, alice, bob)
				_, err := a.Encrypt(ctx, aRoom, "m.room.message", []byte(`{}`))
				a.must(err)
			},
		} {
			t.Run("T27: "+step+", "+string(policy), func(t *testing.T) {
				w := newWorld(t)
				a := w.crossSigned(alice, "ALICE")
				w.crossSigned(bob, "BOB")
				a.learn(bob)
				w.must(a.VerifyUser(ctx, bob))
				a.settle()
				before(a)
				fake := w.identity(bob)
				w.swap(fake, a)
				a.inRoom(policy)
				for range 2 { // also after a restart
					a.stopped(bob, alice, bob)
					if i, err := a.identityOf(bob); err != nil || i.Verified || !i.WasVerified || !i.Changed || i.MasterKey != publicName(fake.master) {
						t.Errorf("the identity is %+v, %v", i, err)
					}
					a.open()
				}
				if !slices.Contains(a.happened, machine.Event(machine.IdentityEvent{UserID: bob})) {
					t.Error("nobody is told")
				}
				a.share(aRoom, alice) // without him it goes on
				// The identity that was verified comes back, and is verified still.
				w.server.Lies.Answer = nil
				a.learn(bob)
				a.share(aRoom, alice, bob)
			})
		}
	}
}

// Who was never verified is pinned: a change is shown, and stops sending only where the
// policy says so.
func TestT27AnIdentityThatWasNeverVerifiedIsPinned(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	room := w.room(a, b)
	id, _ := b.say(room, "hello", alice, bob)
	if d := a.reads(room, id, "hello"); d.Trust.Reason != machine.Pinned {
		t.Errorf("trust is %+v", d.Trust)
	}
	fake := w.identity(bob)
	w.swap(fake, a)
	if i, err := a.identityOf(bob); err != nil || !i.Changed || i.WasVerified {
		t.Errorf("the identity is %+v, %v", i, err)
	}
	if d := a.reads(room, id, "hello"); d.Trust.Shield == machine.NoShield {
		t.Errorf("trust is %+v", d.Trust)
	}
	a.inRoom(machine.ErrorOnUnverified)
	a.stopped(bob, alice, bob)
	a.open()
	a.stopped(bob, alice, bob)
	w.must(a.AcceptIdentity(ctx, bob))
	// The new one is taken for his; the device is not signed by it, and so has to go.
	_, err := a.ShareRoomKey(ctx, aRoom, []string{alice, bob})
	w.fails(err, machine.ErrUnverified)
	if i, err := a.identityOf(bob); err != nil || i.Changed || i.Verified {
		t.Errorf("the identity is %+v, %v", i, err)
	}
}

// Accepting the new identity of somebody who was verified lets sending go on, and
// verifies nothing.
func TestT27AnAcceptedIdentityIsNotVerified(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	room := w.room(a, b)
	a.learn(bob)
	w.must(a.VerifyUser(ctx, bob))
	a.settle()
	id, _ := b.say(room, "hello", alice, bob)
	if d := a.reads(room, id, "hello"); d.Trust.Reason != machine.Verified {
		t.Fatalf("trust is %+v", d.Trust)
	}
	w.must(b.SetUpCrossSigning(ctx, true))
	settle(b, a)
	d := a.reads(room, id, "hello")
	if d.Trust != (machine.Trust{Shield: machine.Red, Reason: machine.IdentityChanged}) {
		t.Errorf("trust is %+v", d.Trust)
	}
	a.inRoom(machine.CrossSigned)
	a.stopped(bob, alice, bob)
	w.must(a.AcceptIdentity(ctx, bob))
	a.share(aRoom, alice, bob)
	if d := a.reads(room, id, "hello"); d.Trust.Reason != machine.Pinned {
		t.Errorf("trust is %+v", d.Trust)
	}
	w.must(a.VerifyUser(ctx, bob))
	a.settle()
	if d := a.reads(room, id, "hello"); d.Trust.Reason != machine.Verified {
		t.Errorf("trust is %+v", d.Trust)
	}
}

func TestT27TheOwnIdentityIsNotSwappedUnseen(t *testing.T) {
	for _, policy := range []machine.Policy{machine.CrossSigned, machine.AllDevices, machine.ErrorOnUnverified} {
		w := newWorld(t)
		a := w.crossSigned(alice, "ALICE")
		w.crossSigned(bob, "BOB")
		second := w.device(alice, "SECOND") // without the private keys: it pins what it sees first
		a.settle()
		a.learn(bob)
		w.must(a.VerifyUser(ctx, bob))
		a.settle()
		settle(second)
		w.swap(w.identity(alice), a, second)
		for name, c := range map[string]*client{"with the private keys": a, "without them": second} {
			c.inRoom(policy)
			c.learn(bob)
			c.stopped(alice, alice, bob)
			c.open()
			_, err := c.ShareRoomKey(ctx, aRoom, []string{alice, bob})
			if !errors.Is(err, machine.ErrIdentityChanged) {
				t.Errorf("%s, %s: %v", policy, name, err)
			}
		}
		// What the own identity vouched for is not vouched for any more.
		if i, err := a.identityOf(bob); err != nil || i.Verified {
			t.Errorf("%+v, %v", i, err)
		}
	}
}

// Keys that the master key has not signed are not the identity's.
func TestT27KeysOfAnIdentityMustBeSignedByItsMaster(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	settle(a, b)
	a.learn(bob)
	want, err := a.identityOf(bob)
	w.must(err)
	w.must(a.VerifyUser(ctx, bob))
	a.settle()
	fake := w.identity(bob)
	for name, change := range map[string]func(all map[string]fields){
		"another self-signing key": func(all map[string]fields) {
			all["self_signing_keys"][bob] = fake.keys()["self_signing_key"]
		},
		"an unsigned self-signing key": func(all map[string]fields) {
			all["self_signing_keys"][bob] = fake.key(fake.selfSigning, "self_signing")
		},
		"the master key as self-signing": func(all map[string]fields) {
			all["self_signing_keys"][bob] = all["master_keys"][bob]
		},
		"a master key for another use": func(all map[string]fields) {
			all["master_keys"][bob] = fake.key(fake.master, "self_signing")
		},
		"another user's master key": func(all map[string]fields) {
			all["master_keys"][bob] = w.identity(carol).keys()["master_key"]
		},
		"a master key under another name": func(all map[string]fields) {
			k := fake.key(fake.master, "master")
			k["keys"] = fields{"ed25519:" + want.MasterKey: publicName(fake.master)}
			all["master_keys"][bob] = k
		},
		"no identity": func(all map[string]fields) { delete(all["master_keys"], bob) },
	} {
		w.server.Lies.Answer = w.changing(change)
		a.learn(bob)
		got, err := a.identityOf(bob)
		w.must(err)
		if got.MasterKey != want.MasterKey || got.SelfSigning != want.SelfSigning && got.SelfSigning != "" {
			t.Errorf("%s: it knows %+v", name, got)
		}
		w.server.Lies.Answer = nil
		a.learn(bob)
		if got, _ := a.identityOf(bob); got.SelfSigning != want.SelfSigning || !got.Verified {
			t.Errorf("after %s: it knows %+v", name, got)
		}
	}
}
