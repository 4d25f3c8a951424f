package machine_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// TestAnIdentityIsReplacedBeforeItIsPublished makes another identity while the
// requests for the first still wait.
func TestAnIdentityIsReplacedBeforeItIsPublished(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	w.must(a.SetUpCrossSigning(ctx, false))
	w.must(a.SetUpCrossSigning(ctx, true))
	a.settle()
	i, err := a.Identity(ctx, alice)
	w.must(err)
	if status, err := a.CrossSigningStatus(ctx); err != nil || !status.Master || !i.Verified || i.Changed {
		t.Errorf("%+v, %+v, %v", status, i, err)
	}
}

// TestAnIdentityIsReplacedWhileItIsAskedFor has the homeserver tell of the identity
// before, after another was made and before that is uploaded.
func TestAnIdentityIsReplacedWhileItIsAskedFor(t *testing.T) {
	w := newWorld(t)
	a := w.crossSigned(alice, "ALICE")
	w.must(a.SetUpCrossSigning(ctx, true))
	_, err := a.ReceiveSync(ctx, []byte(`{"device_lists":{"changed":["`+alice+`"]}}`))
	w.must(err)
	requests, err := a.OutgoingRequests(ctx)
	w.must(err)
	asked := false
	for _, r := range requests {
		if r.Kind == machine.KeysQuery {
			a.send(r)
			asked = true
		}
	}
	i, err := a.Identity(ctx, alice)
	if w.must(err); !asked || !i.Verified || i.Changed {
		t.Errorf("asked %v, %+v", asked, i)
	}
	a.settle()
	if i, err = a.Identity(ctx, alice); err != nil || !i.Verified || i.Changed {
		t.Errorf("%+v, %v", i, err)
	}
}

// outgoing are the requests of a kind that are to be sent now.
func (c *client) outgoing(kind machine.RequestKind) (all []machine.Request) {
	c.Helper()
	requests, err := c.OutgoingRequests(ctx)
	c.must(err)
	return slices.DeleteFunc(requests, func(r machine.Request) bool { return r.Kind != kind })
}

// TestRefusedRequestsAreDivided has a homeserver that refuses whatever names a certain
// user: the others must be heard of, and written to, all the same.
func TestRefusedRequestsAreDivided(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.device(alice, "ALICE"), w.device(bob, "BOB"), w.device(carol, "CAROL")
	refused := []byte(carol)
	w.server.Lies.Answer = func(r homeserver.Request, status int, answer []byte) (int, []byte) {
		if r.UserID == alice && bytes.Contains(r.Body, refused) {
			return 400, []byte(`{"errcode":"M_INVALID_PARAM"}`)
		}
		return status, answer
	}
	w.must(a.SetRoomSettings(ctx, "!room", machine.RoomSettings{}))
	a.share("!room", alice, bob, carol)
	if devices, err := a.Devices(ctx, bob); err != nil || len(devices) != 1 {
		t.Errorf("devices of bob: %+v, %v", devices, err)
	}

	refused = []byte("nothing")
	w.clock = w.clock.Add(time.Hour)
	a.settle()
	refused = []byte(`"CAROL":"signed`)
	a.write(b, "hello")
	a.write(c, "hello")
	a.settle()
	b.settle()
	if got := b.eventTypes(); !slices.Equal(got, []string{"hello"}) {
		t.Errorf("bob received %q", got)
	}
}

// TestNoKeysAreClaimedOfADeviceThatIsGone removes a device while a session with it is
// wanted.
func TestNoKeysAreClaimedOfADeviceThatIsGone(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	w.must(a.TrackUsers(ctx, []string{bob}))
	a.settle()
	a.write(b, "hello")
	w.server.Logout(bob, "BOB")
	_, err := a.ReceiveSync(ctx, []byte(`{"device_lists":{"changed":["`+bob+`"]}}`))
	w.must(err)
	a.settle()
	w.clock = w.clock.Add(time.Hour)
	if got := a.outgoing(machine.KeysClaim); len(got) != 0 {
		t.Errorf("%s", got[0].Body)
	}
}

// TestOthersAreVerifiedOnceTheOwnIdentityIs has a second device learn of a user whom
// the first has verified, before it is told that the own identity is the right one.
func TestOthersAreVerifiedOnceTheOwnIdentityIs(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	a.meet(b)
	w.must(a.VerifyUser(ctx, bob))
	a.settle()
	other := w.device(alice, "OTHER")
	w.must(other.TrackUsers(ctx, []string{bob}))
	other.settle()
	verified := func() bool {
		i, err := other.Identity(ctx, bob)
		w.must(err)
		return i.Verified
	}
	if verified() {
		t.Error("bob is verified by an identity that is not")
	}
	w.must(other.VerifyUser(ctx, alice))
	if !verified() {
		t.Error("bob is not verified")
	}
	// To sign bob, its private key would have to be there.
	w.fails(other.VerifyUser(ctx, bob), machine.ErrNoIdentity)
	if !verified() {
		t.Error("bob is not verified any more")
	}
}

// TestARefusedMessageCostsOthersNoKey has a homeserver that refuses whatever is for one
// device: the others that stand in the same request must get the room key.
func TestARefusedMessageCostsOthersNoKey(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	second, c := w.device(bob, "SECOND"), w.device(carol, "CAROL")
	room := w.room(a, b, c)
	settle(second)
	for range 10 {
		share, err := a.ShareRoomKey(ctx, room, []string{alice, bob, carol})
		if w.must(err); share.Ready {
			break
		}
		requests, err := a.OutgoingRequests(ctx)
		w.must(err)
		for _, r := range requests {
			if r.Kind == machine.SendToDevice && bytes.Contains(r.Body, []byte(`"BOB":`)) {
				w.must(a.MarkFailed(ctx, r.ID, 400, nil))
			} else {
				a.send(r)
			}
		}
	}
	id, _ := a.say(room, "hello", alice, bob, carol)
	second.reads(room, id, "hello")
	c.reads(room, id, "hello")
	b.cannotRead(room, id, machine.ErrUnknownSession)
}
