package machine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

func TestAnIdentityIsNotReplacedUnasked(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	w.must(a.SetUpCrossSigning(ctx, false))
	w.fails(a.SetUpCrossSigning(ctx, false), machine.ErrIdentityExists)
	a.settle()
	a.open()
	w.fails(a.SetUpCrossSigning(ctx, false), machine.ErrIdentityExists)
	second := w.device(alice, "SECOND")
	w.fails(second.SetUpCrossSigning(ctx, false), machine.ErrIdentityExists)
}

// The uploads of the identity that is replaced must not go out after that, nor be in
// the way.
func TestAnIdentityIsReplacedBeforeItWasUploaded(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	w.must(a.SetUpCrossSigning(ctx, false))
	first, err := a.Identity(ctx, alice)
	w.must(err)
	w.must(a.SetUpCrossSigning(ctx, true))
	r := a.request(machine.SigningUpload)
	if strings.Contains(string(r.Body), first.MasterKey) {
		t.Error("the first identity is uploaded")
	}
	a.settle()
	second, err := a.Identity(ctx, alice)
	w.must(err)
	if second.MasterKey == first.MasterKey || !second.Verified || !a.knows(alice, "ALICE").CrossSigned {
		t.Errorf("the identity is %+v, the device %+v", second, a.knows(alice, "ALICE"))
	}
	b := w.device(bob, "BOB")
	b.learn(alice)
	if d := b.knows(alice, "ALICE"); !d.CrossSigned {
		t.Errorf("others see the device as %+v", d)
	}
}

// The homeserver asks the user to authenticate; signatures wait until the keys are there.
func TestTheHomeserverMayAskForAPassword(t *testing.T) {
	w := newWorld(t)
	w.server.AskForPassword = true
	a := w.device(alice, "ALICE")
	w.must(a.SetUpCrossSigning(ctx, false))
	r := a.request(machine.SigningUpload)
	if len(a.requests(machine.SignaturesUpload)) > 0 {
		t.Error("signatures go first")
	}
	status, answer := w.server.Do(alice, "ALICE", r.Method, r.Path, r.Body)
	if status != 401 {
		t.Fatalf("%d %s", status, answer)
	}
	w.must(a.MarkFailed(ctx, r.ID, status, answer))
	a.open()
	if len(a.requests(machine.SigningUpload)) > 0 {
		t.Error("it goes out again before it is known that there is no other identity")
	}
	a.send(a.request(machine.KeysQuery))
	again := a.request(machine.SigningUpload) // at once: the user is waiting
	if again.ID != r.ID {
		t.Error("it is another request")
	}
	body := append([]byte(`{"auth":{"type":"m.login.password"},`), again.Body[1:]...)
	status, answer = w.server.Do(alice, "ALICE", again.Method, again.Path, body)
	if status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	w.must(a.MarkSent(ctx, again.ID, answer))
	if len(a.requests(machine.SignaturesUpload)) != 1 {
		t.Error("the signature does not follow")
	}
	a.settle()
	if !a.knows(alice, "ALICE").CrossSigned {
		t.Error("the device is not signed")
	}
}

func TestCrossSigningKeysAreTakenToAnotherDevice(t *testing.T) {
	w := newWorld(t)
	a, second, b := w.crossSigned(alice, "ALICE"), w.device(alice, "SECOND"), w.crossSigned(bob, "BOB")
	master, self, user, err := a.ExportCrossSigningKeys(ctx)
	w.must(err)
	for _, seed := range [][]byte{master, self, user} {
		if len(seed) != 32 {
			t.Fatalf("%d bytes", len(seed))
		}
	}
	other := w.device(carol, "CAROL")
	w.fails(other.ImportCrossSigningKeys(ctx, master, self, user), machine.ErrUnknownUser)
	w.fails(second.ImportCrossSigningKeys(ctx, self, master, user), machine.ErrMismatchedKeys)
	w.fails(second.ImportCrossSigningKeys(ctx, master[:31], nil, nil), machine.ErrFormat)
	if s, _ := second.CrossSigningStatus(ctx); s != (machine.CrossSigningStatus{}) {
		t.Errorf("what was refused is kept: %+v", s)
	}
	w.fails(second.VerifyUser(ctx, bob), machine.ErrUnknownUser)
	second.learn(bob)
	w.fails(second.VerifyUser(ctx, bob), machine.ErrNoIdentity)
	w.must(second.ImportCrossSigningKeys(ctx, master, self, user))
	second.open()
	if s, _ := second.CrossSigningStatus(ctx); s != (machine.CrossSigningStatus{Master: true, SelfSigning: true, UserSigning: true}) {
		t.Errorf("the keys that are here: %+v", s)
	}
	settle(second, a, b)
	b.learn(alice)
	if d := b.knows(alice, "SECOND"); !d.CrossSigned {
		t.Errorf("others see the device as %+v", d)
	}
	w.must(second.VerifyUser(ctx, bob))
	settle(second, a)
	a.learn(bob)
	if i, err := a.Identity(ctx, bob); err != nil || !i.Verified {
		t.Errorf("the first device sees Bob as %+v, %v", i, err)
	}
}

// A device that is compared is signed, for all to see.
func TestAnOwnDeviceIsVerified(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.device(bob, "BOB")
	second := w.device(alice, "SECOND")
	a.settle()
	w.fails(a.VerifyDevice(ctx, alice, "THIRD"), machine.ErrUnknownDevice)
	w.must(a.VerifyDevice(ctx, alice, "SECOND"))
	settle(a, second)
	b.learn(alice)
	for _, c := range []*client{a, second, b} {
		if d := c.knows(alice, "SECOND"); !d.CrossSigned {
			t.Errorf("%s sees %+v", c.DeviceID(), d)
		}
	}
	if i, err := second.Identity(ctx, alice); err != nil || i.Verified {
		t.Errorf("the second device sees %+v, %v", i, err)
	}
	// The second device compares the identity, and says so.
	w.must(second.VerifyUser(ctx, alice))
	settle(second, a)
	if i, err := second.Identity(ctx, alice); err != nil || !i.Verified {
		t.Errorf("the second device sees %+v, %v", i, err)
	}
	_, err := b.Identity(ctx, carol)
	w.fails(err, machine.ErrUnknownUser)
	w.fails(b.AcceptIdentity(ctx, carol), machine.ErrUnknownUser)
	_, err = b.Devices(ctx, "carol")
	w.fails(err, machine.ErrFormat)
}

// T27: whoever sets up cross-signing before the homeserver was asked what there is could
// make a second identity.
func TestT27NoSecondIdentityIsMadeUnseen(t *testing.T) {
	w := newWorld(t)
	w.crossSigned(alice, "FIRST")
	w.server.Login(alice, "SECOND")
	second := &client{world: w, config: machine.Config{UserID: alice, DeviceID: "SECOND", Store: memory.New(), Now: w.now}}
	second.open()
	w.fails(second.SetUpCrossSigning(ctx, false), machine.ErrOutdated)
	second.open()
	second.pump()
	w.fails(second.SetUpCrossSigning(ctx, false), machine.ErrIdentityExists)
	// Nor is it certain while the homeserver says that something has changed.
	third := w.device(bob, "THIRD")
	_, err := third.ReceiveSync(ctx, []byte(`{"device_lists":{"changed":["`+bob+`"]}}`))
	w.must(err)
	w.fails(third.SetUpCrossSigning(ctx, false), machine.ErrOutdated)
	third.pump()
	w.must(third.SetUpCrossSigning(ctx, false))
}

// Two devices set cross-signing up at the same time. The second learns of the first's
// identity before its own is published, or when the homeserver refuses that: then it
// drops its own. It does not as long as nobody knows whether it was published.
func TestT27TheFirstOfTwoIdentitiesStays(t *testing.T) {
	for _, told := range []string{"by a sync", "by the homeserver's refusal", "after a restart", "too late"} {
		t.Run("T27: "+told, func(t *testing.T) {
			w := newWorld(t)
			a, b := w.device(alice, "FIRST"), w.device(alice, "SECOND")
			settle(a, b)
			w.must(a.SetUpCrossSigning(ctx, false))
			w.must(b.SetUpCrossSigning(ctx, false))
			a.pump()
			first, err := a.Identity(ctx, alice)
			w.must(err)
			changed := []byte(`{"device_lists":{"changed":["` + alice + `"]}}`)
			switch told {
			case "by a sync":
				_, err := b.ReceiveSync(ctx, changed)
				w.must(err)
			case "by the homeserver's refusal":
				w.must(b.MarkFailed(ctx, b.request(machine.SigningUpload).ID, 401, []byte(`{}`)))
			default:
				r := b.request(machine.SigningUpload)
				_, err := b.ReceiveSync(ctx, changed)
				w.must(err)
				b.send(b.request(machine.KeysQuery))
				if s, err := b.CrossSigningStatus(ctx); err != nil || !s.Master {
					t.Fatalf("the keys are dropped while they may be published: %v", err)
				}
				if told == "after a restart" {
					b.open()
					w.clock = w.clock.Add(time.Hour)
					break
				}
				b.send(r) // it is the user's now
				b.settle()
				if i, err := b.Identity(ctx, alice); err != nil || i.MasterKey == first.MasterKey || !i.Verified {
					t.Errorf("%+v, %v", i, err)
				}
				return
			}
			b.pump()
			i, err := b.Identity(ctx, alice)
			if w.must(err); i.MasterKey != first.MasterKey || i.Verified || i.Changed || i.WasVerified {
				t.Errorf("the second knows %+v", i)
			}
			if s, err := b.CrossSigningStatus(ctx); err != nil || s != (machine.CrossSigningStatus{}) {
				t.Errorf("it has keys: %+v, %v", s, err)
			}
			a.learn(alice)
			if i, err := a.Identity(ctx, alice); err != nil || i.MasterKey != first.MasterKey || !i.Verified || i.Changed {
				t.Errorf("the first knows %+v, %v", i, err)
			}
			// With reset it is another matter.
			w.must(b.SetUpCrossSigning(ctx, true))
			b.pump()
			if i, err := b.Identity(ctx, alice); err != nil || i.MasterKey == first.MasterKey || !i.Verified {
				t.Errorf("after a reset: %+v, %v", i, err)
			}
		})
	}
}
