package machine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// ask answers a query by the homeserver as it is now, without telling the machine.
func (c *client) ask(r machine.Request) []byte {
	c.Helper()
	status, answer := c.server.Do(c.UserID(), c.DeviceID(), r.Method, r.Path, r.Body)
	if status != 200 {
		c.Fatalf("%s: %d %s", r.Kind, status, answer)
	}
	return answer
}

func (c *client) changed(users ...string) {
	c.Helper()
	c.received(string(c.json(fields{"device_lists": fields{"changed": users}})))
}

// What changes while a query is under way is asked for again: the answer may be older.
func TestAChangeDuringAQueryIsNotLost(t *testing.T) {
	for _, restart := range []bool{false, true} {
		w := newWorld(t)
		a := w.device(alice, "ALICE")
		w.forger(bob, "FIRST")
		w.must(a.TrackUsers(ctx, []string{bob}))
		r := a.request(machine.KeysQuery)
		old := a.ask(r)
		w.forger(bob, "SECOND")
		a.changed(bob)
		if all := a.requests(machine.KeysQuery); len(all) != 1 || all[0].ID != r.ID {
			t.Fatal("the same user is asked for twice at a time")
		}
		if restart {
			a.open()
			w.fails(a.MarkSent(ctx, r.ID, old), machine.ErrUnknownRequest)
		} else {
			w.must(a.MarkSent(ctx, r.ID, old))
			a.knows(bob, "FIRST")
		}
		a.must(a.SetRoomSettings(ctx, aRoom, machine.RoomSettings{}))
		if s, err := a.ShareRoomKey(ctx, aRoom, []string{alice, bob}); err != nil || s.Waiting != machine.WaitDevices {
			t.Errorf("sharing goes on with an old list: %+v, %v", s, err)
		}
		a.pump()
		a.knows(bob, "SECOND")
		if all := a.requests(machine.KeysQuery); len(all) > 0 {
			t.Errorf("it goes on asking: %s", all[0].Body)
		}
	}
}

func TestUsersWithWhomNothingIsSharedAreNotFollowed(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	w.forger(bob, "FIRST")
	a.changed(bob, carol)
	if all := a.requests(machine.KeysQuery); len(all) > 0 {
		t.Errorf("strangers are asked for: %s", all[0].Body)
	}
	a.learn(bob)
	first := a.knows(bob, "FIRST")
	a.changed(bob)
	a.received(`{"device_lists":{"left":["` + bob + `","` + alice + `"]}}`)
	if all := a.requests(machine.KeysQuery); len(all) > 0 {
		t.Errorf("who left is asked for: %s", all[0].Body)
	}
	a.changed(bob)
	if all := a.requests(machine.KeysQuery); len(all) > 0 {
		t.Errorf("who left is followed: %s", all[0].Body)
	}
	if a.knows(bob, "FIRST") != first {
		t.Error("what was known is forgotten")
	}
	a.changed(alice)
	if len(a.requests(machine.KeysQuery)) != 1 {
		t.Error("the own user is not followed")
	}
	// Left and changed at a time: he is back.
	a.learn(bob)
	a.received(`{"device_lists":{"left":["` + bob + `"],"changed":["` + bob + `"]}}`)
	if len(a.requests(machine.KeysQuery)) != 1 {
		t.Error("who is back is not asked for")
	}
}

// A homeserver that cannot be reached holds nobody up, and is asked again, ever later.
func TestUnreachableHomeserversAreAskedAgain(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	b, f := w.forger(bob, "BOB"), w.forger(carol, "CAROL")
	w.server.Unreachable("elsewhere.org", true)
	a.inRoom("")
	s := a.share(aRoom, alice, bob, carol)
	if got := b.keysOf(); !slices.Equal(got, []string{s.SessionID}) {
		t.Errorf("who can be reached has %v", got)
	}
	var waits []time.Duration
	for last := w.clock; len(waits) < 12; {
		w.clock = w.clock.Add(time.Second)
		all := a.requests(machine.KeysQuery)
		if len(all) == 0 {
			continue
		}
		if strings.Contains(string(all[0].Body), bob) {
			t.Error("the others are asked for as well")
		}
		w.must(a.MarkSent(ctx, all[0].ID, a.ask(all[0])))
		waits = append(waits, w.clock.Sub(last))
		last = w.clock
	}
	for i, wait := range waits {
		if want := min(2*time.Second<<min(i, 20), 15*time.Minute); wait != want {
			t.Errorf("attempt %d after %v, not %v", i, wait, want)
		}
	}
	w.server.Unreachable("elsewhere.org", false)
	a.changed(carol) // it is alive: at once
	a.pump()
	a.share(aRoom, alice, bob, carol)
	if got := f.keysOf(); !slices.Equal(got, []string{s.SessionID}) {
		t.Errorf("then the third has %v", got)
	}
}

// Users are asked for in batches.
func TestQueriesAreInBatches(t *testing.T) {
	a := newWorld(t).device(alice, "ALICE")
	var users []string
	for n := range 600 {
		users = append(users, fmt.Sprintf("@user%d:example.org", n))
	}
	a.must(a.TrackUsers(ctx, users))
	var sizes []int
	for _, r := range a.requests(machine.KeysQuery) {
		sizes = append(sizes, strings.Count(string(r.Body), "@user"))
	}
	slices.Sort(sizes)
	if !slices.Equal(sizes, []int{100, 250, 250}) {
		t.Errorf("they are of %v users", sizes)
	}
	a.pump()
	a.open()
	if all := a.requests(machine.KeysQuery); len(all) > 0 {
		t.Error("they are asked for again after a restart")
	}
}

func TestDevicesThatAreGoneAreRemembered(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	w.forger(bob, "FIRST")
	a.learn(bob)
	w.server.Logout(bob, "FIRST")
	a.happened = nil
	a.learn(bob)
	if d := a.knows(bob, "FIRST"); !d.Deleted {
		t.Errorf("it is %+v", d)
	}
	if !slices.ContainsFunc(a.happened, func(e machine.Event) bool {
		c, ok := e.(machine.DevicesChanged)
		return ok && slices.Equal(c.UserIDs, []string{bob})
	}) {
		t.Errorf("what happened: %v", a.happened)
	}
	w.fails(a.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: bob, DeviceID: "FIRST"}}, "x", []byte(`{}`)), machine.ErrUnknownDevice)
}

// T17: a user of another server has as many devices, with as long names, as can be.
func TestT17DevicesWithoutEnd(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	w.must(a.TrackUsers(ctx, []string{bob}))
	devices := fields{}
	for n := range 2100 {
		s := w.stranger(bob, fmt.Sprintf("%0250d", n))
		keys := s.deviceKeys()
		keys["unsigned"] = fields{"device_display_name": strings.Repeat("n", 1000)}
		devices[s.id] = keys
	}
	long := w.stranger(bob, strings.Repeat("x", 300))
	devices[long.id] = long.deviceKeys()
	w.must(a.MarkSent(ctx, a.request(machine.KeysQuery).ID, w.json(fields{"device_keys": fields{bob: devices}})))
	if all := a.devices(bob); len(all) > 2000 || len(all) < 1000 {
		t.Errorf("%d devices are known", len(all))
	}
	a.open()
	if r := a.delivered(f.send(a, "org.example", fields{})); r.Error != nil {
		t.Error(r.Error)
	}
}
