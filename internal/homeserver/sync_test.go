package homeserver

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func jsonOf(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// contents are the contents of to-device events, or of a timeline.
func contents(events any) string {
	var all []string
	list, _ := events.([]any)
	for _, e := range list {
		all = append(all, jsonOf(e.(map[string]any)["content"]))
	}
	return strings.Join(all, " ")
}

func TestToDevice(t *testing.T) {
	s := New()
	s.ToDeviceLimit = 2
	a, b1, b2 := login(t, s, alice, "A"), login(t, s, bob, "B1"), login(t, s, bob, "B2")
	_, since := b1.sync("")
	a.put("sendToDevice/m.test/1", `{"messages":{"@bob:example.org":{"B1":1},"@nobody:example.org":{"X":1}}}`)
	a.put("sendToDevice/m.test/1", `{"messages":{"@bob:example.org":{"B1":1}}}`)
	b2.put("sendToDevice/m.test/1", `{"messages":{"@bob:example.org":{"*":2}}}`)
	a.put("sendToDevice/m.test%2Fx/3", `{"messages":{"@bob:example.org":{"B1":3,"X":3}}}`)
	read := func(c *client, since, want string) string {
		t.Helper()
		answer, next := c.sync(since)
		if got := contents(get(answer, "to_device", "events")); got != want {
			t.Errorf("since %s: %s, want %s", since, got, want)
		}
		return next
	}
	next := read(b1, since, "1 2")
	read(b1, since, "1 2")
	last := read(b1, next, "3")
	read(b1, since, "3") // the first two were taken note of
	read(b1, last, "")
	read(b2, "", "2")
	s.Replay(bob, "B1")
	next = read(b1, last, "1 2")
	read(b1, next, "3")
	s.Lies.Withhold = func(h Happening) bool { return h.ToDeviceID == "B1" }
	a.put("sendToDevice/m.test/4", `{"messages":{"@bob:example.org":{"*":4}}}`)
	read(b1, last, "3")
	read(b2, "", "2 4")
}

func TestDeviceLists(t *testing.T) {
	s := New()
	a, b, c := login(t, s, alice, "A"), login(t, s, bob, "B"), login(t, s, carol, "C")
	a.keys()
	var since string
	step := func(what, changed, left string, do func()) {
		t.Helper()
		do()
		answer, next := a.sync(since)
		expect(t, what, get(answer, "device_lists", "changed"), changed)
		expect(t, what, get(answer, "device_lists", "left"), left)
		since = next
	}
	step("at first", `null`, `null`, func() {})
	var room, plain, second string
	step("a room alone", `[]`, `[]`, func() { room = a.room("public_chat", bob); second = a.room("public_chat") })
	step("keys of a stranger", `[]`, `[]`, func() { b.keys(); c.keys() })
	step("he joins", `["@bob:example.org"]`, `[]`, func() { b.post("rooms/"+room+"/join", `{}`) })
	step("and another room", `[]`, `[]`, func() { b.post("rooms/"+second+"/join", `{}`) })
	step("a plain room", `[]`, `[]`, func() {
		plain = get(c.post("createRoom", `{"preset":"public_chat"}`), "room_id").(string)
		a.post("rooms/"+plain+"/join", `{}`)
	})
	step("that is encrypted now", `["@carol:remote.example"]`, `[]`, func() { c.put("rooms/"+plain+"/state/m.room.encryption", `{}`) })
	step("a new device, and an own one", `["@alice:example.org","@bob:example.org"]`, `[]`, func() {
		login(t, s, bob, "B2").keys()
		login(t, s, alice, "A2").keys()
	})
	step("no change", `[]`, `[]`, func() { b.keys() })
	step("logouts", `["@bob:example.org"]`, `[]`, func() { login(t, s, carol, "without keys"); s.Logout(carol, "without keys"); s.Logout(bob, "B2") })
	step("one room left", `[]`, `[]`, func() { b.post("rooms/"+second+"/leave", `{}`) })
	step("both left", `[]`, `["@bob:example.org"]`, func() { b.post("rooms/"+room+"/leave", `{}`) })
	step("changes when away", `[]`, `[]`, func() { login(t, s, bob, "B3").keys() })
	step("back again", `["@bob:example.org"]`, `[]`, func() { b.post("rooms/"+room+"/join", `{}`) })
	step("gone and back", `["@bob:example.org"]`, `[]`, func() {
		b.post("rooms/"+room+"/leave", `{}`)
		login(t, s, bob, "B4").keys()
		b.post("rooms/"+room+"/join", `{}`)
	})
	step("kept silent", `null`, `null`, func() { s.Lies.SilentChanges = true; login(t, s, bob, "B5").keys() })
	s.Lies.SilentChanges = false
	step("one leaves oneself", `[]`, `["@carol:remote.example"]`, func() { a.post("rooms/"+plain+"/leave", `{}`) })
}

func TestGaps(t *testing.T) {
	s := New()
	a, b := login(t, s, alice, "A"), login(t, s, bob, "B")
	room := a.room("public_chat")
	b.post("rooms/"+room+"/join", `{}`)
	_, since := a.sync("")
	say := func(n int) { b.put(fmt.Sprintf("rooms/%s/send/m.room.encrypted/%d", room, n), fmt.Sprint(n)) }
	say(1)
	say(1) // the same transaction
	b.put("rooms/"+room+"/state/m.room.history_visibility", `{"history_visibility":"joined"}`)
	b.post("rooms/"+room+"/leave", `{}`)
	b.do(403, "PUT", "rooms/"+room+"/send/m.room.encrypted/9", `9`)
	b.post("rooms/"+room+"/join", `{}`)
	say(2)
	say(3)
	visibility, left, joined := `{"history_visibility":"joined"}`, `{"membership":"leave"}`, `{"membership":"join"}`
	for limit, want := range map[int]struct {
		limited         bool
		state, timeline string
	}{
		6: {false, "", "1 " + visibility + " " + left + " " + joined + " 2 3"},
		3: {true, visibility + " " + left, joined + " 2 3"},
		2: {true, visibility + " " + joined, "2 3"},
		0: {true, visibility + " " + joined, ""},
	} {
		answer := string(s.Sync(alice, "A", since, limit))
		update := jsonOf(get(answer, "rooms", "join", room))
		expect(t, "limited", get(update, "timeline", "limited"), fmt.Sprint(want.limited))
		if got := contents(get(update, "state", "events")); got != want.state {
			t.Errorf("with %d: state %s, want %s", limit, got, want.state)
		}
		if got := contents(get(update, "timeline", "events")); got != want.timeline {
			t.Errorf("with %d: timeline %s, want %s", limit, got, want.timeline)
		}
	}
}

func TestMembership(t *testing.T) {
	s := New()
	a, b, c := login(t, s, alice, "A"), login(t, s, bob, "B"), login(t, s, carol, "C")
	room := a.room("private_chat", bob)
	_, cSince := c.sync("")
	c.do(403, "POST", "rooms/"+room+"/join", `{}`)
	c.do(403, "POST", "rooms/"+room+"/invite", `{"user_id":"@carol:remote.example"}`)
	a.do(403, "POST", "rooms/!none:example.org/join", `{}`)
	answer, since := b.sync("")
	if n := len(get(answer, "rooms", "invite", room, "invite_state", "events").([]any)); n != 5 {
		t.Errorf("%d events come with the invitation", n)
	}
	b.post("rooms/"+room+"/join", `{}`)
	answer, since = b.sync(since)
	if got := contents(get(answer, "rooms", "join", room, "timeline", "events")); !strings.HasSuffix(got, `{"membership":"invite"} {"membership":"join"}`) {
		t.Errorf("when joining: %s", got)
	}
	a.put("rooms/"+room+"/send/m.test/1", `1`)
	a.post("rooms/"+room+"/kick", `{"user_id":"@bob:example.org"}`)
	a.put("rooms/"+room+"/send/m.test/2", `2`)
	answer, since = b.sync(since)
	if got := contents(get(answer, "rooms", "leave", room, "timeline", "events")); got != `1 {"membership":"leave"}` {
		t.Errorf("when kicked: %s", got)
	}
	answer, _ = b.sync(since)
	expect(t, "later", get(answer, "rooms"), `{"join":{},"leave":{},"invite":{}}`)
	b.do(403, "POST", "rooms/"+room+"/join", `{}`)
	b.do(403, "POST", "rooms/"+room+"/leave", `{}`)
	a.do(403, "POST", "rooms/"+room+"/kick", `{"user_id":"@bob:example.org"}`)
	a.post("rooms/"+room+"/invite", `{"user_id":"@carol:remote.example"}`)
	c.post("rooms/"+room+"/leave", `{}`)
	answer, _ = c.sync(cSince)
	expect(t, "refused", get(answer, "rooms"), `{"join":{},"leave":{"`+room+`":{}},"invite":{}}`)
	a.post("rooms/"+room+"/invite", `{"user_id":"@bob:example.org"}`)
	b.post("rooms/"+room+"/join", `{}`)
	b.post("rooms/"+room+"/leave", `{}`)
	answer, _ = b.sync(since)
	if got := contents(get(answer, "rooms", "leave", room, "timeline", "events")); !strings.HasSuffix(got, `{"membership":"join"} {"membership":"leave"}`) {
		t.Errorf("there and gone again: %s", got)
	}
	a.post("rooms/"+room+"/invite", `{"user_id":"@bob:example.org"}`)
	if answer, _ = b.sync(since); get(answer, "rooms", "invite", room) == nil {
		t.Errorf("invited again: %s", answer)
	}
}

func TestLies(t *testing.T) {
	s := New()
	a := login(t, s, alice, "A")
	a.keys("1")
	a.keys("1")
	forty := 40
	s.Lies.Count = &forty
	answer, _ := a.sync("")
	expect(t, "count", get(answer, "device_one_time_keys_count"), `{"signed_curve25519":40}`)
	s.Lies.ClaimTwice = true
	for range 2 {
		answer = a.post("keys/claim", `{"one_time_keys":{"@alice:example.org":{"A":"signed_curve25519"}}}`)
		expect(t, "the same key", get(answer, "one_time_keys", alice, "A"), `{`+joinKeys([]string{"1"})+`}`)
	}
	s.Lies.Answer = func(r Request, status int, answer []byte) (int, []byte) { return 500, []byte(r.Path) }
	if got := a.do(500, "POST", "keys/query", `{}`); got != "/_matrix/client/v3/keys/query" {
		t.Error(got)
	}
}

func TestTokens(t *testing.T) {
	s := New()
	a := login(t, s, alice, "A")
	_, next := a.sync("")
	a.keys()
	_, later := a.sync(next)
	if PositionOf(next) != 0 || PositionOf(later) != s.Position() || s.Position() != 1 {
		t.Errorf("%s, %s, position %d", next, later, s.Position())
	}
	for _, bad := range []string{"x", "s1", "s1_2x", "s01_2"} {
		a.do(400, "GET", "sync?since="+bad, "")
	}
}
