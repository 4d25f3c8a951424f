package interop

import (
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// newTwinSessions returns both ends of a session between twins, after a first
// message each way.
func newTwinSessions(t *testing.T) (alice, bob session) {
	t.Helper()
	twins := newTwins(t, 1)
	a, b := twins.newAccount(), twins.newAccount()
	b.generateOneTimeKeys(1)
	var err error
	for _, key := range b.oneTimeKeys() {
		alice, err = a.outbound(b.identityKeys().Curve25519, key)
		noError(t, err)
	}
	bob, _, err = b.inbound(a.identityKeys().Curve25519, alice.encrypt("hello"))
	noError(t, err)
	_, err = alice.decrypt(bob.encrypt("hello yourself"))
	noError(t, err)
	return alice, bob
}

// sendMany encrypts n messages.
func sendMany(s session, n int) []message {
	var sent []message
	for i := range n {
		sent = append(sent, s.encrypt(fmt.Sprint(i)))
	}
	return sent
}

// TestT12LimitsAreLibolms walks twins to each limit and one step beyond. That
// Mudpuppy and libolm agree there is for the twins to see.
func TestT12LimitsAreLibolms(t *testing.T) {
	t.Run("gap in a new chain", func(t *testing.T) {
		alice, bob := newTwinSessions(t)
		sent := sendMany(alice, olm.MaxMessageGap+2)
		expect(t, bob, sent[olm.MaxMessageGap+1], false)
		expect(t, bob, sent[olm.MaxMessageGap], true)
	})
	t.Run("gap in a known chain", func(t *testing.T) {
		alice, bob := newTwinSessions(t)
		sent := sendMany(alice, olm.MaxMessageGap+3)
		expect(t, bob, sent[0], true)
		expect(t, bob, sent[olm.MaxMessageGap+2], false)
		expect(t, bob, sent[olm.MaxMessageGap+1], true)
	})
	t.Run("kept keys", func(t *testing.T) {
		alice, bob := newTwinSessions(t)
		sent := sendMany(alice, olm.MaxSkippedKeys+2)
		expect(t, bob, sent[olm.MaxSkippedKeys+1], true)
		expect(t, bob, sent[0], false)
		for _, m := range sent[1 : olm.MaxSkippedKeys+1] {
			expect(t, bob, m, true)
		}
	})
	t.Run("chains", func(t *testing.T) {
		alice, bob := newTwinSessions(t)
		var late []message
		for range olm.MaxReceiverChains + 1 {
			late = append(late, alice.encrypt("late"))
			expect(t, bob, alice.encrypt("ping"), true)
			expect(t, alice, bob.encrypt("pong"), true)
		}
		expect(t, bob, late[0], false)
		for _, m := range late[1:] {
			expect(t, bob, m, true)
		}
	})
}

// expect checks the verdict of a session, or of twins, on a message.
func expect(t *testing.T, s session, m message, accepted bool) {
	t.Helper()
	if _, err := s.decrypt(m); (err == nil) != accepted {
		t.Fatal(verdict(err))
	}
}
