package machine_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// maker is a Megolm session that a device without a machine writes with.
type maker struct {
	*world
	*megolm.OutboundSession
	room, sender string
	count        int
}

// event is the next event, and the key as it was before.
func (g *maker) event() (event, key []byte) {
	g.Helper()
	key = g.roomKey(g.OutboundSession, g.room)
	message, err := g.Encrypt([]byte(`{"type":"m.room.message","room_id":"` + g.room + `","content":{"body":"hello"}}`))
	g.must(err)
	g.count++
	event, err = json.Marshal(map[string]any{"type": "m.room.encrypted", "event_id": fmt.Sprint("$", g.count), "sender": g.sender,
		"origin_server_ts": g.count, "content": map[string]string{"algorithm": "m.megolm.v1.aes-sha2",
			"ciphertext": message.Base64(), "session_id": g.SessionID()}})
	g.must(err)
	return event, key
}

func (c *client) give(to *client, eventType string, content []byte) {
	c.Helper()
	c.must(c.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: to.UserID(), DeviceID: to.DeviceID()}}, eventType, content))
	settle(c, to)
}

// TestABetterSessionIsNotOverwritten has an earlier key of a session come when the
// use of the later one is not kept yet.
func TestABetterSessionIsNotOverwritten(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	b.meet(a)
	g := &maker{world: w, OutboundSession: megolm.NewOutboundSession(megolm.Version1), room: "!room", sender: bob}
	first, firstKey := g.event()
	second, secondKey := g.event()
	b.give(a, "m.room_key", secondKey)
	_, err := a.Decrypt(ctx, g.room, second)
	w.must(err)
	b.give(a, "m.room_key", firstKey)
	a.open()
	_, err = a.Decrypt(ctx, g.room, first)
	w.must(err)
}

// TestT22AMemberTakesASessionForHerOwn sends on a key that another own device has
// forwarded: it must stay that of the device that made it.
func TestT22AMemberTakesASessionForHerOwn(t *testing.T) {
	w := newWorld(t)
	a, other, mallory := w.device(alice, "ALICE"), w.device(alice, "OTHER"), w.device(bob, "MALLORY")
	settle(a, other)
	mallory.meet(a)
	w.must(a.VerifyDevice(ctx, alice, "OTHER"))
	g := &maker{world: w, OutboundSession: megolm.NewOutboundSession(megolm.Version1), room: "!room", sender: carol}
	_, signed := g.event()
	key, err := g.SessionKey()
	w.must(err)
	in, err := megolm.NewInboundSession(key, megolm.Version1)
	w.must(err)
	exported, err := in.Export()
	w.must(err)
	owner := olm.NewAccount()
	forward, err := json.Marshal(map[string]any{"algorithm": "m.megolm.v1.aes-sha2", "room_id": g.room, "session_id": g.SessionID(),
		"session_key": exported.Base64(), "sender_key": owner.Curve25519Key().String(),
		"sender_claimed_ed25519_key": owner.Ed25519Key().String(), "forwarding_curve25519_key_chain": []string{}})
	w.must(err)
	w.must(a.RequestRoomKey(ctx, g.room, g.SessionID()))
	other.give(a, "m.forwarded_room_key", forward)
	later, _ := g.event()
	if d, err := a.Decrypt(ctx, g.room, later); err != nil || d.SenderKey != owner.Curve25519Key().String() {
		t.Fatalf("%+v, %v", d, err)
	}
	mallory.give(a, "m.room_key", signed)
	if d, err := a.Decrypt(ctx, g.room, later); err != nil || d.SenderKey != owner.Curve25519Key().String() {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestAKeyIsAskedForWhenThereIsSomebodyToAsk asks once more when another device was
// verified.
func TestAKeyIsAskedForWhenThereIsSomebodyToAsk(t *testing.T) {
	w := newWorld(t)
	a, other := w.device(alice, "ALICE"), w.device(alice, "OTHER")
	settle(a, other)
	for range 2 {
		w.must(a.RequestRoomKey(ctx, "!room", someKey))
	}
	if n := len(a.outgoing(machine.SendToDevice)); n != 0 {
		t.Errorf("%d requests to nobody", n)
	}
	w.must(a.VerifyDevice(ctx, alice, "OTHER"))
	for range 2 {
		w.must(a.RequestRoomKey(ctx, "!room", someKey))
	}
	if n := len(a.outgoing(machine.SendToDevice)); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// TestForgottenHistory forgets a session that is in use, and later for good, also while
// the store does not know of it yet.
func TestForgottenHistory(t *testing.T) {
	w := newWorld(t)
	s := newHeldStore()
	a, b := w.device(alice, "ALICE", withStore(s)), w.device(bob, "BOB")
	b.meet(a)
	g := &maker{world: w, OutboundSession: megolm.NewOutboundSession(megolm.Version1), room: "!room", sender: bob}
	first, key := g.event()
	second, _ := g.event()
	b.give(a, "m.room_key", key)
	read := func(event []byte) error {
		_, err := a.Decrypt(ctx, g.room, event)
		return err
	}
	w.must(read(first))
	w.clock = w.clock.Add(time.Hour)
	w.must(a.ForgetHistory(ctx, g.room, w.clock))
	w.fails(read(first), machine.ErrUnknownIndex)
	w.must(read(second))

	w.clock = w.clock.Add(14 * 24 * time.Hour)
	release := s.hold()
	done := make(chan error)
	go func() { done <- a.ForgetHistory(ctx, g.room, w.clock) }()
	<-s.entered
	w.fails(read(second), machine.ErrUnknownSession)
	release()
	w.must(<-done)
	a.open()
	w.fails(read(second), machine.ErrUnknownSession)
}
