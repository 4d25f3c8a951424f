package interop

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestConversations holds conversations between Mudpuppy and libolm. Now and
// then they change sides, by their pickles.
func TestConversations(t *testing.T) {
	repeatedly(t, 50, func(t *testing.T, r *rand.Rand) {
		seedBoth(t, r.Uint64(), r.Uint64())
		newConversation(t, r, ourOlm{t}, libolmOlm{t}).hold()
	})
}

// TestTwinConversations holds conversations between twins and twins.
func TestTwinConversations(t *testing.T) {
	repeatedly(t, 50, func(t *testing.T, r *rand.Rand) {
		twins := newTwins(t, r.Uint64())
		newConversation(t, r, twins, twins).hold()
	})
}

// conversation is one between two devices, over a network that loses, delays,
// repeats and corrupts what it carries.
type conversation struct {
	t         testing.TB
	r         *rand.Rand
	libraries [2]olmLibrary
	sides     [2]*side
	copies    twinOlm // unpickles copies of what the sides have
}

// side is one of the devices.
type side struct {
	library int // the implementation that it is at the moment
	account account
	peer    *side
	session session // nil before the first message arrives
	traffic
}

// from is the identity key that the messages to a side are from.
func (s *side) from() string { return s.peer.account.identityKeys().Curve25519 }

func newConversation(t testing.TB, r *rand.Rand, one, other olmLibrary) *conversation {
	t.Helper()
	c := &conversation{t: t, r: r, libraries: [2]olmLibrary{one, other}, copies: twinOlm{t, ourOlm{t}, libolmOlm{t}}}
	for i := range c.sides {
		c.sides[i] = &side{library: i, account: c.libraries[i].newAccount()}
	}
	if r.IntN(2) == 0 {
		slices.Reverse(c.sides[:])
	}
	c.sides[0].peer, c.sides[1].peer = c.sides[1], c.sides[0]
	c.begin(c.sides[0], c.sides[1])
	return c
}

// begin makes the initiator's session, with a one-time key or fallback key.
func (c *conversation) begin(initiator, other *side) {
	c.t.Helper()
	other.account.generateOneTimeKeys(1 + c.r.IntN(5))
	other.account.generateFallbackKey()
	offered := other.account.oneTimeKeys()
	if c.r.IntN(4) == 0 {
		offered = other.account.fallbackKey()
		other.reusable = true
	}
	other.account.markPublished()
	if c.r.IntN(4) == 0 {
		other.account.generateFallbackKey() // the one used is the previous one now
	}
	session, err := initiator.account.outbound(other.account.identityKeys().Curve25519, anyKey(c.r, offered))
	if err != nil {
		c.t.Fatal("outbound session: ", err)
	}
	initiator.session = session
	initiator.send(c.r)
}

// hold lets things happen.
func (c *conversation) hold() {
	c.t.Helper()
	for range 40 + c.r.IntN(60) {
		s := c.sides[c.r.IntN(2)]
		switch n := c.r.IntN(20); {
		case n < 4:
			s.send(c.r)
		case n < 13:
			for range 1 + c.r.IntN(4) {
				c.deliver(s)
			}
			if c.r.IntN(2) == 0 {
				s.send(c.r)
			}
		case n < 15:
			s.lose(c.r)
		case n < 16:
			c.repeat(s)
		case n < 19:
			c.deliverCorrupted(s)
		default: // both sides, so that they remain different
			c.move(c.sides[0])
			c.move(c.sides[1])
		}
	}
	for _, s := range c.sides {
		for len(s.inbox) > 0 {
			c.deliver(s)
		}
	}
	if a, b := c.sides[0].session, c.sides[1].session; a != nil && b != nil {
		if a.id() != b.id() {
			c.t.Fatal("the sides have different session ids")
		}
	}
}

// send sends a few messages, seldom many.
func (s *side) send(r *rand.Rand) {
	if s.session == nil {
		return
	}
	n := 1 + r.IntN(4)
	if r.IntN(40) == 0 {
		n = r.IntN(60)
	}
	for range n {
		plaintext := text(r)
		s.peer.sent(letter{s.session.encrypt(plaintext), plaintext, s.turnToSend()})
	}
}

// deliver brings a side a letter, the first one or any.
func (c *conversation) deliver(s *side) {
	c.t.Helper()
	if len(s.inbox) == 0 {
		return
	}
	l, expected := s.take(c.r)
	if s.session == nil {
		c.deliverFirst(s, l)
		return
	}
	if l.Type == preKey && !s.session.matches(s.from(), l.message) {
		c.t.Fatal("a pre-key message does not match its session")
	}
	plaintext, err := c.decrypt(s, l.message)
	if err != nil && expected {
		c.t.Fatal("a message is refused: ", err)
	}
	if err == nil {
		c.received(s, l, plaintext)
	}
}

func (c *conversation) received(s *side, l letter, plaintext string) {
	c.t.Helper()
	if plaintext != l.plaintext {
		c.t.Fatalf("plaintext: got %q, sent %q", plaintext, l.plaintext)
	}
	if !s.session.hasReceived() {
		c.t.Fatal("a session that has received a message denies it")
	}
	s.delivered(l)
}

// deliverFirst makes the session of the side that did not begin.
func (c *conversation) deliverFirst(s *side, l letter) {
	c.t.Helper()
	session, plaintext, err := s.account.inbound(s.from(), l.message)
	if err != nil {
		c.t.Fatal("the first message is refused: ", err)
	}
	s.session = session
	c.received(s, l, plaintext)
	if _, _, err := s.account.inbound(s.from(), l.message); (err == nil) != s.reusable {
		c.t.Fatalf("a pre-key message repeated, fallback key %v: %s", s.reusable, verdict(err))
	}
}

// repeat brings a side a letter that it had before.
func (c *conversation) repeat(s *side) {
	c.t.Helper()
	if len(s.archive) == 0 {
		return
	}
	l := s.archive[c.r.IntN(len(s.archive))]
	if _, err := c.decrypt(s, l.message); err == nil {
		c.t.Fatal("a repeated message is accepted")
	}
}

// deliverCorrupted brings a side a letter that was altered. The genuine one
// stays on its way.
func (c *conversation) deliverCorrupted(s *side) {
	c.t.Helper()
	if len(s.inbox) == 0 {
		return
	}
	genuine := s.inbox[c.r.IntN(len(s.inbox))].message
	corrupted := corrupt(c.r, genuine)
	accepted := c.tryOnCopy(s, corrupted)
	if !mustBeRefused(corrupted, genuine) {
		return // nor may it change the conversation
	}
	if accepted {
		c.t.Fatalf("a corrupted message is accepted: %+v for %+v", corrupted, genuine)
	}
	if s.session != nil {
		if _, err := c.decrypt(s, corrupted); err == nil {
			c.t.Fatalf("a corrupted message is accepted: %+v for %+v", corrupted, genuine)
		}
		return
	}
	before := s.account.pickle(twinKey)
	if _, _, err := s.account.inbound(s.from(), corrupted); err == nil {
		c.t.Fatalf("a corrupted first message is accepted: %+v for %+v", corrupted, genuine)
	}
	same(c.t, "account pickle after a refusal", s.account.pickle(twinKey), before)
}

// mustBeRefused reports whether no implementation may accept a corrupted
// message: its authenticated part is no longer there.
func mustBeRefused(corrupted, genuine message) bool {
	if (corrupted.Type == normal) != (genuine.Type == normal) {
		return true
	}
	body, err := base64.RawStdEncoding.DecodeString(corrupted.Body)
	return err == nil && !bytes.Contains(body, authenticated(genuine))
}

// tryOnCopy gives twin copies of a side a message, and returns whether they
// accept it. That they agree is what they are for.
func (c *conversation) tryOnCopy(s *side, m message) (accepted bool) {
	c.t.Helper()
	if s.session == nil {
		copied, err := c.copies.unpickleAccount(s.account.pickle(twinKey), twinKey)
		noError(c.t, err)
		_, _, err = copied.inbound(s.from(), m)
		return err == nil
	}
	copied, err := c.copies.unpickleSession(s.session.pickle(twinKey), twinKey)
	noError(c.t, err)
	copied.matches(s.from(), m)
	_, err = copied.decrypt(m)
	return err == nil
}

// decrypt decrypts a message, and twin copies of the session do so too. A
// refusal must change nothing.
func (c *conversation) decrypt(s *side, m message) (string, error) {
	c.t.Helper()
	before := s.session.pickle(twinKey)
	copied, err := c.copies.unpickleSession(before, twinKey)
	noError(c.t, err)
	plaintext, err := s.session.decrypt(m)
	after := s.session.pickle(twinKey)
	if err != nil {
		same(c.t, "session pickle after a refusal", after, before)
	}
	copiedPlaintext, copiedErr := copied.decrypt(m)
	if sameVerdict(c.t, "decrypt, and by copies", err, copiedErr) {
		same(c.t, "plaintext, and by copies", plaintext, copiedPlaintext)
	}
	same(c.t, "session pickle, and of copies", after, copied.pickle(twinKey))
	return plaintext, err
}

// move takes a side to the other implementation.
func (c *conversation) move(s *side) {
	c.t.Helper()
	s.library = 1 - s.library
	library := c.libraries[s.library]
	key := pickleKey(c.r)
	account, err := library.unpickleAccount(s.account.pickle(key), key)
	noError(c.t, err)
	s.account = account
	if s.session == nil {
		return
	}
	key = pickleKey(c.r)
	session, err := library.unpickleSession(s.session.pickle(key), key)
	noError(c.t, err)
	s.session = session
}
