package machine_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// altered is base64 with one byte changed.
func (w *world) altered(text string, at int) string {
	w.Helper()
	b, err := base64.RawStdEncoding.DecodeString(text)
	w.must(err)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 1
	return base64.RawStdEncoding.EncodeToString(b)
}

// withBody is a message over Olm with another body.
func (f *forger) withBody(e fields, to *client, change func(string) string) fields {
	f.Helper()
	own, err := to.IdentityKeys(ctx)
	f.must(err)
	e = f.copyOf(e)
	ours := e["content"].(fields)["ciphertext"].(fields)[own.Curve25519.String()].(fields)
	ours["body"] = change(ours["body"].(string))
	return e
}

func TestT11AForgedOlmMessageLeavesTheStoreAlone(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	good := f.send(a, "org.example", fields{})
	for name, at := range map[string]int{"version": 0, "MAC": -1, "ciphertext": -20} {
		bad := f.withBody(good, a, func(body string) string { return f.altered(body, at) })
		a.leavesAlone("a pre-key message with another "+name, func() {
			if r := a.delivered(bad); r.Error == nil {
				t.Errorf("%s: accepted", name)
			}
		})
	}
	if r := a.delivered(good); r.Error != nil || r.Type != "org.example" {
		t.Fatalf("the honest message becomes %+v", r)
	}
	a.deliver() // that has arrived
	f.answerOf(a, bob)
	next := f.send(a, "org.example.next", fields{})
	for name, change := range map[string]func(string) string{
		"MAC":     func(body string) string { return f.altered(body, -1) },
		"counter": func(body string) string { return f.altered(body, 36) },
		"ratchet": func(body string) string { return f.altered(body, 10) },
		"length":  func(body string) string { return body[:len(body)-4] },
		"nothing": func(string) string { return "" },
	} {
		bad := f.withBody(next, a, change)
		a.leavesAlone("a message with another "+name, func() {
			if r := a.delivered(bad); r.Error == nil {
				t.Errorf("%s: accepted", name)
			}
		})
	}
	if r := a.delivered(next); r.Error != nil || r.Type != "org.example.next" {
		t.Fatalf("the honest message becomes %+v", r)
	}
}

// answerOf has a machine send something, after which the forger sends messages that
// are no pre-key messages.
func (f *forger) answerOf(c *client, user string) {
	f.Helper()
	c.must(c.TrackUsers(ctx, []string{user}))
	c.pump()
	c.must(c.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: f.user, DeviceID: f.id}}, "org.example.answer", []byte(`{}`)))
	c.pump()
	if got := f.inbox(); len(got) == 0 || got[len(got)-1]["type"] != "org.example.answer" {
		f.Fatalf("the forger receives %v", got)
	}
}

func TestT11AForgedRoomEventLeavesTheStoreAlone(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	g := f.group("!room:example.org")
	a.deliver(f.send(a, "m.room_key", g.roomKey()))
	good := g.message("hello")
	for name, at := range map[string]int{"version": 0, "index": 2, "ciphertext": 10, "MAC": -65, "signature": -1} {
		bad := w.copyOf(good)
		content := bad["content"].(fields)
		content["ciphertext"] = w.altered(content["ciphertext"].(string), at)
		a.leavesAlone("an event with another "+name, func() {
			if _, err := a.opens(g.room, bad); err == nil {
				t.Errorf("%s: accepted", name)
			}
			a.deliver() // nothing is written late, either
		})
	}
	a.mustOpen(g.room, good)
}

func TestT11RubbishLeavesTheStoreAlone(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	good := f.send(a, "org.example", fields{})
	content := good["content"].(fields)
	for name, bad := range map[string]fields{
		"no sender key":       w.forged(content, fields{"sender_key": nil}),
		"no ciphertext":       w.forged(content, fields{"ciphertext": nil}),
		"for somebody else":   w.forged(content, fields{"ciphertext": fields{f.senderKey(): fields{"type": 0, "body": "AAAA"}}}),
		"no algorithm":        w.forged(content, fields{"algorithm": nil}),
		"Megolm":              w.forged(content, fields{"algorithm": "m.megolm.v1.aes-sha2"}),
		"not an object":       {},
		"another sender key":  w.forged(content, fields{"sender_key": w.stranger(bob, "X").senderKey()}),
		"a key of few points": w.forged(content, fields{"sender_key": strings.Repeat("A", 43)}),
	} {
		a.leavesAlone(name, func() {
			if r := a.delivered(f.encrypted(bad)); r.Error == nil || r.Encrypted {
				t.Errorf("%s becomes %+v", name, r)
			}
		})
	}
	if r := a.delivered(good); r.Error != nil {
		t.Fatal(r.Error)
	}
}

// The one-time key is still there for the honest message, also after a restart.
func TestT14ABadPreKeyMessageBurnsNoOneTimeKey(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	good := f.send(a, "org.example", fields{})
	for _, at := range []int{-1, -9, -30, 5, 40, 75} {
		bad := f.withBody(good, a, func(body string) string { return f.altered(body, at) })
		if r := a.delivered(bad); r.Error == nil {
			t.Fatalf("a message with byte %d changed is accepted", at)
		}
	}
	a.open()
	if r := a.delivered(good); r.Error != nil || r.Type != "org.example" {
		t.Fatalf("the honest message becomes %+v", r)
	}
}

func TestT15AOneTimeKeyServesOnce(t *testing.T) {
	w := newWorld(t)
	w.server.Lies.ClaimTwice = true
	a, f, second := w.device(alice, "ALICE"), w.forger(bob, "FORGER"), w.forger(carol, "SECOND")
	if r := a.delivered(f.send(a, "org.example", fields{})); r.Error != nil {
		t.Fatal(r.Error)
	}
	a.deliver() // that has arrived
	late := second.send(a, "org.example", fields{})
	for range 2 {
		a.leavesAlone("a used one-time key", func() {
			r := a.delivered(late)
			w.fails(r.Error, machine.ErrUndecryptable)
		})
		a.open()
	}
	w.server.Lies.ClaimTwice = false
	own, err := a.IdentityKeys(ctx)
	w.must(err)
	second.claim(a) // the used one, which the server still had
	delete(second.sessions, own.Curve25519.String())
	if r := a.delivered(second.send(a, "org.example", fields{})); r.Error != nil {
		t.Fatal("with a key of its own: ", r.Error)
	}
}

// exhaust claims one-time keys until only the fallback key is left, which it returns.
func (f *forger) exhaust(of *client) (fallback olm.OneTimeKey) {
	f.Helper()
	for range 200 {
		key := f.claim(of)
		if key == fallback.Key {
			return fallback
		}
		fallback.Key = key
	}
	f.Fatal("the one-time keys do not end")
	return fallback
}

// withFallback is a message to a session made with a key, which may be the same for
// many.
func (f *forger) withKey(to *client, key olm.OneTimeKey) fields {
	f.Helper()
	own, err := to.IdentityKeys(ctx)
	f.must(err)
	s, err := f.account.NewOutboundSession(own.Curve25519, key.Key, olm.Version1)
	f.must(err)
	f.sessions[own.Curve25519.String()] = s
	return f.send(to, "org.example", fields{})
}

func TestT15AFallbackKeyServesUntilItIsForgotten(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	first := f.exhaust(a)
	accepted := func(key olm.OneTimeKey) bool { return a.delivered(f.withKey(a, key)).Error == nil }
	for range 2 {
		if !accepted(first) {
			t.Fatal("the fallback key does not serve twice")
		}
	}
	w.clock = w.clock.Add(2 * time.Hour)
	a.settle() // learns that it was used, and makes the next
	second := f.exhaust(a)
	if second == first {
		t.Fatal("the fallback key is not replaced")
	}
	if !accepted(first) || !accepted(second) {
		t.Fatal("the previous fallback key does not serve for a while")
	}
	w.clock = w.clock.Add(2 * time.Hour)
	a.settle()
	a.open()
	third := f.exhaust(a)
	if accepted(first) {
		t.Error("a fallback key is never forgotten")
	}
	if third == second || !accepted(second) || !accepted(third) {
		t.Error("the cycle does not go on")
	}
}

// A homeserver that always says that the key was used must not make the device
// cycle so fast that messages on their way are lost.
func TestT15FallbackKeysAreNotCycledTooFast(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	first := f.exhaust(a)
	for range 20 {
		w.clock = w.clock.Add(time.Minute)
		_, err := a.ReceiveSync(ctx, []byte(`{"next_batch":"s","device_one_time_keys_count":{"signed_curve25519":50},"device_unused_fallback_key_types":[]}`))
		w.must(err)
		a.pump()
	}
	if second := f.exhaust(a); second != first {
		t.Error("the fallback key was replaced within an hour")
	}
}

// The previous key goes when the present one has been unused for long enough.
func TestT15APreviousFallbackKeyIsForgotten(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	first := f.exhaust(a)
	w.clock = w.clock.Add(2 * time.Hour)
	a.settle()
	unused := func() {
		_, err := a.ReceiveSync(ctx, []byte(`{"next_batch":"u","device_one_time_keys_count":{"signed_curve25519":50},"device_unused_fallback_key_types":["signed_curve25519"]}`))
		w.must(err)
	}
	unused()
	if a.delivered(f.withKey(a, first)).Error != nil {
		t.Fatal("the previous fallback key is forgotten at once")
	}
	w.clock = w.clock.Add(2 * time.Hour)
	unused()
	if a.delivered(f.withKey(a, first)).Error == nil {
		t.Error("the previous fallback key still serves")
	}
}
