package machine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// exported returns all sessions of a device.
func (c *client) exported(room string) (all [][]byte) {
	c.Helper()
	for position := ""; ; {
		some, next, err := c.ExportRoomKeys(ctx, room, position)
		c.must(err)
		all = append(all, some...)
		if position = next; next == "" {
			return all
		}
	}
}

func TestExportedKeysReadOldMessagesElsewhere(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	w.must(a.SetUpCrossSigning(ctx, false))
	settle(a, b)
	room := w.room(a, b)
	id, _ := a.say(room, "before", alice, bob)
	b.reads(room, id, "before")

	late := w.device(bob, "LATE")
	late.cannotRead(room, id, machine.ErrUnknownSession)
	late.happened = nil
	results, err := late.ImportRoomKeys(ctx, append(b.exported(room), []byte(`{"algorithm":"m.megolm.v1.aes-sha2"}`), []byte("x")))
	w.must(err)
	if len(results) != 3 || results[0].Error != nil || results[0].Kept || results[1].Error == nil || results[2].Error == nil {
		t.Fatalf("%+v", results)
	}
	if d := late.reads(room, id, "before"); d.Trust != (machine.Trust{Shield: machine.Grey, Reason: machine.Unauthenticated}) {
		t.Errorf("trust is %v", d.Trust)
	}
	if want := fmt.Sprint([]machine.Event{machine.RoomKeys{RoomID: room, SessionIDs: []string{results[0].SessionID}}}); fmt.Sprint(late.happened[:1]) != want {
		t.Errorf("told %v, not %v", late.happened, want)
	}
	again, err := late.ImportRoomKeys(ctx, b.exported(""))
	w.must(err)
	if !again[0].Kept {
		t.Errorf("%+v", again)
	}
}

func TestManyKeysAreTransferredInSlices(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	room := w.room(a)
	const n = 600
	for range n {
		w.must(a.DiscardRoomKey(ctx, room))
		a.share(room, alice)
	}
	all := a.exported(room)
	results, err := b.ImportRoomKeys(ctx, all)
	w.must(err)
	if len(all) != n || len(results) != n {
		t.Fatalf("%d of %d sessions, %d results", len(all), n, len(results))
	}
	if got := b.exported(""); len(got) != n || !contains(all, got[0]) {
		t.Errorf("%d sessions came", len(got))
	}
	w.must(b.Close())
}

func contains(all [][]byte, one []byte) bool {
	for _, b := range all {
		if bytes.Equal(b, one) {
			return true
		}
	}
	return false
}

// TestT16WhatIsNoSessionIsNamed: of a file that is made up or damaged, each bad key is
// refused with its reason, and costs no other.
func TestT16WhatIsNoSessionIsNamed(t *testing.T) {
	w := newWorld(t)
	c := w.device(bob, "BOB")
	keys := w.manyKeys(3)
	change := func(from, to string) []byte { return bytes.ReplaceAll(keys[0], []byte(from), []byte(to)) }
	id := func(key []byte) string {
		var k struct {
			ID string `json:"session_id"`
		}
		w.must(json.Unmarshal(key, &k))
		return k.ID
	}
	bad := map[string]error{
		string(change(id(keys[0]), id(keys[2]))):             machine.ErrMismatchedKeys,
		string(change("m.megolm.v1", "m.megolm.v2")):         machine.ErrAlgorithm,
		string(change(`"session_key":"`, `"other":"`)):       machine.ErrFormat,
		string(change(`"sender_key":"`, `"other":"`)):        machine.ErrFormat,
		string(change(`"room_id":"!many:example.org",`, "")): machine.ErrFormat,
		"{}": machine.ErrFormat, "null": machine.ErrFormat, "[]": machine.ErrFormat, "x": machine.ErrFormat, "": machine.ErrFormat,
	}
	for given, want := range bad {
		results, err := c.ImportRoomKeys(ctx, [][]byte{keys[1], []byte(given), keys[1]})
		w.must(err)
		if len(results) != 3 || results[0].Error != nil || !errors.Is(results[1].Error, want) || !results[2].Kept {
			t.Errorf("%.80q: %+v, not %v", given, results, want)
		}
	}
	if got := c.exported(""); len(got) != 1 {
		t.Errorf("there are %d sessions", len(got))
	}
}
