package machine_test

import (
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// impossible are ids that no store can take for a key.
var impossible = []string{"", "\x00", "!a\x00b:example.org", "@a\x00b:example.org", strings.Repeat("a", 256), "@" + strings.Repeat("a", 300) + ":example.org"}

// T17: whoever can send something to a device must not be able to stop it for good:
// what it cannot keep is ignored.
func TestT17IdsThatCannotBeStopNothing(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	w.must(a.TrackUsers(ctx, []string{bob}))
	a.pump()
	g := f.group("!room:example.org")
	forward := g.exported(0)
	for _, id := range impossible {
		withheld := fields{"algorithm": "m.megolm.v1.aes-sha2", "code": "m.unverified", "reason": "", "room_id": g.room, "session_id": g.SessionID(), "sender_key": f.senderKey()}
		a.deliver(
			fields{"type": "m.room_key.withheld", "sender": id, "content": withheld},
			fields{"type": "m.room_key.withheld", "sender": bob, "content": w.forged(withheld, fields{"room_id": id})},
			fields{"type": "m.room_key.withheld", "sender": bob, "content": w.forged(withheld, fields{"session_id": id})},
			fields{"type": "m.room_key.withheld", "sender": bob, "content": w.forged(withheld, fields{"code": id})},
			f.send(a, "m.room_key", w.forged(g.roomKey(), fields{"room_id": id})),
			f.send(a, "m.room_key", w.forged(g.roomKey(), fields{"session_id": id})),
			f.send(a, "m.room_key.withheld", w.forged(withheld, fields{"room_id": id})),
			f.send(a, "m.forwarded_room_key", w.forged(forward, fields{"room_id": id})),
			fields{"type": "m.room_key_request", "sender": alice, "content": fields{"action": "request", "requesting_device_id": id, "request_id": id, "body": fields{"room_id": id, "session_id": id}}},
			fields{"type": "m.room.encrypted", "sender": id, "content": f.encrypt(a, fields{})},
			fields{"type": id, "sender": id, "content": fields{}},
		)
		member := fields{"type": "m.room.member", "state_key": id, "sender": id, "content": fields{"membership": "join"}}
		encryption := fields{"type": "m.room.encryption", "state_key": "", "sender": id, "content": fields{"algorithm": "m.megolm.v1.aes-sha2"}}
		for _, room := range []string{id, "!room:example.org"} {
			a.received(string(w.json(fields{"next_batch": "s" + id, "device_lists": fields{"changed": []any{id}, "left": []any{id}},
				"rooms": fields{"join": fields{room: fields{"timeline": fields{"events": []any{encryption, member}}}}, "leave": fields{id: fields{}}}})))
		}
		_, err := a.Decrypt(ctx, id, w.json(w.forged(g.message("x"), fields{"sender": id, "event_id": id})))
		if err == nil {
			t.Errorf("an event from %q is decrypted", id)
		}
		w.fails(a.TrackUsers(ctx, []string{id}), nil)
		w.fails(a.SetRoomSettings(ctx, id, machine.RoomSettings{}), machine.ErrFormat)
	}
	a.settle()
	a.deliver(f.send(a, "m.room_key", g.roomKey()))
	a.mustOpen(g.room, g.message("hello"))
}

func TestT34ASyncIsReadStrictly(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	a.must(a.SetRoomSettings(ctx, "!room:example.org", machine.RoomSettings{}))
	for name, text := range map[string]string{
		"T34: two tokens":      `{"next_batch":"a","next_batch":"b"}`,
		"T34: two counts":      `{"next_batch":"a","device_one_time_keys_count":{"signed_curve25519":50,"signed_curve25519":0}}`,
		"T34: two rooms":       `{"next_batch":"a","rooms":{"join":{"!room:example.org":{},"!room:example.org":{"state":{"events":[]}}}}}`,
		"T34: something after": `{"next_batch":"a"},`,
		"T34: not an object":   `["next_batch"]`,
		"T34: nothing":         ``,
	} {
		t.Run(name, func(t *testing.T) {
			before, err := a.SyncToken(ctx)
			w.must(err)
			a.leavesAlone(name, func() {
				if _, err := a.ReceiveSync(ctx, []byte(text)); err == nil {
					t.Error("accepted")
				} else {
					w.fails(err, machine.ErrFormat)
				}
			})
			if after, _ := a.SyncToken(ctx); after != before {
				t.Errorf("the token is %q", after)
			}
		})
	}
	a.received(`{"next_batch":"a"}`)
}

// Whoever writes to a device what cannot be read must not keep it from reading what
// others have written, in this sync or in any later one.
func TestT34WhatOneStrangerWritesSpoilsNoSync(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for name, event := range map[string]string{
		"T34: two names":        `{"type":"org.example","sender":"@b:x","sender":"@a:x","content":{}}`,
		"T34: nested too deep":  `{"type":"org.example","sender":"@b:x","content":{"x":` + deep + `}}`,
		"T34: half a character": `{"type":"org.example","sender":"@b:x","content":{"x":"\ud800"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			good := string(w.json(f.send(a, "org.example", fields{"body": name})))
			room := `"rooms":{"join":{"!room:example.org":{"timeline":{"events":[` + event + `,{"type":"m.room.encryption","state_key":"",` +
				`"content":{"algorithm":"m.megolm.v1.aes-sha2"}}]}}}}`
			events, err := a.ReceiveSync(ctx, []byte(`{"next_batch":"`+name+`",`+room+`,"to_device":{"events":[`+event+`,`+good+`,`+event+`]}}`))
			w.must(err)
			if len(events) != 1 || !events[0].Encrypted {
				t.Errorf("%d events came", len(events))
			}
			if token, _ := a.SyncToken(ctx); token != name {
				t.Errorf("the token is %q", token)
			}
			_, err = a.RoomSettings(ctx, "!room:example.org")
			w.must(err)
		})
	}
}

// The homeserver gives out device keys with a name that stands there twice: one is
// signed, the other would be read.
func TestT34ShadowKeysBesideSignedOnesAreRefused(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	other := w.stranger(bob, "FORGER").senderKey()
	good := string(w.json(fields{"device_keys": fields{bob: fields{"FORGER": f.deviceKeys()}}}))
	w.must(a.TrackUsers(ctx, []string{bob}))
	for name, text := range map[string]string{
		"T34: shadow curve25519": strings.Replace(good, `"curve25519:FORGER":`, `"curve25519:FORGER":"`+other+`","curve25519:FORGER":`, 1),
		"T34: shadow behind":     strings.Replace(good, `"ed25519:FORGER":"`+f.edKeys()["ed25519"].(string)+`"}`, `"ed25519:FORGER":"`+f.edKeys()["ed25519"].(string)+`","curve25519:FORGER":"`+other+`"}`, 1),
		"T34: escaped":           strings.Replace(good, `"curve25519:FORGER":`, `"curve\u00325519:FORGER":"`+other+`","curve25519:FORGER":`, 1),
		"T34: two devices":       strings.Replace(good, `"FORGER":{`, `"FORGER":{},"FORGER":{`, 1),
		"T34: two users":         strings.Replace(good, `"`+bob+`":{`, `"`+bob+`":{},"`+bob+`":{`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			if text == good {
				t.Fatal("nothing is forged")
			}
			a.received(`{"device_lists":{"changed":["` + bob + `"]}}`)
			r := a.request(machine.KeysQuery)
			_ = a.MarkSent(ctx, r.ID, []byte(text))
			for _, d := range a.devices(bob) {
				t.Errorf("it knows device %+v", d)
			}
		})
	}
	a.received(`{"device_lists":{"changed":["` + bob + `"]}}`)
	a.must(a.MarkSent(ctx, a.request(machine.KeysQuery).ID, []byte(good)))
	if all := a.devices(bob); len(all) != 1 || all[0].Curve25519 != f.senderKey() {
		t.Errorf("it knows %+v", all)
	}
}

// request is the only request of a kind that waits.
func (c *client) request(kind machine.RequestKind) (found machine.Request) {
	c.Helper()
	all := c.requests(kind)
	if len(all) != 1 {
		c.Fatalf("%d requests of kind %s wait", len(all), kind)
	}
	return all[0]
}

func (c *client) requests(kind machine.RequestKind) (all []machine.Request) {
	c.Helper()
	requests, err := c.OutgoingRequests(ctx)
	c.must(err)
	for _, r := range requests {
		if r.Kind == kind {
			all = append(all, r)
		}
	}
	return all
}

func (c *client) devices(user string) []machine.Device {
	c.Helper()
	all, err := c.Devices(ctx, user)
	c.must(err)
	return all
}

// knows returns a device that is known.
func (c *client) knows(user, id string) machine.Device {
	c.Helper()
	for _, d := range c.devices(user) {
		if d.DeviceID == id {
			return d
		}
	}
	c.Fatalf("device %s of %s is not known", id, user)
	return machine.Device{}
}
