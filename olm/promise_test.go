package olm_test

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// What Olm promises about a device whose session was copied by a thief. What
// it does not promise is in SECURITY.md.

func TestForwardSecrecyACopiedSessionCannotReadWhatCameBefore(t *testing.T) {
	p := answered(t, olm.Version1)
	earlier := encrypt(t, p.aliceSession, "read, and its key forgotten")
	decrypt(t, p.bobSession, earlier, "read, and its key forgotten")

	stolen := copySession(t, p.bobSession)
	refuse(t, stolen, earlier, olm.ErrMessageKeyGone)

	// Nor after the chain of that message has been replaced.
	deliver(t, p.bobSession, p.aliceSession, "step")
	deliver(t, p.aliceSession, p.bobSession, "step")
	refuse(t, copySession(t, p.bobSession), earlier, olm.ErrMessageKeyGone)

	// The sender's copy is of no more use: it cannot read what it sent.
	sent := encrypt(t, p.aliceSession, "sent")
	refuse(t, copySession(t, p.aliceSession), sent, nil)
	// The control: Bob, for whom it is, reads it.
	decrypt(t, p.bobSession, sent, "sent")
}

func TestHealingACopiedSessionCannotReadAfterTheNextDiffieHellmanStep(t *testing.T) {
	p := answered(t, olm.Version1)
	deliver(t, p.aliceSession, p.bobSession, "before the theft")
	stolen := copySession(t, p.bobSession)

	// The control: until Bob steps, the thief reads along.
	along := encrypt(t, p.aliceSession, "the thief reads this")
	decrypt(t, p.bobSession, along, "the thief reads this")
	decrypt(t, stolen, along, "the thief reads this")

	// Bob answers with a ratchet key drawn after the theft, and Alice steps. The
	// thief steps as well, as far as the stolen session goes.
	encrypt(t, stolen, "under a ratchet key of the thief's")
	deliver(t, p.bobSession, p.aliceSession, "a new ratchet key")
	healed := encrypt(t, p.aliceSession, "the thief does not read this")
	if plaintext, err := stolen.Decrypt(healed); err == nil {
		t.Fatalf("the thief read %q", plaintext)
	}
	decrypt(t, p.bobSession, healed, "the thief does not read this")

	// Alice's side heals as well: her thief reads along until she steps.
	stolen = copySession(t, p.aliceSession)
	along = encrypt(t, p.bobSession, "her thief reads this")
	decrypt(t, p.aliceSession, along, "her thief reads this")
	decrypt(t, stolen, along, "her thief reads this")
	encrypt(t, stolen, "under a ratchet key of the thief's")
	deliver(t, p.aliceSession, p.bobSession, "a new ratchet key of hers")
	healed = encrypt(t, p.bobSession, "her thief does not read this")
	if plaintext, err := stolen.Decrypt(healed); err == nil {
		t.Fatalf("the thief read %q", plaintext)
	}
	decrypt(t, p.aliceSession, healed, "her thief does not read this")
}

// Deniability in its plainest form: both sides can compute every MAC, so that
// a message proves nothing to a third person.
func TestDeniabilityTheReceiverCouldHaveWrittenEveryMessage(t *testing.T) {
	p := answered(t, olm.Version1)
	deliver(t, p.aliceSession, p.bobSession, "chain known")
	before := copySession(t, p.bobSession) // the receiver keeps the key
	genuine := encrypt(t, p.aliceSession, "I owe you a beer")
	decrypt(t, p.bobSession, genuine, "I owe you a beer")

	forged := forgeAsReceiver(t, before, genuine, "I owe you a thousand")
	if bytes.Equal(forged.Body, genuine.Body) {
		t.Fatal("not another message")
	}
	decrypt(t, before, forged, "I owe you a thousand")
}
