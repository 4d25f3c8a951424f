package machine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// output gathers all that a machine says.
type output struct {
	*planted
	*testing.T
	text strings.Builder
}

func (o *output) line(what, text string) {
	o.Helper()
	if how := o.found(text); how != "" {
		o.Errorf("%s holds a secret as %s", what, how)
	}
	o.text.WriteString(text)
}

// print prints something in all ways there are.
func (o *output) print(what string, values ...any) {
	o.Helper()
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			o.line(what+" printed by "+verb, fmt.Sprintf(verb, v))
		}
	}
}

func (o *output) err(what string, err error) {
	o.Helper()
	if err == nil {
		o.Errorf("%s: no error", what)
		return
	}
	o.print("the error of "+what, err)
	o.line("its text", err.Error())
	for ; err != nil; err = errors.Unwrap(err) {
		o.print("what it wraps", err)
	}
}

// say has a machine and all that it holds now printed.
func (o *output) all(c *client) {
	o.Helper()
	requests, err := c.OutgoingRequests(ctx)
	c.must(err)
	o.print("a request", requests)
	for _, r := range requests {
		o.line("the body of a "+string(r.Kind), string(r.Body))
	}
	o.print("the machine", c.Machine, *c)
	o.print("events", c.happened, c.toDevice)
	for _, user := range []string{alice, bob} {
		i, _ := c.Identity(ctx, user)
		o.print("what is known of a user", c.devices(user), i)
	}
	s, err := c.CrossSigningStatus(ctx)
	o.print("the status", s, err)
}

func TestT36NothingThatAMachineSaysHoldsASecret(t *testing.T) {
	o := &output{planted: plantAll(t), T: t}
	w := newWorld(t)
	logged := func(c *machine.Config) {
		c.Log = func(l machine.Level, text string) { o.line("the log", l.String()+": "+text) }
	}
	a, b := w.device(alice, "ALICE", logged), w.device(bob, "BOB", logged)
	o.all(a)
	for _, c := range []*client{a, b} {
		w.must(c.SetUpCrossSigning(ctx, false))
		o.all(c)
		c.settle()
	}
	room := w.room(a, b)
	for n := range 3 {
		id, content := a.say(room, fmt.Sprint("message ", n), alice, bob)
		o.line("an encrypted event", string(content))
		o.print("a decrypted event", b.reads(room, id, fmt.Sprint("message ", n)))
		share, err := a.ShareRoomKey(ctx, room, []string{alice, bob})
		o.print("a share", share, err)
		o.all(a)
		o.all(b)
	}
	o.waiting(w, a, room)
	o.hostile(w, a, room)
	w.must(a.Close())
	o.print("a closed machine", a.Machine)
	if o.text.Len() < 10_000 || !strings.Contains(o.text.String(), "warning: ") {
		t.Errorf("little is said: %d bytes", o.text.Len())
	}
}

// waiting has the machine hold a room key for a device that it cannot reach yet.
func (o *output) waiting(w *world, a *client, room string) {
	o.Helper()
	second := w.forger(alice, "SECOND")
	a.learn(alice)
	w.must(a.VerifyDevice(ctx, alice, "SECOND"))
	a.pump()
	share, err := a.ShareRoomKey(ctx, room, []string{alice, bob})
	w.must(err)
	a.deliver(fields{"type": "m.room_key_request", "sender": alice, "content": fields{"action": "request", "requesting_device_id": "SECOND",
		"request_id": "r", "body": fields{"algorithm": "m.megolm.v1.aes-sha2", "room_id": room, "session_id": share.SessionID}}})
	o.all(a)
	a.pump()
	if got := types(second.inbox()); len(got) == 0 || got[len(got)-1] != "m.forwarded_room_key" {
		o.Errorf("the second device gets %v", got)
	}
	w.must(a.RequestRoomKey(ctx, room, second.group(room).SessionID()))
	o.all(a)
}

// hostile has the machine meet everything that makes it complain.
func (o *output) hostile(w *world, a *client, room string) {
	o.Helper()
	f := w.forger(bob, "FORGER")
	a.learn(bob)
	g := f.group(room)
	key := g.roomKey()
	p := w.copyOf(f.plaintext(a, "m.room_key", key))
	p["recipient"] = bob
	for _, e := range []fields{
		f.encrypted(f.encrypt(a, p)),
		f.encrypted(f.encrypt(a, []byte("{"+string(w.json(key))))),
		f.withBody(f.send(a, "m.room_key", key), a, func(body string) string { return w.altered(body, -1) }),
		f.send(a, "m.room_key", w.forged(key, fields{"session_id": "x"})),
		f.send(a, "m.room_key", w.forged(key, fields{"session_key": w.altered(key["session_key"].(string), -1)})),
		f.send(a, "m.forwarded_room_key", g.exported(0)),
		{"type": "m.room_key.withheld", "sender": bob, "content": fields{"code": "m.unverified"}},
	} {
		o.print("what came", a.deliver(e))
	}
	a.deliver(f.send(a, "m.room_key", key))
	e := g.message("hello")
	d := a.mustOpen(room, e)
	o.print("an event", d, *d)
	for what, e := range map[string]fields{
		"a replay":             w.forged(e, fields{"event_id": "$x"}),
		"another sender":       w.forged(e, fields{"sender": carol}),
		"an unknown session":   f.group(room).message("x"),
		"a malformed one":      {},
		"another room's event": g.event(fields{"type": "x", "room_id": "!x:x", "content": key}),
	} {
		_, err := a.opens(room, e)
		o.err(what, err)
	}
	_, err := a.Encrypt(ctx, "!x:example.org", "m.room.message", w.json(key))
	o.err("a plain room", err)
	o.err("wrong keys", a.ImportCrossSigningKeys(ctx, make([]byte, 32), nil, nil))
	o.err("short keys", a.ImportCrossSigningKeys(ctx, make([]byte, 31), nil, nil))
	o.err("an unknown request", a.MarkSent(ctx, "x", w.json(key)))
	o.all(a)
}

// The control: a secret is found in each notation, and the keys of a conversation are
// among those that are looked for.
func TestT36PlantedSecretsAreFound(t *testing.T) {
	p := plantAll(t)
	w := newWorld(t)
	a, g := w.reader()
	w.must(a.SetUpCrossSigning(ctx, false))
	master, self, user, err := a.ExportCrossSigningKeys(ctx)
	w.must(err)
	key := g.roomKey()["session_key"].(string)
	for name, secret := range map[string][]byte{"master": master, "self-signing": self, "user-signing": user} {
		for _, verb := range []string{"%s", "%v", "%#v", "%x", "%X", "%d"} {
			if p.found("text "+fmt.Sprintf(verb, secret)+" text") == "" {
				t.Errorf("the %s key is not found in %s", name, verb)
			}
		}
	}
	if p.found(key) == "" || p.found("x"+key) == "" || p.found("xy="+key) == "" {
		t.Error("a session key is not found")
	}
	for _, e := range []string{a.senderKey(), g.SessionID(), string(w.json(g.message("hello")))} {
		if how := p.found(e); how != "" {
			t.Errorf("what is public is found as %s", how)
		}
	}
	stored := false
	for ref, value := range w.contents(a.config.Store) {
		if p.found(value) != "" {
			stored = true
			if ref.Table == "devices" || ref.Table == "rooms" {
				t.Errorf("table %s holds a secret", ref.Table)
			}
		}
	}
	if !stored {
		t.Error("the records hold no secret")
	}
}
