package judge

import (
	"slices"
	"time"
)

// Message is what a device encrypted for a room, and what it had seen.
type Message struct {
	Text   string // different from that of all others
	RoomID string
	Sender Device
	// Asked is the position up to which the sender had seen everything when it last
	// listed the members to share the key with, and Seen when it encrypted. Of what
	// came until Known it may have seen a part, before it crashed.
	Asked, Seen, Known int
	// SignedOnly says that the sender meant it for cross-signed devices only.
	SignedOnly bool
	// Blocked are the devices that the sender had blocked when it encrypted, and
	// BlockedBefore when it last listed the members.
	Blocked, BlockedBefore []Device

	Time       time.Time
	SessionID  string
	Ciphertext string

	index uint32
	sent  int // its position, 0 if it never reached the server
}

// Limits are those after which a session must not be used any more.
type Limits struct {
	Messages int
	Age      time.Duration
}

// Encrypted says that a device encrypted a message. It looks at once at what can be
// seen from this: that no index is used twice, and that sessions end when they must.
func (j *Judge) Encrypted(m Message, limits Limits) {
	if j.messages[m.Text] != nil {
		j.complain("the text %q was encrypted before", m.Text)
		return
	}
	m.index = j.Megolm(m.SessionID, m.Ciphertext)
	j.messages[m.Text] = &m
	count, room := 1, j.room(m.RoomID)
	for _, before := range j.order {
		if before.SessionID != m.SessionID {
			continue
		}
		if count++; before.index == m.index {
			j.complain("%q and %q have one index", before.Text, m.Text)
		}
		if before.Sender != m.Sender || before.RoomID != m.RoomID {
			j.complain("%q and %q share a session, but not the sender and room", before.Text, m.Text)
		}
		if !room.sharedAlike(before, &m) {
			j.complain("%q and %q share a session, but not who may see the history", before.Text, m.Text)
		}
		if age := m.Time.Sub(before.Time); age > limits.Age {
			j.complain("the session of %q is %v old, at least", m.Text, age)
		}
	}
	if count > limits.Messages {
		j.complain("the session of %q has %d messages", m.Text, count)
	}
	j.order = append(j.order, &m)
}

// Sent says that a message reached the server, where it has a ciphertext.
func (j *Judge) Sent(position int, text, sessionID, ciphertext string) {
	j.Megolm(sessionID, ciphertext)
	m := j.messages[text]
	if m == nil || m.Ciphertext != ciphertext {
		j.complain("the server has a message that nobody encrypted, for %q", text)
		return
	}
	m.sent = position
}

// mustRead reports whether a device should be able to read a message: one that its
// sender could know of when it last listed the members, and that was there to stay.
func (j *Judge) mustRead(m *Message, d Device) bool {
	if d == m.Sender {
		return true
	}
	l := j.life(d)
	return m.sent > 0 && l.removed == 0 && !j.wasAway(d.UserID, m) &&
		l.added > 0 && l.added <= m.Asked &&
		j.room(m.RoomID).stayed(d.UserID, m.Asked, m.Seen) &&
		(!m.SignedOnly || at(l.signed, m.Asked) && at(l.signed, m.Seen)) &&
		!slices.Contains(m.Blocked, d) && !slices.Contains(m.BlockedBefore, d)
}

// mustNotRead tells why a device must not have the key of a message, empty if it may.
func (j *Judge) mustNotRead(m *Message, d Device) string {
	l := j.life(d)
	wasSigned := slices.ContainsFunc(l.signed, func(f fact[bool]) bool { return f.is })
	switch {
	case d == m.Sender:
		return ""
	case !j.room(m.RoomID).isMember(d.UserID, m.Seen):
		return "its user was not in the room"
	case l.removed > 0 && l.removed <= m.Seen && at(j.room(m.RoomID).members[d.UserID], m.Seen) == "join" && !j.wasAway(d.UserID, m):
		// Of the devices of those who are only invited, servers tell nothing.
		return "it was logged out"
	case m.SignedOnly && !wasSigned:
		return "it was never signed"
	case slices.Contains(m.Blocked, d):
		return "it was blocked"
	}
	return ""
}
