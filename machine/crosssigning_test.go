package machine_test

import (
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
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
