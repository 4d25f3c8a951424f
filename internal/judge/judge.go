// Package judge tells whether a conversation was as private, and as readable, as it
// should have been. It is a model of its own of who was in a room, with which
// devices, and of whom a sender could know this; and it takes nothing from those it
// judges but what they did.
//
//	j := judge.New()
//	j.Member(1, room, alice, "join")                      // facts, each with the position in the
//	j.DeviceAdded(2, judge.Device{alice, "JLAFKJWSCS"})   // server's stream at which it became one
//	j.Encrypted(judge.Message{…})                         // what a device encrypted, and what it had seen
//	j.Sent("text", position)                              // that it reached the server
//	j.Tried(device, "text", judge.NoKey)                  // whether a device could read it, in the end
//	complaints := j.Verdict()
//
// Positions are those of package homeserver. A sender answers for all that stands at
// positions up to the one that it had seen when it encrypted, and for nothing later.
package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Device is a device of a user.
type Device struct{ UserID, DeviceID string }

func (d Device) String() string { return d.UserID + "/" + d.DeviceID }

// Judge collects what happened.
type Judge struct {
	// Lossy says that the server may have lost messages on purpose, so that nobody
	// is sure to be able to read anything.
	Lossy bool

	devices  map[Device]*life
	rooms    map[string]*room
	away     []absence
	messages map[string]*Message // by text
	order    []*Message
	megolm   ciphertexts
	olm      ciphertexts

	complaints []string
}

// New returns a judge who knows of nothing.
func New() *Judge {
	return &Judge{
		devices: make(map[Device]*life), rooms: make(map[string]*room), messages: make(map[string]*Message),
		megolm: make(ciphertexts), olm: make(ciphertexts),
	}
}

func (j *Judge) complain(format string, args ...any) {
	j.complaints = append(j.complaints, fmt.Sprintf(format, args...))
}

// life is what became of a device: since when and until when there was one, and
// since when its user's self-signing key has signed it.
type life struct {
	added, removed int // 0 if not
	signed         []fact[bool]
}

// room is the history of a room as far as it matters here.
type room struct {
	members    map[string][]fact[string]
	visibility []fact[string]
}

// fact is what is so from a position on.
type fact[T any] struct {
	from int
	is   T
}

// at is what was so at a position.
func at[T any](facts []fact[T], position int) (is T) {
	for _, f := range facts {
		if f.from <= position {
			is = f.is
		}
	}
	return is
}

func (j *Judge) life(d Device) *life {
	if j.devices[d] == nil {
		j.devices[d] = new(life)
	}
	return j.devices[d]
}

func (j *Judge) room(id string) *room {
	if j.rooms[id] == nil {
		j.rooms[id] = &room{members: make(map[string][]fact[string])}
	}
	return j.rooms[id]
}

// DeviceAdded says that the keys of a device were there for the first time.
func (j *Judge) DeviceAdded(position int, d Device) { j.life(d).added = position }

// DeviceRemoved says that a device was logged out.
func (j *Judge) DeviceRemoved(position int, d Device) { j.life(d).removed = position }

// DeviceSigned says that a device has a signature of its user from now on, or not
// any more.
func (j *Judge) DeviceSigned(position int, d Device, is bool) {
	l := j.life(d)
	l.signed = append(l.signed, fact[bool]{position, is})
}

// Member says what a user's membership of a room is from now on.
func (j *Judge) Member(position int, roomID, userID, is string) {
	r := j.room(roomID)
	r.members[userID] = append(r.members[userID], fact[string]{position, is})
}

// Visibility says who may see the history of a room from now on.
func (j *Judge) Visibility(position int, roomID, is string) {
	r := j.room(roomID)
	r.visibility = append(r.visibility, fact[string]{position, is})
}

// absence is a time when a device could not ask a server for its users' keys.
type absence struct {
	sender   Device
	server   string
	from, to time.Time
}

// Patience is for how long after an absence senders may go on without those whose
// keys they could not get. They ask again less and less often.
const Patience = 10 * time.Minute

// Away says that a device could not ask a server for its users' keys for some time.
func (j *Judge) Away(sender Device, server string, from, to time.Time) {
	j.away = append(j.away, absence{sender, server, from, to})
}

// wasAway reports whether the sender of a message may not have been able to get a
// user's keys.
func (j *Judge) wasAway(userID string, m *Message) bool {
	return slices.ContainsFunc(j.away, func(a absence) bool {
		return a.sender == m.Sender && strings.HasSuffix(userID, ":"+a.server) &&
			!m.Time.Before(a.from) && m.Time.Before(a.to.Add(Patience))
	})
}

// isMember reports whether a user is to get the keys of a room: who has joined it,
// and who was invited unless one must join to read.
func (r *room) isMember(userID string, position int) bool {
	switch at(r.members[userID], position) {
	case "join":
		return true
	case "invite":
		return at(r.visibility, position) != "joined"
	}
	return false
}

// stayed reports whether a user had joined all the time.
func (r *room) stayed(userID string, from, to int) bool {
	moved := slices.ContainsFunc(r.members[userID], func(f fact[string]) bool { return f.from > from && f.from <= to })
	return !moved && at(r.members[userID], to) == "join"
}

// sharedAlike reports whether the senders of two messages can have thought the same of
// whether keys may be given to those who come later.
func (r *room) sharedAlike(a, b *Message) bool {
	yesA, noA := r.shared(a)
	yesB, noB := r.shared(b)
	return yesA && yesB || noA && noB
}

// shared tells what the sender of a message can have thought.
func (r *room) shared(m *Message) (yes, no bool) {
	for position := m.Seen; position <= max(m.Seen, m.Known); position++ {
		if is := at(r.visibility, position); is == "shared" || is == "world_readable" {
			yes = true
		} else {
			no = true
		}
	}
	return yes, no
}
