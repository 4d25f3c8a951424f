package machine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// told reports whether the application was told of the key of a session.
func (c *client) told(room, session string) bool {
	return slices.ContainsFunc(c.happened, func(e machine.Event) bool {
		k, ok := e.(machine.RoomKeys)
		return ok && k.RoomID == room && slices.Contains(k.SessionIDs, session)
	})
}

// A second device asks the first for what was said before it came.
func TestAnOwnDeviceIsAskedForAKey(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	room := w.room(a, b)
	id, content := b.say(room, "before", alice, bob)
	a.reads(room, id, "before")
	var e struct {
		SessionID string `json:"session_id"`
	}
	w.unmarshal(content, &e)
	second, third := w.device(alice, "SECOND"), w.device(alice, "THIRD")
	settle(a, second, third)
	w.fails(second.RequestRoomKey(ctx, room, "rubbish"), machine.ErrFormat)
	w.fails(second.RequestRoomKey(ctx, "", e.SessionID), machine.ErrFormat)
	w.must(second.RequestRoomKey(ctx, room, e.SessionID)) // there is nobody to ask yet
	if len(second.requests(machine.SendToDevice)) > 0 {
		t.Error("a device that nobody verified is asked")
	}
	master, self, user, err := a.ExportCrossSigningKeys(ctx)
	w.must(err)
	w.must(second.ImportCrossSigningKeys(ctx, master, self, user))
	settle(second, a)
	for range 3 { // it is asked once
		w.must(second.RequestRoomKey(ctx, room, e.SessionID))
	}
	if got := len(second.requests(machine.SendToDevice)); got != 1 {
		t.Errorf("%d requests", got)
	}
	second.open()
	settle(second, a, second)
	if d := second.reads(room, id, "before"); d.Trust.Reason != machine.Unauthenticated || d.Sender != bob {
		t.Errorf("it is %+v", d)
	}
	if !second.told(room, e.SessionID) {
		t.Errorf("what happened: %v", second.happened)
	}
	// A device that nobody has signed may ask, and gets nothing.
	w.must(third.VerifyDevice(ctx, alice, "ALICE"))
	w.must(third.RequestRoomKey(ctx, room, e.SessionID))
	settle(third, a, third)
	third.cannotRead(room, id, machine.ErrUnknownSession)
	w.must(a.VerifyDevice(ctx, alice, "THIRD"))
	settle(a, third)
	third.must(third.Close())
	third.open()
	third.reask(room, e.SessionID, a)
	third.reads(room, id, "before")
}

// reask repeats a request, as a client of another make would.
func (c *client) reask(room, session string, of *client) {
	c.Helper()
	of.deliver(fields{"type": "m.room_key_request", "sender": c.UserID(), "content": fields{"action": "request", "requesting_device_id": c.DeviceID(),
		"request_id": "again", "body": fields{"algorithm": "m.megolm.v1.aes-sha2", "room_id": room, "session_id": session}}})
	settle(of, c)
}

func TestKeyRequestsThatGetNoAnswer(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(alice, "FORGER")
	other := w.forger(bob, "BOB")
	a.learn(alice)
	a.learn(bob)
	w.must(a.VerifyDevice(ctx, alice, "FORGER"))
	w.must(a.VerifyDevice(ctx, bob, "BOB"))
	g := f.group(aRoom)
	a.deliver(f.send(a, "m.room_key", g.roomKey()))
	good := fields{"action": "request", "requesting_device_id": "FORGER", "request_id": "r",
		"body": fields{"algorithm": "m.megolm.v1.aes-sha2", "room_id": aRoom, "session_id": g.SessionID()}}
	ask := func(sender string, content fields) int {
		a.deliver(fields{"type": "m.room_key_request", "sender": sender, "content": content})
		a.pump()
		return len(f.inbox()) + len(other.inbox())
	}
	body := good["body"].(fields)
	for name, c := range map[string]struct {
		sender  string
		content fields
	}{
		"of another user":            {bob, w.forged(good, fields{"requesting_device_id": "BOB"})},
		"of another user, as ours":   {bob, good},
		"for another's device":       {alice, w.forged(good, fields{"requesting_device_id": "BOB"})},
		"for this device":            {alice, w.forged(good, fields{"requesting_device_id": "ALICE"})},
		"for an unknown device":      {alice, w.forged(good, fields{"requesting_device_id": "X"})},
		"for no device":              {alice, w.forged(good, fields{"requesting_device_id": nil})},
		"a cancellation":             {alice, w.forged(good, fields{"action": "request_cancellation"})},
		"no action":                  {alice, w.forged(good, fields{"action": nil})},
		"for an unknown session":     {alice, w.forged(good, fields{"body": w.forged(body, fields{"session_id": f.group(aRoom).SessionID()})})},
		"for a session that is none": {alice, w.forged(good, fields{"body": w.forged(body, fields{"session_id": "x"})})},
		"for another room":           {alice, w.forged(good, fields{"body": w.forged(body, fields{"room_id": "!other:example.org"})})},
		"for nothing":                {alice, w.forged(good, fields{"body": nil})},
	} {
		if got := ask(c.sender, c.content); got > 0 {
			t.Errorf("%s: %d answers", name, got)
		}
	}
	if got := ask(alice, good); got != 1 {
		t.Errorf("%d answers to an honest request", got)
	}
	w.must(a.BlockDevice(ctx, alice, "FORGER", true))
	if got := ask(alice, good); got > 0 {
		t.Error("a blocked device gets an answer")
	}
}

// Why a key does not come is shown beside the event, if its sender said so, and only
// then.
func TestNoticesThatAKeyIsWithheld(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	w.must(a.SetRoomSettings(ctx, aRoom, machine.RoomSettings{}))
	g := f.group(aRoom)
	notice := fields{"algorithm": "m.megolm.v1.aes-sha2", "code": "m.unverified", "reason": "because", "room_id": aRoom,
		"session_id": g.SessionID(), "sender_key": f.senderKey()}
	e := g.message("hello")
	withheld := func() *machine.Withheld {
		t.Helper()
		_, err := a.opens(aRoom, e)
		w.fails(err, machine.ErrUnknownSession)
		return err.(*machine.DecryptError).Withheld
	}
	a.deliver(fields{"type": "m.room_key.withheld", "sender": carol, "content": notice})
	if got := withheld(); got != nil {
		t.Errorf("somebody else's notice counts: %+v", got)
	}
	a.deliver(fields{"type": "m.room_key.withheld", "sender": bob, "content": w.forged(notice, fields{"code": "m.no_olm", "session_id": nil, "room_id": nil})})
	if got := withheld(); got != nil {
		t.Errorf("a notice about no session counts: %+v", got)
	}
	a.deliver(fields{"type": "m.room_key.withheld", "sender": bob, "content": notice})
	a.open()
	if got := withheld(); got == nil || *got != (machine.Withheld{Code: "m.unverified", Reason: "because"}) {
		t.Errorf("the notice is %+v", got)
	}
	long := make([]byte, 5000)
	for i := range long {
		long[i] = 'x'
	}
	a.deliver(f.send(a, "m.room_key.withheld", w.forged(notice, fields{"code": "m.blacklisted", "reason": string(long)})))
	if got := withheld(); got == nil || got.Code != "m.blacklisted" || len(got.Reason) > 1000 {
		t.Errorf("the later notice is %.100v", got)
	}
	a.deliver(f.send(a, "m.room_key", g.roomKey()))
	a.refuses(aRoom, e, machine.ErrUnknownIndex)
	a.mustOpen(aRoom, g.message("more"))
}

func TestHistoryIsForgotten(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	room, other := w.room(a, b), w.room(a, b)
	elsewhere, _ := a.say(other, "elsewhere", alice, bob)
	b.reads(other, elsewhere, "elsewhere")
	old, _ := b.say(room, "old", alice, bob)
	a.reads(room, old, "old")
	mine, _ := a.say(room, "mine", alice, bob)
	a.reads(room, mine, "mine")
	w.clock = w.clock.Add(time.Hour)
	w.must(b.DiscardRoomKey(ctx, room))
	recent, _ := b.say(room, "recent", alice, bob)
	a.reads(room, recent, "recent")
	w.must(a.ForgetHistory(ctx, room, w.clock))
	for range 2 {
		a.cannotRead(room, old, machine.ErrUnknownIndex) // the session may still be written with
		a.cannotRead(room, mine, machine.ErrUnknownIndex)
		a.reads(room, recent, "recent")
		a.reads(other, elsewhere, "elsewhere")
		w.must(a.Close())
		a.open()
	}
	next, _ := a.say(room, "next", alice, bob) // the session goes on
	a.reads(room, next, "next")
	b.reads(room, next, "next")
	// Sessions that nobody may use any more need not stay.
	w.must(a.DiscardRoomKey(ctx, room))
	w.must(a.ForgetHistory(ctx, room, w.clock.Add(8*24*time.Hour)))
	a.cannotRead(room, next, machine.ErrUnknownSession)
	a.cannotRead(room, recent, machine.ErrUnknownSession)
	w.must(a.ForgetHistory(ctx, "!unknown:example.org", w.clock))
}
