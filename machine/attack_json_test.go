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
