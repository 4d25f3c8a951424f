package machine_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// T37: whoever spoils what is known of a user must not have a new identity taken for
// the first one that was ever seen.
func TestT37WhatIsKnownOfAUserCannotBeLostUnseen(t *testing.T) {
	w := newWorld(t)
	s := memory.New()
	b := w.crossSigned(bob, "BOB")
	a := w.device(alice, "SPOILT", withStore(s), withPolicy(machine.CrossSigned))
	room := w.room(a, b)
	a.share(room, alice, bob)
	w.must(a.Close())
	page, err := s.Load(ctx, store.Query{Table: store.Users, Keys: []string{bob}})
	w.must(err)
	page.Records[0].Value[0]++
	epoch, err := store.Claim(ctx, s)
	w.must(err)
	w.must(s.Commit(ctx, epoch, store.Changes{Puts: page.Records}))
	a.open()
	w.must(a.TrackUsers(ctx, []string{bob}))
	a.settle()
	_, err = a.ShareRoomKey(ctx, room, []string{alice, bob})
	w.fails(err, machine.ErrIdentityChanged)
	w.must(a.AcceptIdentity(ctx, bob))
	a.share(room, alice, bob)
}

// A machine that is opened over the store of another device leaves that alone.
func TestAStoreIsNotTakenFromAnotherDevice(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	config := a.config
	config.DeviceID = "OTHER"
	_, err := machine.Open(ctx, config)
	w.fails(err, machine.ErrOwner)
	a.settle()
	w.must(a.TrackUsers(ctx, []string{bob})) // which commits
}
