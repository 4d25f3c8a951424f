package olm_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

func TestConversation(t *testing.T) {
	versions(t, func(t *testing.T, v olm.Version) {
		p := newPair(t, v)
		if p.aliceSession.ID() != p.bobSession.ID() {
			t.Error("the session ids differ")
		}
		if p.aliceSession.HasReceivedMessage() || !p.bobSession.HasReceivedMessage() {
			t.Error("only Bob has received a message")
		}
		if m := encrypt(t, p.aliceSession, "second"); m.Type != olm.PreKey {
			t.Error("Alice has no answer yet and sends a normal message")
		}
		answer := encrypt(t, p.bobSession, "answer")
		if answer.Type != olm.Normal {
			t.Error("Bob has received a message and sends a pre-key message")
		}
		decrypt(t, p.aliceSession, answer, "answer")
		if m := encrypt(t, p.aliceSession, "third"); m.Type != olm.Normal {
			t.Error("Alice has an answer and sends a pre-key message")
		}
		for range 10 {
			deliver(t, p.aliceSession, p.bobSession, "ping")
			deliver(t, p.bobSession, p.aliceSession, "pong")
		}
	})
}

func TestPlaintextsOfAllLengths(t *testing.T) {
	p := answered(t, olm.Version1)
	for n := range 70 {
		deliver(t, p.aliceSession, p.bobSession, strings.Repeat("x", n))
	}
	deliver(t, p.aliceSession, p.bobSession, strings.Repeat("x", 1<<20))
}

func TestMessagesMayComeLateAndOutOfOrder(t *testing.T) {
	p := newPair(t, olm.Version1)
	preKey := encrypt(t, p.aliceSession, "pre-key, late")
	deliver(t, p.bobSession, p.aliceSession, "answer")
	var messages []olm.Message
	for _, plaintext := range []string{"0", "1", "2", "3"} {
		messages = append(messages, encrypt(t, p.aliceSession, plaintext))
	}
	for _, i := range []int{2, 0, 3} {
		decrypt(t, p.bobSession, messages[i], string(rune('0'+i)))
	}
	deliver(t, p.bobSession, p.aliceSession, "next")
	deliver(t, p.aliceSession, p.bobSession, "another chain")
	decrypt(t, p.bobSession, messages[1], "1")
	decrypt(t, p.bobSession, preKey, "pre-key, late")
}

func TestBothSidesBeginAtOnce(t *testing.T) {
	p := newPair(t, olm.Version1)
	other := outbound(t, p.bob, p.alice, olm.Version1)
	session, _, err := p.alice.NewInboundSession(p.bob.Curve25519Key(), encrypt(t, other, "hi"), olm.Version1)
	if err != nil {
		t.Fatal(err)
	}
	if session.ID() == p.aliceSession.ID() {
		t.Error("two sessions with one id")
	}
	deliver(t, session, other, "one")
	deliver(t, p.bobSession, p.aliceSession, "the other")
}

func TestMatchesInbound(t *testing.T) {
	p := newPair(t, olm.Version1)
	again := encrypt(t, p.aliceSession, "again")
	if !p.bobSession.MatchesInbound(again) || !p.bobSession.MatchesInboundFrom(p.alice.Curve25519Key(), again) {
		t.Error("Bob's session does not match Alice's message")
	}
	if p.bobSession.MatchesInboundFrom(p.bob.Curve25519Key(), again) {
		t.Error("matches another identity key")
	}
	other := encrypt(t, outbound(t, p.alice, p.bob, olm.Version1), "other")
	if p.bobSession.MatchesInbound(other) || p.bobSession.MatchesInboundFrom(p.alice.Curve25519Key(), other) {
		t.Error("Bob's session matches a message of another session")
	}
	normal := encrypt(t, p.bobSession, "normal")
	if p.aliceSession.MatchesInbound(normal) {
		t.Error("matches a normal message")
	}
}

func TestSessionKeysOfAMessage(t *testing.T) {
	p := newPair(t, olm.Version1)
	found, err := encrypt(t, p.aliceSession, "again").SessionKeys()
	if err != nil || found != p.bobSession.Keys() || found.SessionID() != p.bobSession.ID() {
		t.Errorf("%v, %v", found, err)
	}
	if found.IdentityKey != p.alice.Curve25519Key() {
		t.Error("another identity key")
	}
	if _, err := encrypt(t, p.bobSession, "normal").SessionKeys(); !errors.Is(err, olm.ErrFormat) {
		t.Errorf("normal message: %v", err)
	}
}

func TestParseMessage(t *testing.T) {
	p := newPair(t, olm.Version1)
	m := encrypt(t, p.aliceSession, "in an event")
	parsed, err := olm.ParseMessage(int(m.Type), m.Base64())
	if err != nil {
		t.Fatal(err)
	}
	decrypt(t, p.bobSession, parsed, "in an event")
	if m.Type.String() != "pre-key" || olm.Normal.String() != "normal" || olm.MessageType(2).String() != "unknown" {
		t.Error("the types are called otherwise")
	}
	for name, bad := range map[string]struct {
		messageType int
		body        string
	}{
		"type 2":         {2, m.Base64()},
		"type 3":         {3, m.Base64()},
		"type -1":        {-1, m.Base64()},
		"padding":        {0, m.Base64() + "="},
		"no base64":      {0, "!" + m.Base64()},
		"trailing space": {0, m.Base64() + " "},
	} {
		if _, err := olm.ParseMessage(bad.messageType, bad.body); !errors.Is(err, olm.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDescribeShowsCountersAndNoKeys(t *testing.T) {
	p := answered(t, olm.Version1)
	encrypt(t, p.aliceSession, "lost")
	deliver(t, p.aliceSession, p.bobSession, "arrives")
	want := "sender chain index: none, receiver chain indices: 2 1, skipped message keys: 0"
	if got := p.bobSession.Describe(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	want = "sender chain index: 2, receiver chain indices: 1, skipped message keys:"
	if got := p.aliceSession.Describe(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestUnknownVersionIsRefused(t *testing.T) {
	p := newPair(t, olm.Version1)
	key := newOneTimeKey(t, p.bob).Key
	for _, v := range []olm.Version{0, 3, 255} {
		if _, err := p.alice.NewOutboundSession(p.bob.Curve25519Key(), key, v); !errors.Is(err, olm.ErrVersion) {
			t.Errorf("outbound, version %d: %v", v, err)
		}
		m := encrypt(t, p.aliceSession, "x")
		if _, _, err := p.bob.NewInboundSession(p.alice.Curve25519Key(), m, v); !errors.Is(err, olm.ErrVersion) {
			t.Errorf("inbound, version %d: %v", v, err)
		}
	}
}

func TestWipedObjectsRefuse(t *testing.T) {
	p := answered(t, olm.Version1)
	m := encrypt(t, p.bobSession, "too late")
	root := p.aliceSession.State().Ratchet.Root.Array()
	p.aliceSession.Wipe()
	p.aliceSession.Wipe()
	if *root != [32]byte{} {
		t.Error("the root key was not overwritten")
	}
	if _, err := p.aliceSession.Encrypt(nil); !errors.Is(err, olm.ErrWiped) {
		t.Errorf("Encrypt: %v", err)
	}
	if _, err := p.aliceSession.Decrypt(m); !errors.Is(err, olm.ErrWiped) {
		t.Errorf("Decrypt: %v", err)
	}
	if _, err := p.aliceSession.Pickle(new([32]byte)); !errors.Is(err, olm.ErrWiped) {
		t.Errorf("Pickle: %v", err)
	}
	if p.aliceSession.Describe() != "wiped" {
		t.Error("Describe")
	}
	if p.aliceSession.ID() != p.bobSession.ID() || !p.aliceSession.HasReceivedMessage() {
		t.Error("what is public did not stay")
	}
	if _, err := new(olm.Session).Encrypt(nil); !errors.Is(err, olm.ErrWiped) {
		t.Errorf("Encrypt of the zero session: %v", err)
	}

	key := p.alice.State().IdentityKey.Private.Array()
	p.alice.Wipe()
	p.alice.Wipe()
	if *key != [32]byte{} {
		t.Error("the identity key was not overwritten")
	}
	if _, err := p.alice.GenerateOneTimeKeys(1); !errors.Is(err, olm.ErrWiped) {
		t.Errorf("GenerateOneTimeKeys: %v", err)
	}
	if _, err := p.alice.SetOneTimeKeyLimit(1); !errors.Is(err, olm.ErrWiped) {
		t.Errorf("SetOneTimeKeyLimit: %v", err)
	}
	if _, err := p.alice.NewOutboundSession(keys.Curve25519PublicKey{9}, keys.Curve25519PublicKey{9}, olm.Version1); !errors.Is(err, olm.ErrWiped) {
		t.Errorf("NewOutboundSession: %v", err)
	}
	if _, _, err := p.alice.NewInboundSession(keys.Curve25519PublicKey{9}, m, olm.Version1); !errors.Is(err, olm.ErrWiped) {
		t.Errorf("NewInboundSession: %v", err)
	}
	if _, err := p.alice.Pickle(new([32]byte)); !errors.Is(err, olm.ErrWiped) {
		t.Errorf("Pickle: %v", err)
	}
	if err := p.alice.GenerateFallbackKey(); !errors.Is(err, olm.ErrWiped) {
		t.Errorf("GenerateFallbackKey: %v", err)
	}
	if p.alice.Curve25519Key() == (keys.Curve25519PublicKey{}) || p.alice.OneTimeKeyCount() != 0 {
		t.Error("the public identity key did not stay, or one-time keys did")
	}
}

// Messages are lost, delayed, repeated and reordered at random; each decrypts
// at most once, and to what was encrypted. Late ones may be pushed out by the
// limits.
func TestRandomisedConversation(t *testing.T) {
	r := testrand.New(t)
	defer random.Replace(testrand.NewStream(r.Uint64()))() // so that the seed repeats all
	for range testrand.Count(t, 5) {
		p := newPair(t, olm.Version(1+r.IntN(2)))
		sessions := []*olm.Session{p.aliceSession, p.bobSession}
		type late struct {
			message   olm.Message
			plaintext string
		}
		var underway [2][]late // to each side
		arrived := 0
		for step := range 200 {
			side := r.IntN(2)
			plaintext := string(testrand.Bytes(r, 1+step))
			m := encrypt(t, sessions[side], plaintext)
			switch r.IntN(4) {
			case 0: // lost
			case 1: // late
				underway[1-side] = append(underway[1-side], late{m, plaintext})
			default:
				decrypt(t, sessions[1-side], m, plaintext)
				refuse(t, sessions[1-side], m, nil)
			}
			if waiting := underway[side]; len(waiting) > 0 && r.IntN(3) == 0 {
				got, err := sessions[side].Decrypt(waiting[0].message)
				switch {
				case err == nil:
					arrived++
					if string(got) != waiting[0].plaintext {
						t.Fatalf("a late message decrypted to %q", got)
					}
				case !errors.Is(err, olm.ErrMessageKeyGone) && !errors.Is(err, olm.ErrMAC):
					t.Fatal(err)
				}
				underway[side] = waiting[1:]
			}
			sessions[side] = copySession(t, sessions[side])
		}
		if arrived == 0 {
			t.Error("no late message ever arrived")
		}
	}
}
