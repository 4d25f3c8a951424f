package machine_test

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// fields is a JSON object that a test changes as it likes.
type fields = map[string]any

// forger is a device without a machine: it knows Olm and Megolm and how to write
// events, and writes whatever it is told.
type forger struct {
	*world
	user, id string
	account  *olm.Account
	sessions map[string]*olm.Session // by the identity key of the other device
	since    string
}

// forger logs a user in, with keys as they should be.
func (w *world) forger(user, id string) *forger {
	w.Helper()
	w.server.Login(user, id)
	f := w.stranger(user, id)
	f.must(f.account.GenerateFallbackKey())
	fallback, _ := f.account.FallbackKey()
	f.call("POST", "keys/upload", fields{
		"device_keys":   f.deviceKeys(),
		"fallback_keys": fields{"signed_curve25519:" + fallback.ID: f.sign(fields{"key": fallback.Key.String(), "fallback": true})},
	}, nil)
	return f
}

// stranger is a device that the homeserver does not know.
func (w *world) stranger(user, id string) *forger {
	return &forger{world: w, user: user, id: id, account: olm.NewAccount(), sessions: make(map[string]*olm.Session)}
}

// call does something at the homeserver.
func (f *forger) call(method, path string, body any, into any) {
	f.Helper()
	status, answer := f.server.Do(f.user, f.id, method, "/_matrix/client/v3/"+path, f.json(body))
	if status != 200 {
		f.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if into != nil {
		f.must(json.Unmarshal(answer, into))
	}
}

func (w *world) json(v any) []byte {
	w.Helper()
	b, err := json.Marshal(v)
	w.must(err)
	return b
}

// copyOf is an object that can be changed without changing the other.
func (w *world) copyOf(o fields) (c fields) {
	w.Helper()
	w.must(json.Unmarshal(w.json(o), &c))
	return c
}

// sign adds the signature of the device.
func (f *forger) sign(o fields) fields { return f.signAs(o, f.user, f.id, f.account) }

// signAs adds a signature to those that there are.
func (w *world) signAs(o fields, user, keyName string, by *olm.Account) fields {
	w.Helper()
	s, err := event.Sign(w.json(o), by.Sign)
	w.must(err)
	all, _ := o["signatures"].(fields)
	if all == nil {
		all = fields{}
		o["signatures"] = all
	}
	of, _ := all[user].(fields)
	if of == nil {
		of = fields{}
		all[user] = of
	}
	of["ed25519:"+keyName] = s.String()
	return o
}

func (f *forger) unsignedKeys() fields {
	return fields{
		"user_id": f.user, "device_id": f.id, "algorithms": []any{"m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"},
		"keys": fields{"curve25519:" + f.id: f.account.Curve25519Key().String(), "ed25519:" + f.id: f.account.Ed25519Key().String()},
	}
}

func (f *forger) deviceKeys() fields { return f.sign(f.unsignedKeys()) }

func (f *forger) senderKey() string { return f.account.Curve25519Key().String() }

// session returns the session with a device, which it makes from a one-time key if
// there is none.
func (f *forger) session(to *client) *olm.Session {
	f.Helper()
	own, err := to.IdentityKeys(ctx)
	f.must(err)
	if s := f.sessions[own.Curve25519.String()]; s != nil {
		return s
	}
	s, err := f.account.NewOutboundSession(own.Curve25519, f.claim(to), olm.Version1)
	f.must(err)
	f.sessions[own.Curve25519.String()] = s
	return s
}

// plaintext is what is encrypted for a device, as it should be.
func (f *forger) plaintext(to *client, eventType string, content any) fields {
	f.Helper()
	own, err := to.IdentityKeys(ctx)
	f.must(err)
	return fields{
		"type": eventType, "content": content, "sender": f.user, "recipient": to.UserID(),
		"recipient_keys": fields{"ed25519": own.Ed25519.String()},
		"keys":           fields{"ed25519": f.account.Ed25519Key().String()}, "sender_device_keys": f.deviceKeys(),
	}
}

// encrypt is the content of an m.room.encrypted with any plaintext: text, or an
// object.
func (f *forger) encrypt(to *client, plaintext any) fields {
	f.Helper()
	text, ok := plaintext.([]byte)
	if !ok {
		text = f.json(plaintext)
	}
	message, err := f.session(to).Encrypt(text)
	f.must(err)
	return f.olmContent(to, message)
}

func (f *forger) olmContent(to *client, message olm.Message) fields {
	f.Helper()
	own, err := to.IdentityKeys(ctx)
	f.must(err)
	return fields{
		"algorithm": "m.olm.v1.curve25519-aes-sha2", "sender_key": f.senderKey(),
		"ciphertext": fields{own.Curve25519.String(): fields{"type": int(message.Type), "body": message.Base64()}},
	}
}

// send is an event to a device, encrypted as it should be.
func (f *forger) send(to *client, eventType string, content any) fields {
	f.Helper()
	return f.encrypted(f.encrypt(to, f.plaintext(to, eventType, content)))
}

// encrypted is an event to a device.
func (f *forger) encrypted(content fields) fields {
	return fields{"type": "m.room.encrypted", "sender": f.user, "content": content}
}

// deliver has a device receive events, whoever they say to be from.
func (c *client) deliver(events ...fields) []machine.ToDeviceEvent {
	c.Helper()
	received, err := c.ReceiveSync(ctx, c.json(fields{"to_device": fields{"events": events}}))
	c.must(err)
	return received
}

// delivered is what the only event becomes.
func (c *client) delivered(e fields) machine.ToDeviceEvent {
	c.Helper()
	received := c.deliver(e)
	if len(received) != 1 {
		c.Fatalf("%d events came", len(received))
	}
	return received[0]
}

// inbox returns the events for the device that have come, those over Olm decrypted.
func (f *forger) inbox() (plain []fields) {
	f.Helper()
	var s struct {
		Next     string `json:"next_batch"`
		ToDevice struct {
			Events []fields `json:"events"`
		} `json:"to_device"`
	}
	f.must(json.Unmarshal(f.server.Sync(f.user, f.id, f.since, 1), &s))
	f.since = s.Next
	for _, e := range s.ToDevice.Events {
		if e["type"] == "m.room.encrypted" {
			e = f.open(e["content"].(fields))
		}
		plain = append(plain, e)
	}
	return plain
}

// open decrypts what a machine has sent.
func (f *forger) open(content fields) (plaintext fields) {
	f.Helper()
	ours := content["ciphertext"].(fields)[f.senderKey()].(fields)
	message, err := olm.ParseMessage(int(ours["type"].(float64)), ours["body"].(string))
	f.must(err)
	from := content["sender_key"].(string)
	var text []byte
	if s := f.sessions[from]; s != nil && (message.Type != olm.PreKey || s.MatchesInbound(message)) {
		text, err = s.Decrypt(message)
	} else {
		f.sessions[from], text, err = f.account.NewInboundSession(parseCurve(f.world, from), message, olm.Version1)
	}
	f.must(err)
	f.must(json.Unmarshal(text, &plaintext))
	return plaintext
}

// group is a Megolm session that a forger writes to a room with.
type group struct {
	*forger
	*megolm.OutboundSession
	room  string
	count int
}

func (f *forger) group(room string) *group {
	return &group{forger: f, OutboundSession: megolm.NewOutboundSession(megolm.Version1), room: room}
}

// roomKey is the content of the m.room_key for the next message and those after it.
func (g *group) roomKey() fields {
	g.Helper()
	key, err := g.SessionKey()
	g.must(err)
	return fields{"algorithm": "m.megolm.v1.aes-sha2", "room_id": g.room, "session_id": g.SessionID(), "session_key": key.Base64()}
}

// message is a room event as it should be.
func (g *group) message(body string) fields {
	return g.event(fields{"type": "m.room.message", "room_id": g.room, "content": fields{"msgtype": "m.text", "body": body}})
}

// event is a room event with any plaintext: text, or an object.
func (g *group) event(plaintext any) fields {
	g.Helper()
	text, ok := plaintext.([]byte)
	if !ok {
		text = g.json(plaintext)
	}
	message, err := g.Encrypt(text)
	g.must(err)
	g.count++
	return fields{
		"type": "m.room.encrypted", "event_id": fmt.Sprintf("$forged%d", g.count), "sender": g.user, "origin_server_ts": 1000 + g.count,
		"content": fields{"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": message.Base64(), "session_id": g.SessionID(),
			"sender_key": g.senderKey(), "device_id": g.id},
	}
}

// forged is an event or object with other members. A nil member is left out.
func (w *world) forged(o fields, changes fields) fields {
	o = w.copyOf(o)
	maps.Copy(o, changes)
	maps.DeleteFunc(o, func(_ string, v any) bool { return v == nil })
	return o
}

// opens decrypts a room event.
func (c *client) opens(room string, e fields) (*machine.Decrypted, error) {
	c.Helper()
	return c.Decrypt(ctx, room, c.json(e))
}

// mustOpen decrypts a room event that can be.
func (c *client) mustOpen(room string, e fields) *machine.Decrypted {
	c.Helper()
	d, err := c.opens(room, e)
	c.must(err)
	return d
}

// refuses checks that a room event cannot be decrypted, and why.
func (c *client) refuses(room string, e fields, want error) {
	c.Helper()
	_, err := c.opens(room, e)
	c.fails(err, want)
}

// claim takes a one-time key of a device from the homeserver.
func (f *forger) claim(of *client) keys.Curve25519PublicKey {
	f.Helper()
	var answer struct {
		Keys map[string]map[string]map[string]struct {
			Key string `json:"key"`
		} `json:"one_time_keys"`
	}
	f.call("POST", "keys/claim", fields{"one_time_keys": fields{of.UserID(): fields{of.DeviceID(): "signed_curve25519"}}}, &answer)
	for _, k := range answer.Keys[of.UserID()][of.DeviceID()] {
		return parseCurve(f.world, k.Key)
	}
	f.Fatal("no one-time key was given out")
	return keys.Curve25519PublicKey{}
}

// showing is a homeserver that shows an identity in place of the one it has.
func (w *world) showing(i *identity) func(homeserver.Request, int, []byte) (int, []byte) {
	return w.changing(func(parts map[string]fields) {
		for part, key := range i.keys() {
			parts[part+"s"][i.user] = key
		}
	})
}

// changing is a homeserver that changes the parts of its answers to queries for keys.
func (w *world) changing(change func(parts map[string]fields)) func(homeserver.Request, int, []byte) (int, []byte) {
	return func(r homeserver.Request, status int, answer []byte) (int, []byte) {
		if r.Path != "/_matrix/client/v3/keys/query" || status != 200 {
			return status, answer
		}
		var all map[string]fields
		w.unmarshal(answer, &all)
		change(all)
		return status, w.json(all)
	}
}

// changingClaims is a homeserver that changes the one-time keys it gives out.
func (w *world) changingClaims(change func(claimed fields)) func(homeserver.Request, int, []byte) (int, []byte) {
	return func(r homeserver.Request, status int, answer []byte) (int, []byte) {
		if r.Path != "/_matrix/client/v3/keys/claim" || status != 200 {
			return status, answer
		}
		var all map[string]fields
		w.unmarshal(answer, &all)
		change(all["one_time_keys"])
		return status, w.json(all)
	}
}
