package olm_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// The gap counts from where a chain is, not from its beginning.
func TestT12GapLimitInAKnownChain(t *testing.T) {
	p := answered(t, olm.Version1)
	deliver(t, p.aliceSession, p.bobSession, "chain known")
	for range olm.MaxMessageGap {
		encrypt(t, p.aliceSession, "lost")
	}
	atTheLimit := encrypt(t, p.aliceSession, "arrives")
	refuse(t, p.bobSession, encrypt(t, p.aliceSession, "beyond"), olm.ErrMessageGap)
	decrypt(t, p.bobSession, atTheLimit, "arrives")
	deliver(t, p.aliceSession, p.bobSession, "goes on")
}

// The limit is one for all chains together, and the oldest keys go first.
func TestT12SkippedKeyLimitOfAllChains(t *testing.T) {
	p := answered(t, olm.Version1)
	var lost []olm.Message
	for range olm.MaxReceiverChains {
		for range olm.MaxSkippedKeys / 2 {
			lost = append(lost, encrypt(t, p.aliceSession, "late"))
		}
		deliver(t, p.aliceSession, p.bobSession, "arrives")
		deliver(t, p.bobSession, p.aliceSession, "so that she steps")
		if n := len(p.bobSession.State().Ratchet.Skipped); n > olm.MaxSkippedKeys {
			t.Fatalf("%d skipped keys are kept", n)
		}
	}
	kept := len(lost) - olm.MaxSkippedKeys
	for _, m := range lost[:kept] {
		refuse(t, p.bobSession, m, olm.ErrMessageKeyGone)
	}
	for _, m := range lost[kept:] {
		decrypt(t, p.bobSession, m, "late")
	}
}
