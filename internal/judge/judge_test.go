package judge

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

var (
	alice = Device{"@alice:example.org", "A"}
	bob   = Device{"@bob:example.org", "B"}
	carol = Device{"@carol:example.org", "C"}
)

const theRoom = "!room:example.org"

// megolm is a ciphertext as it looks from outside.
func megolm(index uint32, text string) string {
	m := wire.AppendMegolm(nil, wire.Version1, index, len(text))
	m = append(m, text...)
	return base64.Encode(append(m, make([]byte, 8+wire.SignatureLen)...))
}

func olm(counter uint32, text string) []byte {
	m := wire.AppendOlm(nil, wire.Version1, &[32]byte{1}, counter, len(text))
	return append(append(m, text...), make([]byte, 8)...)
}

// conversation is one where alice and bob are in a room, with a signed device each,
// and carol is not. Everything is known at position 10.
func conversation() *Judge {
	j := New()
	for i, d := range []Device{alice, bob, carol} {
		j.DeviceAdded(1+i, d)
		j.DeviceSigned(4, d, true)
	}
	j.Visibility(5, theRoom, "shared")
	j.Member(5, theRoom, alice.UserID, "join")
	j.Member(6, theRoom, bob.UserID, "join")
	return j
}

// say lets alice encrypt and send something, as she sees things at a position.
func say(j *Judge, seen int, text, session string, index uint32, change ...func(*Message)) {
	m := Message{Text: text, RoomID: theRoom, Sender: alice, Asked: seen, Seen: seen, SignedOnly: true,
		Time: time.Unix(int64(seen), 0), SessionID: session, Ciphertext: megolm(index, text)}
	for _, c := range change {
		c(&m)
	}
	j.Encrypted(m, Limits{3, time.Minute})
	j.Sent(100+seen, text, m.SessionID, m.Ciphertext)
}

// TestWhoReads gives, for changes before alice says something at position 20, what
// is right for bob's and carol's devices. What can be both is right both ways.
func TestWhoReads(t *testing.T) {
	either := []Result{Read, NoKey}
	reads, not := []Result{Read}, []Result{NoKey}
	for name, c := range map[string]struct {
		before     func(*Judge)
		change     func(*Message)
		bob, carol []Result
	}{
		"nothing":                {bob: reads, carol: not},
		"bob has left":           {func(j *Judge) { j.Member(20, theRoom, bob.UserID, "leave") }, nil, not, not},
		"bob leaves later":       {func(j *Judge) { j.Member(21, theRoom, bob.UserID, "leave") }, nil, reads, not},
		"bob was away":           {func(j *Judge) { j.Member(12, theRoom, bob.UserID, "ban"); j.Member(13, theRoom, bob.UserID, "join") }, nil, reads, not},
		"carol has joined":       {func(j *Judge) { j.Member(20, theRoom, carol.UserID, "join") }, nil, reads, reads},
		"carol joins later":      {func(j *Judge) { j.Member(21, theRoom, carol.UserID, "join") }, nil, reads, not},
		"carol was just joining": {func(j *Judge) { j.Member(19, theRoom, carol.UserID, "join") }, func(m *Message) { m.Asked = 18 }, reads, either},
		"carol was invited":      {func(j *Judge) { j.Member(19, theRoom, carol.UserID, "invite") }, nil, reads, either},
		"but must join":          {func(j *Judge) { j.Member(19, theRoom, carol.UserID, "invite"); j.Visibility(20, theRoom, "joined") }, nil, reads, not},
		"bob's device is gone":   {func(j *Judge) { j.DeviceRemoved(20, bob) }, nil, not, not},
		"and bob is invited":     {func(j *Judge) { j.DeviceRemoved(20, bob); j.Member(20, theRoom, bob.UserID, "invite") }, nil, either, not},
		"and it cannot be told": {func(j *Judge) {
			j.DeviceRemoved(20, bob)
			j.Away(alice, "example.org", time.Unix(10, 0), time.Unix(30, 0))
		}, nil, either, not},
		"it goes later":         {func(j *Judge) { j.DeviceRemoved(21, bob) }, nil, either, not},
		"its server is away":    {func(j *Judge) { j.Away(alice, "example.org", time.Unix(10, 0), time.Unix(30, 0)) }, nil, either, not},
		"and not yet asked":     {func(j *Judge) { j.Away(alice, "example.org", time.Unix(-1000, 0), time.Unix(20, 0).Add(1-Patience)) }, nil, either, not},
		"but asked again":       {func(j *Judge) { j.Away(alice, "example.org", time.Unix(-1000, 0), time.Unix(20, 0).Add(-Patience)) }, nil, reads, not},
		"another one is away":   {func(j *Judge) { j.Away(alice, "ple.org", time.Unix(10, 0), time.Unix(30, 0)) }, nil, reads, not},
		"it is so for others":   {func(j *Judge) { j.Away(carol, "example.org", time.Unix(10, 0), time.Unix(30, 0)) }, nil, reads, not},
		"it goes away later":    {func(j *Judge) { j.Away(alice, "example.org", time.Unix(21, 0), time.Unix(30, 0)) }, nil, reads, not},
		"it was just added":     {func(j *Judge) { j.DeviceAdded(20, bob) }, nil, reads, not},
		"it is added later":     {func(j *Judge) { j.DeviceAdded(21, bob) }, nil, either, not},
		"it is signed later":    {func(j *Judge) { j.devices[bob].signed = nil; j.DeviceSigned(21, bob, true) }, nil, either, not},
		"it is not signed":      {func(j *Judge) { j.devices[bob].signed = nil }, nil, not, not},
		"it is not signed now":  {func(j *Judge) { j.DeviceSigned(20, bob, false) }, nil, either, not},
		"which does not matter": {func(j *Judge) { j.devices[bob].signed = nil }, func(m *Message) { m.SignedOnly = false }, reads, not},
		"it is blocked":         {nil, func(m *Message) { m.Blocked = []Device{bob} }, not, not},
		"it was blocked":        {nil, func(m *Message) { m.BlockedBefore = []Device{bob} }, either, not},
	} {
		for d, right := range map[Device][]Result{alice: reads, bob: c.bob, carol: c.carol} {
			for _, r := range []Result{Read, NoKey, Other} {
				j := conversation()
				if c.before != nil {
					c.before(j)
				}
				say(j, 20, "hello", "S", 0, func(m *Message) {
					if c.change != nil {
						c.change(m)
					}
				})
				j.Tried(d, "hello", r)
				if complaints := j.Verdict(); (len(complaints) == 0) != slices.Contains(right, r) {
					t.Errorf("%s: %s, result %s: %q", name, d.UserID, r, complaints)
				}
			}
		}
	}
}

// TestComplaints breaks each of the other rules once.
func TestComplaints(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(*Judge)
		want string // in the first complaint; empty for none
	}{
		"nothing": {func(j *Judge) { say(j, 20, "1", "S", 0); say(j, 21, "2", "S", 1); say(j, 22, "3", "T", 0) }, ""},
		"another text at an index": {func(j *Judge) { say(j, 20, "1", "S", 0); say(j, 21, "2", "S", 0) },
			"encrypted twice: session S, index 0"},
		"another text on the server": {func(j *Judge) { say(j, 20, "1", "S", 0); j.Sent(30, "1", "S", megolm(1, "x")) },
			"nobody encrypted"},
		"the same text again":  {func(j *Judge) { say(j, 20, "1", "S", 0); say(j, 20, "1", "S", 1) }, "was encrypted before"},
		"what is no message":   {func(j *Judge) { j.Sent(30, "1", "S", "AAAA") }, "is no Megolm message"},
		"what is not base64":   {func(j *Judge) { j.Sent(30, "1", "S", "!") }, "is not base64"},
		"too many messages":    {func(j *Judge) { sayOften(j, 4) }, "has 4 messages"},
		"an old session":       {func(j *Judge) { say(j, 20, "1", "S", 0); say(j, 81, "2", "S", 1) }, "is 1m1s old"},
		"not yet old":          {func(j *Judge) { say(j, 20, "1", "S", 0); say(j, 80, "2", "S", 1) }, ""},
		"the history is shown": {func(j *Judge) { say(j, 20, "1", "S", 0); j.Visibility(21, theRoom, "joined"); say(j, 21, "2", "S", 1) }, "who may see the history"},
		"or may have been": {func(j *Judge) {
			j.Visibility(21, theRoom, "joined")
			say(j, 20, "1", "S", 0, func(m *Message) { m.Known = 21 })
			say(j, 21, "2", "S", 1)
		}, ""},
		"as before": {func(j *Judge) {
			say(j, 20, "1", "S", 0)
			j.Visibility(21, theRoom, "world_readable")
			say(j, 21, "2", "S", 1)
		}, ""},
		"one session for two rooms": {func(j *Judge) {
			say(j, 20, "1", "S", 0)
			say(j, 20, "2", "S", 1, func(m *Message) { m.RoomID = "!other:example.org" })
		}, "but not the sender and room"},
		"lost by the server":     {func(j *Judge) { say(j, 20, "1", "S", 0); j.Lossy = true; j.Tried(bob, "1", NoKey) }, ""},
		"not lost by the server": {func(j *Judge) { say(j, 20, "1", "S", 0); j.Lossy = true; j.Tried(carol, "1", Read) }, "was not in the room"},
		"an unknown text":        {func(j *Judge) { j.Tried(bob, "1", Read) }, "nobody encrypted"},
		"Olm": {func(j *Judge) {
			preKey := wire.EncodePreKey(&wire.PreKeyMessage{Message: olm(0, "x")})
			j.Olm(0, base64.Encode(preKey))
			j.Olm(0, base64.Encode(preKey))
			j.Olm(1, base64.Encode(olm(1, "y")))
		}, ""},
		"Olm twice at a place": {func(j *Judge) {
			j.Olm(0, base64.Encode(wire.EncodePreKey(&wire.PreKeyMessage{Message: olm(0, "x")})))
			j.Olm(1, base64.Encode(olm(0, "y")))
		}, "encrypted twice: Olm"},
		"no Olm": {func(j *Judge) { j.Olm(1, megolm(1, "")) }, "no Olm message of type 1"},
	} {
		j := conversation()
		c.do(j)
		complaints := strings.Join(j.Verdict(), "\n")
		if (complaints == "") != (c.want == "") || !strings.Contains(complaints, c.want) {
			t.Errorf("%s: %q, want %q", name, complaints, c.want)
		}
	}
}

func sayOften(j *Judge, times int) {
	for i := range times {
		say(j, 20, strings.Repeat("x", i+1), "S", uint32(i))
	}
}

func TestCounts(t *testing.T) {
	j := conversation()
	say(j, 20, "1", "S", 0)
	j.Encrypted(Message{Text: "lost", Sender: alice, RoomID: theRoom, Seen: 20, Asked: 20, SignedOnly: true, SessionID: "T",
		Ciphertext: megolm(0, "lost")}, Limits{1, 0})
	// Both messages: alice must read, carol must not; bob must read what was sent.
	if got, want := j.Counts(), (Counts{Messages: 1, Sessions: 2, MustRead: 3, MustNot: 2}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if complaints := j.Verdict(); len(complaints) > 0 {
		t.Error(complaints)
	}
}
