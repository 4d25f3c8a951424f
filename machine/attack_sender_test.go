package machine_test

import (
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// A message over Olm is refused when any one thing in it is not what it should be,
// also if all else is, and it is encrypted with the right session.
func TestT18EveryFieldOfAnOlmMessageIsChecked(t *testing.T) {
	type scene struct {
		*world
		a     *client // who receives
		f     *forger // who sends
		other *forger // somebody else
	}
	cases := map[string]func(s scene, event, plaintext fields){
		"T18: sender of the event": func(s scene, e, _ fields) { e["sender"] = carol },
		"T18: sender inside":       func(s scene, _, p fields) { p["sender"] = carol },
		"T18: no sender inside":    func(s scene, _, p fields) { delete(p, "sender") },
		"T18: sender's keys":       func(s scene, _, p fields) { p["keys"] = s.other.edKeys() },
		"T18: no sender's keys":    func(s scene, _, p fields) { delete(p, "keys") },
		"T18: recipient":           func(s scene, _, p fields) { p["recipient"] = carol },
		"T18: recipient's case":    func(s scene, _, p fields) { p["recipient"] = "@Alice:example.org" },
		"T18: no recipient":        func(s scene, _, p fields) { delete(p, "recipient") },
		"T18: recipient's keys":    func(s scene, _, p fields) { p["recipient_keys"] = s.other.edKeys() },
		"T18: no recipient's keys": func(s scene, _, p fields) { delete(p, "recipient_keys") },
		"T18: no type":             func(s scene, _, p fields) { delete(p, "type") },
		"T18: no content":          func(s scene, _, p fields) { p["content"] = "text" },
		"T18: device keys of text": func(s scene, _, p fields) { p["sender_device_keys"] = "text" },
		"T18: device keys null":    func(s scene, _, p fields) { p["sender_device_keys"] = nil },
		"T18: all keys of another": func(s scene, _, p fields) {
			p["keys"], p["sender_device_keys"] = s.other.edKeys(), s.other.deviceKeys()
		},
		"T18: device keys of other": func(s scene, _, p fields) { p["sender_device_keys"] = s.other.deviceKeys() },
		"T18: unsigned device keys": func(s scene, _, p fields) { p["sender_device_keys"] = s.f.unsignedKeys() },
	}
	// Fields of sender_device_keys: each changed under the old signature, and signed anew.
	for name, change := range map[string]func(s scene, keys fields){
		"user id":                 func(s scene, k fields) { k["user_id"] = carol },
		"no user id":              func(s scene, k fields) { delete(k, "user_id") },
		"device id":               func(s scene, k fields) { k["device_id"] = "OTHER" },
		"no device id":            func(s scene, k fields) { delete(k, "device_id") },
		"curve25519":              func(s scene, k fields) { k["keys"].(fields)["curve25519:FORGER"] = s.other.senderKey() },
		"no curve25519":           func(s scene, k fields) { delete(k["keys"].(fields), "curve25519:FORGER") },
		"ed25519":                 func(s scene, k fields) { k["keys"].(fields)["ed25519:FORGER"] = s.other.edKeys()["ed25519"] },
		"no ed25519":              func(s scene, k fields) { delete(k["keys"].(fields), "ed25519:FORGER") },
		"no algorithms":           func(s scene, k fields) { delete(k, "algorithms") },
		"the id of another known": func(s scene, k fields) { rename(k, s.f.id, s.other.id) },
		"an unknown id":           func(s scene, k fields) { rename(k, s.f.id, "UNKNOWN") },
	} {
		cases["T18: "+name+" in device keys"] = func(s scene, _, p fields) {
			keys := s.copyOf(s.f.deviceKeys())
			change(s, keys)
			p["sender_device_keys"] = keys
		}
		cases["T18: "+name+" in device keys, signed anew"] = func(s scene, _, p fields) {
			keys := s.f.unsignedKeys()
			change(s, keys)
			id, _ := keys["device_id"].(string)
			p["sender_device_keys"] = s.signAs(keys, bob, id, s.f.account)
		}
	}
	cases["T18: sender's keys, no device keys"] = func(s scene, _, p fields) {
		p["keys"] = s.other.edKeys()
		delete(p, "sender_device_keys")
	}
	cases["T18: algorithms in device keys"] = func(s scene, _, p fields) {
		keys := s.copyOf(s.f.deviceKeys())
		keys["algorithms"] = []any{}
		p["sender_device_keys"] = keys
	}
	cases["T18: an added field in device keys"] = func(s scene, _, p fields) {
		keys := s.copyOf(s.f.deviceKeys())
		keys["more"] = 1
		p["sender_device_keys"] = keys
	}
	cases["T18: signature of device keys"] = func(s scene, _, p fields) {
		keys := s.copyOf(s.f.deviceKeys())
		of := keys["signatures"].(fields)[bob].(fields)
		of["ed25519:FORGER"] = s.altered(of["ed25519:FORGER"].(string), 7)
		p["sender_device_keys"] = keys
	}
	cases["T18: signer of device keys"] = func(s scene, _, p fields) {
		p["sender_device_keys"] = s.signAs(s.f.unsignedKeys(), carol, "FORGER", s.f.account)
	}
	// What only a list of Bob's devices can tell.
	withList := map[string]bool{"T18: an unknown id in device keys, signed anew": true, "T18: the id of another known in device keys, signed anew": true,
		"T18: sender's keys, no device keys": true}
	run := func(name string, known bool) {
		forge := cases[name]
		t.Run(fmt.Sprintf("%s, device known: %v", name, known), func(t *testing.T) {
			w := newWorld(t)
			s := scene{w, w.device(alice, "ALICE"), w.forger(bob, "FORGER"), w.forger(bob, "OTHER2")}
			if known {
				s.a.learn(bob)
			}
			g := s.f.group("!room:example.org")
			plaintext := w.copyOf(s.f.plaintext(s.a, "m.room_key", g.roomKey()))
			e := fields{"type": "m.room.encrypted", "sender": bob}
			forge(s, e, plaintext)
			e["content"] = s.f.encrypt(s.a, plaintext)
			if r := s.a.delivered(e); r.Error == nil || r.Encrypted || r.DeviceID != "" {
				t.Errorf("it becomes %+v", r)
			}
			s.a.refuses(g.room, g.message("hello"), machine.ErrUnknownSession)
			// The honest message goes through on the same session.
			if got := s.a.deliver(s.f.send(s.a, "m.room_key", g.roomKey())); len(got) != 0 {
				t.Fatalf("the honest message becomes %+v", got)
			}
			s.a.mustOpen(g.room, g.message("hello"))
		})
	}
	for name := range cases {
		run(name, true)
		if !withList[name] {
			run(name, false)
		}
	}
}

// A device that is not known must not have the id of one that is.
func TestT18AnotherDeviceUnderAKnownIdIsRefused(t *testing.T) {
	w := newWorld(t)
	a, f, imposter := w.device(alice, "ALICE"), w.forger(bob, "FORGER"), w.stranger(bob, "FORGER")
	a.learn(bob)
	w.fails(a.delivered(imposter.send(a, "org.example", fields{})).Error, machine.ErrMismatchedSender)
	if r := a.delivered(f.send(a, "org.example", fields{})); r.Error != nil || r.DeviceID != "FORGER" {
		t.Errorf("the honest message becomes %+v", r)
	}
}

func (f *forger) edKeys() fields { return fields{"ed25519": f.account.Ed25519Key().String()} }

// rename gives device keys another device id, throughout.
func rename(keys fields, from, to string) {
	keys["device_id"] = to
	all := keys["keys"].(fields)
	for _, algorithm := range []string{"ed25519:", "curve25519:"} {
		all[algorithm+to] = all[algorithm+from]
		delete(all, algorithm+from)
	}
}

// Without sender_device_keys a message is as good as before they were introduced.
func TestT18ControlWithoutDeviceKeys(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	p := f.plaintext(a, "org.example", fields{})
	delete(p, "sender_device_keys")
	if r := a.delivered(f.encrypted(f.encrypt(a, p))); r.Error != nil || r.DeviceID != "" || r.Trust.Reason != machine.UnknownDevice {
		t.Errorf("it becomes %+v", r)
	}
	w.must(a.TrackUsers(ctx, []string{bob}))
	a.pump()
	if r := a.delivered(f.send(a, "org.example", fields{})); r.Error != nil || r.DeviceID != "FORGER" {
		t.Errorf("of a known device it becomes %+v", r)
	}
}

// What a machine sends passes these checks, with the device keys that vouch for it.
func TestT18AMachineSendsItsDeviceKeys(t *testing.T) {
	w := newWorld(t)
	a, f := w.crossSigned(alice, "ALICE"), w.forger(bob, "FORGER")
	f.answerOf(a, bob)
	w.must(a.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: bob, DeviceID: "FORGER"}}, "org.example.second", []byte(`{"a":1}`)))
	a.pump()
	p := f.inbox()[0]
	keys := p["sender_device_keys"].(fields)
	if p["sender"] != alice || p["recipient"] != bob || keys["device_id"] != "ALICE" || keys["user_id"] != alice ||
		p["recipient_keys"].(fields)["ed25519"] != f.edKeys()["ed25519"] {
		t.Errorf("it sends %v", p)
	}
	own, err := a.IdentityKeys(ctx)
	w.must(err)
	if p["keys"].(fields)["ed25519"] != own.Ed25519.String() || keys["keys"].(fields)["curve25519:ALICE"] != own.Curve25519.String() {
		t.Errorf("it sends keys %v, %v", p["keys"], keys)
	}
	if signatures := keys["signatures"].(fields)[alice].(fields); len(signatures) != 2 {
		t.Errorf("they are signed by %v", signatures)
	}
}

// A forged sender cannot make another user's device be taken for the sender's.
func TestT18AMessageIsNotPassedOnByAnother(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	var sent []fields
	room := w.room(a, b)
	a.say(room, "hello", alice, bob)
	// The homeserver says that what Alice sent is from Carol.
	answer := w.server.Sync(bob, "BOB", b.since, 1)
	var s struct {
		ToDevice struct {
			Events []fields `json:"events"`
		} `json:"to_device"`
	}
	w.unmarshal(answer, &s)
	for _, e := range s.ToDevice.Events {
		sent = append(sent, w.forged(e, fields{"sender": carol}))
	}
	if len(sent) == 0 {
		t.Fatal("nothing was sent")
	}
	for _, e := range sent {
		w.fails(b.delivered(e).Error, machine.ErrMismatchedSender)
	}
}

func TestT19ARoomEventIsFromTheOwnerOfItsSession(t *testing.T) {
	w := newWorld(t)
	a, g := w.reader()
	e := g.message("hello")
	a.refuses(g.room, w.forged(e, fields{"sender": carol}), machine.ErrMismatchedSender)
	a.refuses(g.room, w.forged(e, fields{"sender": alice}), machine.ErrMismatchedSender)
	a.refuses(g.room, w.forged(e, fields{"sender": "@Bob:example.org"}), machine.ErrMismatchedSender)
	a.refuses(g.room, w.forged(e, fields{"sender": nil}), machine.ErrFormat)
	a.open()
	a.refuses(g.room, w.forged(e, fields{"sender": carol}), machine.ErrMismatchedSender)
	if d := a.mustOpen(g.room, e); d.Sender != bob {
		t.Errorf("it is from %s", d.Sender)
	}
	// The own session is nobody else's, either.
	b := w.device(bob, "BOB")
	room := w.room(a, b)
	id, _ := a.say(room, "mine", alice, bob)
	b.settle()
	a.settle()
	var own fields
	w.unmarshal(a.events[id], &own)
	a.refuses(room, w.forged(own, fields{"sender": bob}), machine.ErrMismatchedSender)
	b.refuses(room, w.forged(own, fields{"sender": bob}), machine.ErrMismatchedSender)
	b.reads(room, id, "mine")
}

// Whoever has somebody's room key can pass it on as an own one; the events of its
// true owner then are not from its owner, and those of the other cannot be made.
func TestT19APassedOnKeyMakesNobodyItsOwner(t *testing.T) {
	w := newWorld(t)
	a, g := w.reader()
	mallory := w.forger(carol, "MALLORY")
	a.deliver(mallory.send(a, "m.room_key", g.roomKey()))
	e := g.message("hello")
	a.refuses(g.room, w.forged(e, fields{"sender": carol}), machine.ErrMismatchedSender)
	a.mustOpen(g.room, e)
}
