package machine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// rotation is a room whose key Bob and Carol have, who can be sent away.
type rotation struct {
	*client
	bob, carol, phone *forger // the phone is Bob's second device
	members           []string
	syncs             int
}

func newRotation(t *testing.T) *rotation {
	w := newWorld(t)
	r := &rotation{client: w.device(alice, "ALICE"), bob: w.forger(bob, "FORGER"), carol: w.forger(carol, "CAROL"), phone: w.forger(bob, "PHONE"),
		members: []string{alice, bob, carol}}
	r.state(false, "timeline", fields{"type": "m.room.encryption", "state_key": "", "content": fields{"algorithm": "m.megolm.v1.aes-sha2"}},
		fields{"type": "m.room.history_visibility", "state_key": "", "content": fields{"history_visibility": "shared"}})
	return r
}

// state has a sync tell of state events of the room.
func (r *rotation) state(limited bool, part string, events ...fields) {
	r.Helper()
	r.syncs++
	room := fields{"timeline": fields{"limited": limited, "events": []any{}}}
	if part == "timeline" {
		room["timeline"] = fields{"limited": limited, "events": events}
	} else {
		room[part] = fields{"events": events}
	}
	r.received(string(r.json(fields{"next_batch": fmt.Sprint("r", r.syncs), "device_one_time_keys_count": fields{"signed_curve25519": 50},
		"rooms": fields{"join": fields{aRoom: room}}})))
}

func member(user, membership string) fields {
	return fields{"type": "m.room.member", "state_key": user, "sender": user, "content": fields{"membership": membership}}
}

func (r *rotation) encrypts() {
	r.Helper()
	_, err := r.Encrypt(ctx, aRoom, "m.room.message", []byte(`{}`))
	r.must(err)
}

func TestT33ASessionEndsWhenItMust(t *testing.T) {
	gap := func(membership, part string) func(*rotation) {
		return func(r *rotation) { r.state(true, part, member(carol, membership)) }
	}
	tell := func(membership string) func(*rotation) {
		return func(r *rotation) { r.state(false, "timeline", member(carol, membership)) }
	}
	visibility := func(v string) func(*rotation) {
		return func(r *rotation) {
			r.state(false, "timeline", fields{"type": "m.room.history_visibility", "state_key": "", "content": fields{"history_visibility": v}})
		}
	}
	settings := func(s machine.RoomSettings) func(*rotation) {
		return func(r *rotation) { r.must(r.SetRoomSettings(ctx, aRoom, s)) }
	}
	for name, c := range map[string]struct {
		do   func(r *rotation)
		ends bool
	}{
		"T33: nothing":                       {func(*rotation) {}, false},
		"T33: a restart":                     {func(r *rotation) { r.open() }, false},
		"T33: a message":                     {func(r *rotation) { r.encrypts() }, false},
		"T33: a leave":                       {tell("leave"), true},
		"T33: a ban":                         {tell("ban"), true},
		"T33: a leave, before":               {func(r *rotation) { r.state(false, "state", member(carol, "leave")) }, true},
		"T33: a leave, after":                {func(r *rotation) { r.state(false, "state_after", member(carol, "leave")) }, true},
		"T33: left and joined again":         {func(r *rotation) { r.state(false, "timeline", member(carol, "leave"), member(carol, "join")) }, true},
		"T33: a join":                        {tell("join"), false},
		"T33: an invitation":                 {tell("invite"), false},
		"T33: a knock":                       {tell("knock"), false},
		"T33: a gap with a join":             {gap("join", "timeline"), false},
		"T33: a gap with a leave":            {gap("leave", "timeline"), true},
		"T33: a gap with a ban":              {gap("ban", "state"), true},
		"T33: a gap with an invitation":      {gap("invite", "timeline"), true},
		"T33: a gap with a knock":            {gap("knock", "timeline"), true},
		"T33: a gap with an older knock":     {gap("knock", "state"), true},
		"T33: a gap with something new":      {gap("org.example", "state"), true},
		"T33: a gap with nothing":            {func(r *rotation) { r.state(true, "timeline") }, false},
		"T33: a leave and a restart":         {func(r *rotation) { tell("leave")(r); r.open() }, true},
		"T33: a restart and a leave":         {func(r *rotation) { r.open(); tell("leave")(r) }, true},
		"T33: one's own leave":               {func(r *rotation) { r.received(`{"next_batch":"l","rooms":{"leave":{"` + aRoom + `":{}}}}`) }, true},
		"T33: a member less":                 {func(r *rotation) { r.members = []string{alice, bob} }, true},
		"T33: a member less after a restart": {func(r *rotation) { r.open(); r.members = []string{alice, bob} }, true},
		"T33: a member more": {func(r *rotation) {
			r.forger("@dan:example.org", "DAN")
			r.members = append(r.members, "@dan:example.org")
		}, false},
		"T33: a removed device":               {func(r *rotation) { r.server.Logout(bob, "PHONE"); r.learn(bob) }, true},
		"T33: all devices of a user removed":  {func(r *rotation) { r.server.Logout(carol, "CAROL"); r.learn(carol) }, true},
		"T33: a new device":                   {func(r *rotation) { r.forger(bob, "TABLET"); r.learn(bob) }, false},
		"T33: a blocked device":               {func(r *rotation) { r.must(r.BlockDevice(ctx, bob, "PHONE", true)) }, true},
		"T33: a blocked device and a restart": {func(r *rotation) { r.must(r.BlockDevice(ctx, bob, "PHONE", true)); r.open() }, true},
		"T33: another policy":                 {settings(machine.RoomSettings{Policy: machine.CrossSigned, SharedHistory: true}), true},
		"T33: the visibility becomes joined":  {visibility("joined"), true},
		"T33: the visibility becomes invited": {visibility("invited"), true},
		"T33: the visibility becomes unknown": {visibility("org.example"), true},
		"T33: the visibility becomes world":   {visibility("world_readable"), false}, // shared before, too
		"T33: the visibility stays":           {visibility("shared"), false},
		"T33: almost a week":                  {func(r *rotation) { r.clock = r.clock.Add(7*24*time.Hour - time.Second) }, false},
		"T33: a week":                         {func(r *rotation) { r.clock = r.clock.Add(7 * 24 * time.Hour) }, true},
		"T33: a shorter period": {func(r *rotation) {
			settings(machine.RoomSettings{RotationPeriodMS: 7200_000, SharedHistory: true})(r)
			r.clock = r.clock.Add(2 * time.Hour)
		}, true},
		"T33: 99 messages":  {func(r *rotation) { r.many(99) }, false},
		"T33: 100 messages": {func(r *rotation) { r.many(100) }, true},
		"T33: fewer messages": {func(r *rotation) {
			r.many(5)
			settings(machine.RoomSettings{RotationPeriodMessages: 5, SharedHistory: true})(r)
		}, true},
		"T33: discarded": {func(r *rotation) { r.must(r.DiscardRoomKey(ctx, aRoom)) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRotation(t)
			before := r.share(aRoom, r.members...)
			r.encrypts()
			c.do(r)
			after := r.share(aRoom, r.members...)
			if ended := before.SessionID != after.SessionID; ended != c.ends {
				t.Errorf("the session ended: %v", ended)
			}
			r.encrypts()
		})
	}
}

// many encrypts until so many messages were.
func (r *rotation) many(n int) {
	r.Helper()
	for i := 1; i < n; i++ {
		r.encrypts()
	}
}

// Encrypt itself refuses a session that has ended, if nobody asks to share the next.
func TestT33NothingIsEncryptedWithASessionThatEnded(t *testing.T) {
	for name, do := range map[string]func(r *rotation){
		"T33: a leave":          func(r *rotation) { r.state(false, "timeline", member(carol, "leave")) },
		"T33: a join":           func(r *rotation) { r.state(false, "timeline", member("@dan:example.org", "join")) },
		"T33: a gap":            func(r *rotation) { r.state(true, "timeline", member(carol, "knock")) },
		"T33: a new device":     func(r *rotation) { r.received(`{"device_lists":{"changed":["` + bob + `"]}}`) },
		"T33: a block":          func(r *rotation) { r.must(r.BlockDevice(ctx, bob, "PHONE", true)) },
		"T33: 100 messages":     func(r *rotation) { r.many(100) },
		"T33: a week":           func(r *rotation) { r.clock = r.clock.Add(7 * 24 * time.Hour) },
		"T33: a restart":        func(r *rotation) { r.open() },
		"T33: other settings":   func(r *rotation) { r.must(r.SetRoomSettings(ctx, aRoom, machine.RoomSettings{})) },
		"T33: discarded":        func(r *rotation) { r.must(r.DiscardRoomKey(ctx, aRoom)) },
		"T33: an identity":      func(r *rotation) { r.identity(bob).publish(r.bob); r.learn(bob) },
		"T33: a user untracked": func(r *rotation) { r.received(`{"device_lists":{"left":["` + bob + `"]}}`) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRotation(t)
			_, err := r.Encrypt(ctx, aRoom, "m.room.message", []byte(`{}`))
			r.fails(err, machine.ErrNotShared)
			r.share(aRoom, r.members...)
			r.encrypts()
			do(r)
			_, err = r.Encrypt(ctx, aRoom, "m.room.message", []byte(`{}`))
			r.fails(err, machine.ErrNotShared)
			r.share(aRoom, r.members...)
			r.encrypts()
		})
	}
}

// keysOf are the ids of the sessions whose keys a device was sent since the last time.
func (f *forger) keysOf() (sessions []string) {
	f.Helper()
	for _, e := range f.inbox() {
		if e["type"] == "m.room_key" {
			sessions = append(sessions, e["content"].(fields)["session_id"].(string))
		}
	}
	return sessions
}

func TestT33WhoLeftDoesNotGetTheNextKey(t *testing.T) {
	r := newRotation(t)
	first := r.share(aRoom, r.members...)
	for _, f := range []*forger{r.bob, r.carol, r.phone} {
		if got := f.keysOf(); !slices.Equal(got, []string{first.SessionID}) {
			t.Fatalf("%s/%s has keys %v", f.user, f.id, got)
		}
	}
	r.state(false, "timeline", member(carol, "leave"))
	r.members = []string{alice, bob}
	r.must(r.BlockDevice(ctx, bob, "PHONE", true))
	second := r.share(aRoom, r.members...)
	r.pump()
	if got := r.bob.keysOf(); !slices.Equal(got, []string{second.SessionID}) {
		t.Errorf("Bob has keys %v", got)
	}
	if got := r.carol.inbox(); len(got) != 0 {
		t.Errorf("who left gets %v", types(got))
	}
	if got := r.phone.keysOf(); len(got) != 0 {
		t.Errorf("who was blocked has keys %v", got)
	}
}

// Who comes later gets the session as it is then, and cannot read what was before.
func TestT33WhoComesLaterCannotReadWhatWasBefore(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	room := w.room(a, b)
	before, _ := a.say(room, "before", alice, bob)
	second := w.device(bob, "SECOND")
	settle(a, b, second)
	after, _ := a.say(room, "after", alice, bob)
	second.reads(room, after, "after")
	second.cannotRead(room, before, machine.ErrUnknownIndex)
	b.reads(room, before, "before")
}

func TestT33EncryptionIsNotWeakened(t *testing.T) {
	r := newRotation(t)
	r.must(r.SetRoomSettings(ctx, aRoom, machine.RoomSettings{RotationPeriodMS: 7200_000, RotationPeriodMessages: 10}))
	want, err := r.RoomSettings(ctx, aRoom)
	r.must(err)
	for _, content := range []fields{
		{"algorithm": "m.megolm.v2"}, {"algorithm": "none"}, {"algorithm": 5}, {},
		{"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_ms": 1 << 50, "rotation_period_msgs": 1 << 50},
		{"algorithm": "m.megolm.v1.aes-sha2"},
	} {
		r.state(false, "timeline", fields{"type": "m.room.encryption", "state_key": "", "content": content})
		if got, err := r.RoomSettings(ctx, aRoom); err != nil || got != want {
			t.Errorf("after %v the settings are %+v, %v", content, got, err)
		}
	}
	r.fails(r.SetRoomSettings(ctx, aRoom, machine.RoomSettings{Algorithm: "none"}), machine.ErrAlgorithm)
	_, err = r.RoomSettings(ctx, "!plain:example.org")
	r.fails(err, machine.ErrNotEncrypted)
	_, err = r.ShareRoomKey(ctx, "!plain:example.org", r.members)
	r.fails(err, machine.ErrNotEncrypted)
	_, err = r.Encrypt(ctx, "!plain:example.org", "m.room.message", []byte(`{}`))
	r.fails(err, machine.ErrNotEncrypted)
}

// A room with an algorithm of the future is not written to with the one of today.
func TestT33ARoomOfAnUnknownAlgorithmIsNotWrittenTo(t *testing.T) {
	r := newRotation(t)
	const room = "!future:example.org"
	r.must(r.SetRoomSettings(ctx, room, machine.RoomSettings{Algorithm: "m.future"}))
	r.open()
	_, err := r.ShareRoomKey(ctx, room, r.members)
	r.fails(err, machine.ErrAlgorithm)
	_, err = r.Encrypt(ctx, room, "m.room.message", []byte(`{}`))
	r.fails(err, machine.ErrAlgorithm)
	r.fails(r.PrepareToEncrypt(ctx, room, r.members), machine.ErrAlgorithm)
	r.fails(r.SetRoomSettings(ctx, room, machine.RoomSettings{}), machine.ErrAlgorithm)
}
