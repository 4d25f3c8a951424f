package machine_test

import (
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

func TestT23AnEventIsNotMovedToAnotherRoom(t *testing.T) {
	w := newWorld(t)
	a, g := w.reader()
	const elsewhere = "!elsewhere:example.org"
	a.deliver(g.send(a, "m.room_key", g.forger.group(elsewhere).roomKey()))
	honest := g.message("hello")
	a.refuses(elsewhere, honest, machine.ErrWrongRoom)
	a.refuses("!unknown:example.org", honest, machine.ErrWrongRoom)
	a.refuses("", honest, machine.ErrWrongRoom)
	// Its owner encrypts with the session of one room what says to be of another.
	for name, plaintext := range map[string]fields{
		"another room": {"type": "m.room.message", "room_id": elsewhere, "content": fields{}},
		"no room":      {"type": "m.room.message", "content": fields{}},
		"no text":      {"type": "m.room.message", "room_id": 1, "content": fields{}},
		"other case":   {"type": "m.room.message", "room_id": strings.ToUpper(g.room), "content": fields{}},
		"in content":   {"type": "m.room.message", "content": fields{"room_id": g.room}},
	} {
		e := g.event(plaintext)
		for _, room := range []string{g.room, elsewhere} {
			if _, err := a.opens(room, e); err == nil {
				t.Errorf("%s: accepted in %s", name, room)
			} else {
				w.fails(err, machine.ErrWrongRoom)
			}
		}
	}
	a.mustOpen(g.room, honest)
}

func TestT24WhatAnEventSaysOfItsSenderChangesNothing(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	ghost := w.forger(bob, "GHOST")
	room := w.room(a, b)
	id, _ := b.say(room, "hello", alice, bob)
	want := a.reads(room, id, "hello")
	if want.Trust.Shield != machine.NoShield || want.DeviceID != "BOB" {
		t.Fatalf("the control is %+v", want)
	}
	var e fields
	w.unmarshal(a.events[id], &e)
	own, err := a.IdentityKeys(ctx)
	w.must(err)
	for name, change := range map[string]fields{
		"another key":     {"sender_key": ghost.senderKey()},
		"the reader's":    {"sender_key": own.Curve25519.String(), "device_id": "ALICE"},
		"another device":  {"device_id": "GHOST"},
		"both":            {"sender_key": ghost.senderKey(), "device_id": "GHOST"},
		"neither":         {"sender_key": nil, "device_id": nil},
		"no text":         {"sender_key": 7, "device_id": []any{}},
		"rubbish":         {"sender_key": "not base64!", "device_id": "\x00"},
		"small-order key": {"sender_key": strings.Repeat("A", 43)},
	} {
		forged := w.forged(e, fields{"content": w.forged(e["content"].(fields), change)})
		if got := a.mustOpen(room, forged); string(w.json(got)) != string(w.json(want)) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// And an honest name does not help a session of a device that nobody signed.
	g := ghost.group(room)
	a.deliver(ghost.send(a, "m.room_key", g.roomKey()))
	bad := w.forged(g.message("ghost"), fields{})
	bad["content"] = w.forged(bad["content"].(fields), fields{"sender_key": e["content"].(fields)["sender_key"], "device_id": "BOB"})
	if d := a.mustOpen(room, bad); d.Trust.Shield == machine.NoShield || d.DeviceID == "BOB" || d.SenderKey != ghost.senderKey() {
		t.Errorf("the ghost is trusted: %+v", d)
	}
	a.settle()
	if d := a.mustOpen(room, bad); d.Trust != (machine.Trust{Shield: machine.Red, Reason: machine.UnsignedDevice}) || d.DeviceID != "GHOST" {
		t.Errorf("the ghost is trusted: %+v", d)
	}
}

// A session that says to be of another device's signing key is not that device's.
func TestT24AClaimedSigningKeyIsCompared(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	g := f.group("!room:example.org")
	p := f.plaintext(a, "m.room_key", g.roomKey())
	p["keys"] = w.stranger(bob, "X").edKeys()
	delete(p, "sender_device_keys")
	// Nothing is known of Bob's devices yet: his word is taken, and no more than that.
	a.deliver(f.encrypted(f.encrypt(a, p)))
	e := g.message("hello")
	if d := a.mustOpen(g.room, e); d.Trust.Shield != machine.Grey || d.DeviceID != "" {
		t.Errorf("of an unknown device: %+v", d)
	}
	a.settle()
	if d := a.mustOpen(g.room, e); d.Trust != (machine.Trust{Shield: machine.Red, Reason: machine.UnknownDevice}) || d.DeviceID != "" {
		t.Errorf("when it is known: %+v", d)
	}
}

func TestT34APlaintextIsReadStrictly(t *testing.T) {
	w := newWorld(t)
	a, g := w.reader()
	room := `"room_id":"` + g.room + `"`
	good := `{"type":"m.room.message",` + room + `,"content":{"body":"x"}}`
	for name, text := range map[string]string{
		"T34: two rooms":          `{"type":"m.room.message","room_id":"!other:example.org",` + room + `,"content":{}}`,
		"T34: two rooms, escaped": `{"type":"m.room.message",` + room + `,"room_\u0069d":"!other:example.org","content":{}}`,
		"T34: two contents":       `{"type":"m.room.message",` + room + `,"content":{},"content":{"body":"x"}}`,
		"T34: two in the content": `{"type":"m.room.message",` + room + `,"content":{"body":"x","body":"y"}}`,
		"T34: other case":         `{"Type":"m.room.message",` + room + `,"Content":{}}`,
		"T34: something behind":   good + `{}`,
		"T34: an array":           `[` + good + `]`,
		"T34: not UTF-8":          strings.Replace(good, "x", "\xff", 1),
		"T34: half a character":   strings.Replace(good, "x", `\ud800`, 1),
		"T34: nothing":            ``,
	} {
		t.Run(name, func(t *testing.T) {
			a.refuses(g.room, g.event([]byte(text)), machine.ErrFormat)
		})
	}
	if d := a.mustOpen(g.room, g.event([]byte(good))); string(d.Content) != `{"body":"x"}` {
		t.Errorf("the honest one is %s", d.Content)
	}
}

func TestT34AnOlmPlaintextIsReadStrictly(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	good := string(w.json(f.plaintext(a, "org.example", fields{})))
	for name, text := range map[string]string{
		"T34: shadow sender":     strings.Replace(good, `"sender":`, `"sender":"`+carol+`","sender":`, 1),
		"T34: shadow recipient":  strings.Replace(good, `"recipient":`, `"recipient":"`+carol+`","recipient":`, 1),
		"T34: shadow key":        strings.Replace(good, `"keys":{`, `"keys":{},"keys":{`, 1),
		"T34: shadow signed key": strings.Replace(good, `"curve25519:FORGER":`, `"curve25519:FORGER":"`+strings.Repeat("B", 43)+`","curve25519:FORGER":`, 1),
		"T34: escaped shadow":    strings.Replace(good, `"sender":`, `"\u0073ender":"`+carol+`","sender":`, 1),
		"T34: other case":        strings.Replace(good, `"sender":`, `"Sender":`, 1),
		"T34: something behind":  good + " true",
		"T34: not UTF-8":         strings.Replace(good, "org.example", "org.\xc3", 1),
	} {
		t.Run(name, func(t *testing.T) {
			if text == good {
				t.Fatal("nothing is forged")
			}
			if r := a.delivered(f.encrypted(f.encrypt(a, []byte(text)))); r.Error == nil || r.Encrypted {
				t.Errorf("it becomes %+v", r)
			}
		})
	}
	if r := a.delivered(f.encrypted(f.encrypt(a, []byte(good)))); r.Error != nil {
		t.Errorf("the honest one becomes %+v", r)
	}
}
