package interop

import (
	"math/rand/v2"
	"testing"
)

// TestGroupConversations has Mudpuppy and libolm write to groups of both. Now
// and then a member moves to the other implementation, by a pickle.
func TestGroupConversations(t *testing.T) {
	repeatedly(t, 50, func(t *testing.T, r *rand.Rand) {
		seedBoth(t, r.Uint64(), r.Uint64())
		libraries := [2]groupLibrary{ourMegolm{t}, libolmMegolm{t}}
		newGroupConversation(t, r, libraries).hold()
	})
}

// TestTwinGroupConversations does the same with twins.
func TestTwinGroupConversations(t *testing.T) {
	repeatedly(t, 50, func(t *testing.T, r *rand.Rand) {
		twins := newGroupTwins(t, r.Uint64())
		c := newGroupConversation(t, r, [2]groupLibrary{twins, twins})
		c.twins = true
		c.hold()
	})
}

// groupConversation is a sender and those that receive: some from a session
// key, some from an export of another.
type groupConversation struct {
	t         testing.TB
	r         *rand.Rand
	libraries [2]groupLibrary
	twins     bool
	sender    outboundGroup
	receivers []inboundGroup
	sent      []groupLetter
}

type groupLetter struct {
	opened
	message string
}

func newGroupConversation(t testing.TB, r *rand.Rand, libraries [2]groupLibrary) *groupConversation {
	t.Helper()
	c := &groupConversation{t: t, r: r, libraries: libraries}
	c.sender = c.library().newOutbound()
	c.send()
	c.share()
	c.send()
	return c
}

// library returns any of the implementations.
func (c *groupConversation) library() groupLibrary { return c.libraries[c.r.IntN(2)] }

// receiver returns any of the receivers.
func (c *groupConversation) receiver() inboundGroup { return c.receivers[c.r.IntN(len(c.receivers))] }

// hold lets things happen.
func (c *groupConversation) hold() {
	c.t.Helper()
	for range 30 + c.r.IntN(40) {
		switch n := c.r.IntN(20); {
		case n < 4:
			c.send()
		case n < 6:
			c.share()
		case n < 8:
			c.forward()
		case n < 14:
			c.deliver(c.receiver())
		case n < 17:
			c.deliverCorrupted(c.receiver())
		case n < 18:
			c.shareCorrupted()
		default:
			c.move()
		}
	}
	for _, receiver := range c.receivers {
		same(c.t, "session id", receiver.id(), c.sender.id())
		c.deliver(receiver)
	}
}

// send sends some messages, seldom enough that more than the last part of the
// ratchet moves.
func (c *groupConversation) send() {
	c.t.Helper()
	n := 1 + c.r.IntN(3)
	if c.r.IntN(50) == 0 {
		n = 300
	}
	for range n {
		l := groupLetter{opened: opened{text(c.r), c.sender.index()}}
		l.message = c.sender.encrypt(l.plaintext)
		c.sent = append(c.sent, l)
	}
}

// share gives the session to one more receiver.
func (c *groupConversation) share() {
	c.t.Helper()
	receiver, err := c.library().newInbound(c.sender.sessionKey())
	noError(c.t, err)
	same(c.t, "first known index", receiver.firstIndex(), c.sender.index())
	c.receivers = append(c.receivers, receiver)
}

// forward gives a receiver's session, from any index on, to one more.
func (c *groupConversation) forward() {
	c.t.Helper()
	from := c.receiver()
	index := uint32(max(0, int(from.firstIndex())-3+c.r.IntN(2*len(c.sent))))
	key, err := from.export(index)
	if index < from.firstIndex() {
		if err == nil {
			c.t.Fatal("an index before the first known one is exported")
		}
		return
	}
	noError(c.t, err)
	receiver, err := c.library().importInbound(key)
	noError(c.t, err)
	same(c.t, "first known index", receiver.firstIndex(), index)
	c.receivers = append(c.receivers, receiver)
}

// deliver brings a receiver any message, in any order, for the first time or
// not.
func (c *groupConversation) deliver(receiver inboundGroup) {
	c.t.Helper()
	l := c.sent[c.r.IntN(len(c.sent))]
	before := receiver.pickle(twinKey)
	got, err := receiver.decrypt(l.message)
	if l.index < receiver.firstIndex() {
		if err == nil {
			c.t.Fatal("a message before the first known index is accepted")
		}
		same(c.t, "pickle after a refusal", receiver.pickle(twinKey), before)
		return
	}
	noError(c.t, err)
	same(c.t, "decrypted", got, l.opened)
}

func (c *groupConversation) deliverCorrupted(receiver inboundGroup) {
	c.t.Helper()
	message := c.corrupt(c.sent[c.r.IntN(len(c.sent))].message)
	before := receiver.pickle(twinKey)
	if _, err := receiver.decrypt(message); err == nil {
		c.t.Fatalf("a corrupted message is accepted: %s", message)
	}
	same(c.t, "pickle after a refusal", receiver.pickle(twinKey), before)
}

// shareCorrupted shares an altered session key. An altered export has no
// signature that could show it: it may give another session, and twins must
// agree on that.
func (c *groupConversation) shareCorrupted() {
	c.t.Helper()
	key := c.corrupt(c.sender.sessionKey())
	if _, err := c.library().newInbound(key); err == nil {
		c.t.Fatalf("a corrupted session key is accepted: %s", key)
	}
	from := c.receiver()
	key, err := from.export(from.firstIndex())
	noError(c.t, err)
	c.library().importInbound(c.corrupt(key))
}

// corrupt corrupts a text so that nobody may accept it, unless twins look
// after what libolm reads more leniently.
func (c *groupConversation) corrupt(text string) string {
	corrupted := corruptText(c.r, text)
	for !c.twins && isStricterText(corrupted) {
		corrupted = corruptText(c.r, text)
	}
	return corrupted
}

// move takes a member to any implementation.
func (c *groupConversation) move() {
	c.t.Helper()
	key := pickleKey(c.r)
	var err error
	if c.r.IntN(3) == 0 {
		c.sender, err = c.library().unpickleOutbound(c.sender.pickle(key), key)
		noError(c.t, err)
		return
	}
	i := c.r.IntN(len(c.receivers))
	c.receivers[i], err = c.library().unpickleInbound(c.receivers[i].pickle(key), key)
	noError(c.t, err)
}
