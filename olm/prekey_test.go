package olm_test

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// T11: until a message of the peer has decrypted, and whatever else arrives,
// all that is sent are pre-key messages. Without them the peer could not make
// its side of the session.
func TestT11BadAnswerIsNoAnswer(t *testing.T) {
	p := newPair(t, olm.Version1)
	answer := encrypt(t, p.bobSession, "answer")
	for bit := range 8 * len(answer.Body) {
		altered := bytes.Clone(answer.Body)
		altered[bit/8] ^= 1 << (bit % 8)
		refuse(t, p.aliceSession, olm.Message{Type: answer.Type, Body: altered}, nil)
	}
	if p.aliceSession.HasReceivedMessage() || encrypt(t, p.aliceSession, "again").Type != olm.PreKey {
		t.Error("an altered answer counts as one")
	}
	decrypt(t, p.aliceSession, answer, "answer")
	if !p.aliceSession.HasReceivedMessage() {
		t.Error("the answer does not count")
	}
}

// A session matches only if all three keys are its own: nothing authenticates
// them before the message decrypts.
func TestMatchesInboundComparesEveryKey(t *testing.T) {
	p := newPair(t, olm.Version1)
	genuine, err := wire.DecodePreKey(encrypt(t, p.aliceSession, "again").Body)
	if err != nil {
		t.Fatal(err)
	}
	for name, alter := range map[string]func(m *wire.PreKeyMessage){
		"identity key": func(m *wire.PreKeyMessage) { m.IdentityKey[0] ^= 1 },
		"base key":     func(m *wire.PreKeyMessage) { m.BaseKey[0] ^= 1 },
		"one-time key": func(m *wire.PreKeyMessage) { m.OneTimeKey[0] ^= 1 },
	} {
		other := genuine
		alter(&other)
		m := olm.Message{Type: olm.PreKey, Body: wire.EncodePreKey(&other)}
		if p.bobSession.MatchesInbound(m) || p.bobSession.MatchesInboundFrom(other.IdentityKey, m) {
			t.Errorf("matches with another %s", name)
		}
	}
}
