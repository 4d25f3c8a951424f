package machine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// asksFor reports whether the machine asks for the devices of a user.
func (c *client) asksFor(user string) bool {
	c.Helper()
	return slices.ContainsFunc(c.requests(machine.KeysQuery), func(r machine.Request) bool {
		return strings.Contains(string(r.Body), user)
	})
}

// A server that was away, and could be asked again by now, is asked before the next
// message, and not only after it.
func TestAServerThatIsBackIsAskedFirst(t *testing.T) {
	w := newWorld(t)
	a, _ := w.device(alice, "ALICE"), w.device(carol, "CAROL")
	room := "!room:example.org"
	w.must(a.SetRoomSettings(ctx, room, machine.RoomSettings{}))
	w.server.Unreachable("elsewhere.org", true)
	a.share(room, alice, carol) // holds nobody up
	if s, err := a.ShareRoomKey(ctx, room, []string{alice, carol}); err != nil || !s.Ready {
		t.Fatalf("%+v, %v", s, err)
	}
	w.server.Unreachable("elsewhere.org", false)
	w.clock = w.clock.Add(time.Hour)
	if s, err := a.ShareRoomKey(ctx, room, []string{alice, carol}); err != nil || s.Waiting != machine.WaitDevices {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := a.Encrypt(ctx, room, "m.room.message", []byte("{}")); err == nil {
		t.Error("a message leaves without those who could be asked for")
	}
	a.share(room, alice, carol)
}

// Where a sync begins anew, all users are asked for again: also those whom a program
// has followed that has ended.
func TestASyncThatBeginsAnewHasAllDevicesAskedFor(t *testing.T) {
	w := newWorld(t)
	w.server.Login(alice, "ALICE")
	c := &client{world: w}
	c.config = w.device(bob, "BOB").config
	c.config.UserID, c.config.DeviceID = alice, "ALICE"
	c.config.Store = newHeldStore()
	c.open()
	w.must(c.TrackUsers(ctx, []string{bob}))
	c.pump()
	c.open()
	c.received(`{"next_batch":"first"}`)
	if !c.asksFor(bob) {
		t.Error("not after a first sync")
	}
	c.pump()
	c.received(`{"next_batch":"second"}`)
	if c.asksFor(bob) {
		t.Error("after every sync")
	}
	w.must(c.RefreshDevices(ctx))
	if !c.asksFor(bob) {
		t.Error("not if it is asked to")
	}
}
