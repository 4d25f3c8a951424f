package machine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// eventTypes are the types of the events over Olm that have come.
func (c *client) eventTypes() (types []string) {
	for _, e := range c.toDevice {
		if e.Encrypted {
			types = append(types, e.Type)
		}
	}
	return types
}

// meet has the first device track the user of the second, and make a session.
func (c *client) meet(other *client) {
	c.Helper()
	c.must(c.TrackUsers(ctx, []string{other.UserID()}))
	settle(c, other)
	c.write(other, "meet")
	settle(c, other)
}

// write queues an event for a device.
func (c *client) write(to *client, eventType string) {
	c.Helper()
	c.must(c.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: to.UserID(), DeviceID: to.DeviceID()}}, eventType, []byte(`{}`)))
}

// handOver has a device receive events that the homeserver gives out.
func (c *client) handOver(events string) {
	c.Helper()
	_, err := c.ReceiveSync(ctx, []byte(`{"to_device":{"events":[`+events+`]}}`))
	c.must(err)
}

const someKey = "jEqFYn2wIJmMdVzVKVHJuwzC7CfP8wHnNP4rFC0wpjs"

// TestT16IDsThatCannotBeKept comes with ids that no store takes. If they got as far
// as that, every sync with such an event would fail, again and again.
func TestT16IDsThatCannotBeKept(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	withheld := func(sender, room string) string {
		return `{"type":"m.room_key.withheld","sender":"` + sender + `","content":{"algorithm":"m.megolm.v1.aes-sha2","code":"m.unverified",` +
			`"room_id":"` + room + `","session_id":"` + someKey + `","sender_key":"` + someKey + `"}}`
	}
	a.handOver(withheld(bob, `!\u0000`))
	a.handOver(withheld(`@b\u0000:example.org`, "!room"))
	a.handOver(withheld("@"+strings.Repeat("b", 500)+":example.org", "!room"))
	_, err := a.ReceiveSync(ctx, []byte(`{"rooms":{"leave":{"!\u0000":{}},"join":{"!\u0000a":{"state":{"events":[`+
		`{"type":"m.room.encryption","state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2"}}]}}}}}`))
	a.must(err)

	s := megolm.NewOutboundSession(megolm.Version1)
	b.meet(a)
	b.must(b.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: alice, DeviceID: "ALICE"}}, "m.room_key", b.roomKey(s, "!\x00")))
	settle(b, a)
}

// roomKey is the content of an m.room_key.
func (w *world) roomKey(s *megolm.OutboundSession, room string) []byte {
	w.Helper()
	key, err := s.SessionKey()
	w.must(err)
	content, err := json.Marshal(map[string]string{"algorithm": "m.megolm.v1.aes-sha2", "room_id": room,
		"session_id": s.SessionID(), "session_key": key.Base64()})
	w.must(err)
	return content
}

// signed is a JSON object with a signature.
func (w *world) signed(object, user, keyID string, by *olm.Account) string {
	w.Helper()
	s, err := event.Sign([]byte(object), by.Sign)
	w.must(err)
	return strings.TrimSuffix(object, "}") + `,"signatures":{"` + user + `":{"ed25519:` + keyID + `":"` + s.String() + `"}}}`
}

// deviceKeys are those of a device that is an account only.
func (w *world) deviceKeys(user, id string, a *olm.Account) string {
	return w.signed(`{"algorithms":["m.olm.v1.curve25519-aes-sha2","m.megolm.v1.aes-sha2"],"device_id":"`+id+`","user_id":"`+user+
		`","keys":{"curve25519:`+id+`":"`+a.Curve25519Key().String()+`","ed25519:`+id+`":"`+a.Ed25519Key().String()+`"}}`, user, id, a)
}

// TestT12KeysTooLargeToBeKept has one user's server give out what no record can
// hold: the others in the same answer must not suffer.
func TestT12KeysTooLargeToBeKept(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	account, id, key := olm.NewAccount(), strings.Repeat("D", 1<<20), olm.NewAccount().Ed25519Key().String()
	keys := json.RawMessage(w.deviceKeys(carol, id, account))
	w.server.Lies.Answer = func(r homeserver.Request, status int, answer []byte) (int, []byte) {
		if !strings.HasSuffix(r.Path, "/keys/query") {
			return status, answer
		}
		var all map[string]map[string]any
		w.must(json.Unmarshal(answer, &all))
		all["device_keys"][carol] = map[string]any{id: keys}
		all["master_keys"][carol] = map[string]any{"user_id": carol, "usage": []string{"master"}, "keys": map[string]string{"ed25519:" + key: key}, "x": id}
		answer, err := json.Marshal(all)
		w.must(err)
		return status, answer
	}
	w.must(a.TrackUsers(ctx, []string{bob, carol}))
	a.settle()
	devices, err := a.Devices(ctx, bob)
	if w.must(err); len(devices) != 1 || devices[0].DeviceID != b.DeviceID() {
		t.Errorf("devices %+v", devices)
	}
}

// TestSeveralEventsForADevice has more than one event wait for the same session.
func TestSeveralEventsForADevice(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	w.must(a.TrackUsers(ctx, []string{bob}))
	settle(a, b)
	a.write(b, "one")
	a.write(b, "two")
	a.write(b, "three")
	settle(a, b)
	if got := b.eventTypes(); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("received %q", got)
	}
}

// TestLargeEventsForDevices sends more at a time than a request can hold.
func TestLargeEventsForDevices(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	a.meet(b)
	to := slices.Repeat([]machine.DeviceRef{{UserID: bob, DeviceID: "BOB"}}, 6)
	content := func(n int) []byte { return []byte(`{"x":"` + strings.Repeat("x", n-8) + `"}`) }
	w.must(a.EncryptToDevice(ctx, to, "large", content(200<<10)))
	w.fails(a.EncryptToDevice(ctx, to[:1], "large", content(256<<10+1)), machine.ErrFormat)
	settle(a, b)
	if got := b.eventTypes(); len(got) != 1+len(to) {
		t.Errorf("%d events", len(got))
	}
}

// TestT12StrangersLeaveNothing writes under many names and keys, of which none means
// anything.
func TestT12StrangersLeaveNothing(t *testing.T) {
	w := newWorld(t)
	s := memory.New()
	a, b := w.device(alice, "ALICE", withStore(s)), w.device(bob, "BOB")
	b.meet(a)
	users, peers, rooms := a.Remembered()
	own, err := a.IdentityKeys(ctx)
	w.must(err)
	for n := range 50 {
		stranger := olm.NewAccount()
		session, err := stranger.NewOutboundSession(own.Curve25519, olm.NewAccount().Curve25519Key(), olm.Version1)
		w.must(err)
		message, err := session.Encrypt([]byte("{}"))
		w.must(err)
		a.handOver(fmt.Sprintf(`{"type":"m.room.encrypted","sender":"@%d:example.org","content":{"algorithm":"m.olm.v1.curve25519-aes-sha2",`+
			`"sender_key":"%s","ciphertext":{"%s":{"type":0,"body":"%s"}}}}`, n, stranger.Curve25519Key(), own.Curve25519, message.Base64()))
		a.handOver(fmt.Sprintf(`{"type":"m.room_key.withheld","sender":"@%d:example.org","content":{"algorithm":"m.megolm.v1.aes-sha2",`+
			`"code":"m.unverified","room_id":"!%d","session_id":"%s","sender_key":"%s"}}`, n, n, stranger.Ed25519Key(), stranger.Curve25519Key()))
	}
	page, err := s.Load(ctx, store.Query{Table: store.Withheld})
	w.must(err)
	if u, p, r := a.Remembered(); u != users || p != peers || r != rooms || len(page.Records) != 0 {
		t.Errorf("%d users, %d peers and %d rooms, not %d, %d and %d, and %d refusals", u, p, r, users, peers, rooms, len(page.Records))
	}
}
