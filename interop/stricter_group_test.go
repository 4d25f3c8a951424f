package interop

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// strayBitsInSessionKey alters a session key, whose 229 bytes leave four bits
// over, where it means nothing.
func strayBitsInSessionKey(t *testing.T) (ours, theirs error) {
	twins := newGroupTwins(t, 1)
	key := withLastBit(twins.newOutbound().sessionKey())
	_, ours = twins.ours.newInbound(key)
	_, theirs = twins.theirs.newInbound(key)
	return ours, theirs
}

// twoLeaps brings libolm beyond the furthest index: from there on it takes the
// first message for one of the next round, and refuses it.
func twoLeaps(t *testing.T) (ours, theirs error) {
	twins := newGroupTwins(t, 1)
	out := newOutboundAt(t, twins, 0)
	made, err := twins.newInbound(out.sessionKey())
	noError(t, err)
	in := made.(*twinInbound)
	_, err = in.decrypt(later(t, twins, out, 1<<31-1).encrypt("first leap"))
	noError(t, err)

	second := later(t, twins, out, 1<<32-2).encrypt("second leap")
	_, ours = in.ours.decrypt(second)
	_, theirs = in.theirs.decrypt(second)

	first := out.encrypt("first message")
	if _, err := in.ours.decrypt(first); err != nil {
		t.Error("Mudpuppy refuses the first message: ", err)
	}
	if _, err := in.theirs.decrypt(first); err == nil {
		t.Error("libolm accepts the first message")
	}
	return ours, theirs
}

// TestT11RefusedGroupMessageMovesLibolmOnly gives twins a message that is
// signed, but has a wrong MAC. Both refuse it; the ratchet of libolm has moved
// by then.
func TestT11RefusedGroupMessageMovesLibolmOnly(t *testing.T) {
	twins := newGroupTwins(t, 1)
	out := newOutboundAt(t, twins, 0)
	made, err := twins.newInbound(out.sessionKey())
	noError(t, err)
	in := made.(*twinInbound)
	before := in.pickle(twinKey)

	m, err := base64.Decode(later(t, twins, out, 5).encrypt("hello"))
	noError(t, err)
	signed := m[:len(m)-wire.SignatureLen]
	signed[len(signed)-1] ^= 1 // of the MAC
	key := out.(twinOutbound).ours.(ourOutbound).State().SigningKey
	signature := key.Sign(signed)
	altered := base64.Encode(append(signed, signature[:]...))

	if _, err := in.ours.decrypt(altered); err == nil {
		t.Error("Mudpuppy accepts a wrong MAC")
	}
	if _, err := in.theirs.decrypt(altered); err == nil {
		t.Error("libolm accepts a wrong MAC")
	}
	if in.ours.pickle(twinKey) != before {
		t.Error("the refused message changes our session")
	}
	if in.theirs.pickle(twinKey) == before {
		t.Error("the refused message does not change libolm's session: a difference less")
	}
}
