package machine_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

func TestTwoDevicesTalk(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	room := w.room(a, b)
	first, _ := a.say(room, "hello", alice, bob)
	b.reads(room, first, "hello")
	a.reads(room, first, "hello")
	second, _ := b.say(room, "hello yourself", alice, bob)
	a.reads(room, second, "hello yourself")
	third, _ := a.say(room, "and more", alice, bob)
	b.reads(room, third, "and more")
}

func TestADeviceGoesOnAfterItsProgramHasEnded(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	room := w.room(a, b)
	first, _ := a.say(room, "before", alice, bob)
	b.reads(room, first, "before")
	a.open()
	b.open()
	second, _ := a.say(room, "after", alice, bob)
	b.reads(room, second, "after")
	b.reads(room, first, "before")
	third, _ := b.say(room, "answer", alice, bob)
	a.reads(room, third, "answer")
}

func TestCrossSignedDevicesTrustEachOther(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	room := w.room(a, b)
	id, _ := a.say(room, "hello", alice, bob)
	if d := b.reads(room, id, "hello"); d.Trust != (machine.Trust{Shield: machine.NoShield, Reason: machine.Pinned}) {
		t.Errorf("trust is %v", d.Trust)
	}
	w.must(b.VerifyUser(ctx, alice))
	b.settle()
	if d := b.reads(room, id, "hello"); d.Trust != (machine.Trust{Shield: machine.NoShield, Reason: machine.Verified}) || d.DeviceID != "ALICE" {
		t.Errorf("trust is %v, device %q", d.Trust, d.DeviceID)
	}
	i, err := b.Identity(ctx, alice)
	w.must(err)
	if !i.Verified || i.Changed {
		t.Errorf("identity is %+v", i)
	}
}

func TestADeviceThatNobodySignedGetsNoKey(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.device(bob, "BOB")
	room := w.room(a, b)
	id, _ := a.say(room, "hello", alice, bob)
	e := b.cannotRead(room, id, machine.ErrUnknownSession)
	if e.Withheld == nil || e.Withheld.Code != "m.unverified" {
		t.Errorf("withheld is %+v", e.Withheld)
	}
}

// T27: what was compared is what is signed.
func TestT27WhatIsExchangedWhileItIsComparedIsNotSigned(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	w.room(a, b)
	compared, err := a.Identity(ctx, bob)
	w.must(err)
	other, err := a.Identity(ctx, alice)
	w.must(err)
	w.fails(a.Machine.VerifyUser(ctx, bob, other.MasterKey), machine.ErrMismatchedKeys)
	w.fails(a.Machine.VerifyDevice(ctx, bob, "BOB", compared.MasterKey), machine.ErrMismatchedKeys)
	if i, err := a.Identity(ctx, bob); err != nil || i.Verified {
		t.Errorf("%+v, %v", i, err)
	}
	w.must(a.Machine.VerifyUser(ctx, bob, compared.MasterKey))
	if i, err := a.Identity(ctx, bob); err != nil || !i.Verified {
		t.Errorf("%+v, %v", i, err)
	}
}
