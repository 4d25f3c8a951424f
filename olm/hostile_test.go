package olm_test

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// lowOrder are the points that give an all-zero shared secret with every key,
// as the wire can carry them: 0, 1, the two of order 8, p−1, p, p+1.
var lowOrder = []keys.Curve25519PublicKey{
	{},
	{1},
	{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
	{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
	edge(0xec), edge(0xed), edge(0xee),
}

// edge returns 2^255 − 256 + low, close to the prime p = 2^255 − 19.
func edge(low byte) keys.Curve25519PublicKey {
	k := keys.Curve25519PublicKey(bytes.Repeat([]byte{0xff}, 32))
	k[0], k[31] = low, 0x7f
	return k
}

func TestT5LowOrderKeysAreRefused(t *testing.T) {
	p := answered(t, olm.Version1)
	good := newOneTimeKey(t, p.bob).Key
	for _, weak := range lowOrder {
		if _, err := p.alice.NewOutboundSession(weak, good, olm.Version1); !errors.Is(err, olm.ErrWeakKey) {
			t.Errorf("identity key %v: %v", weak, err)
		}
		if _, err := p.alice.NewOutboundSession(p.bob.Curve25519Key(), weak, olm.Version1); !errors.Is(err, olm.ErrWeakKey) {
			t.Errorf("one-time key %v: %v", weak, err)
		}

		before := p.bob.State().MarshalPickle()
		for name, m := range map[string]wire.PreKeyMessage{
			"identity key": {OneTimeKey: good, BaseKey: p.alice.Curve25519Key(), IdentityKey: weak},
			"base key":     {OneTimeKey: good, BaseKey: weak, IdentityKey: p.alice.Curve25519Key()},
		} {
			m.Message = forge(p.alice.Curve25519Key(), 0)
			body := olm.Message{Type: olm.PreKey, Body: wire.EncodePreKey(&m)}
			if _, _, err := p.bob.NewInboundSession(m.IdentityKey, body, olm.Version1); !errors.Is(err, olm.ErrWeakKey) {
				t.Errorf("%s %v: %v", name, weak, err)
			}
		}
		if !bytes.Equal(before, p.bob.State().MarshalPickle()) {
			t.Error("the account changed")
		}

		// A new ratchet key of the peer: Alice has a sender chain to step from.
		encrypt(t, p.aliceSession, "so that she has")
		refuse(t, p.aliceSession, olm.Message{Type: olm.Normal, Body: forge(weak, 0)}, olm.ErrWeakKey)
	}
}

// A weak ratchet key that a session already holds, as only a pickle could
// bring, is refused when it is stepped from.
func TestT5LowOrderRatchetKeyIsRefusedOnEncrypt(t *testing.T) {
	p := newPair(t, olm.Version1)
	p.bobSession.State().Ratchet.Receivers[0].RatchetKey = [32]byte{1}
	before := p.bobSession.State().MarshalPickle()
	if _, err := p.bobSession.Encrypt([]byte("x")); !errors.Is(err, olm.ErrWeakKey) {
		t.Fatalf("%v", err)
	}
	if !bytes.Equal(before, p.bobSession.State().MarshalPickle()) {
		t.Error("the session changed")
	}
}

// forge returns a well-formed message under a ratchet key, without a MAC that
// holds.
func forge(ratchetKey keys.Curve25519PublicKey, counter uint32) []byte {
	m := wire.AppendOlm(nil, wire.Version1, (*[32]byte)(&ratchetKey), counter, 16)
	return append(m, make([]byte, 16+8)...)
}

func TestT6MACIsCheckedWhole(t *testing.T) {
	versions(t, func(t *testing.T, v olm.Version) {
		p := answered(t, v)
		m := encrypt(t, p.aliceSession, "whole")
		for n := 1; n <= v.MACLen(); n++ {
			refuse(t, p.bobSession, olm.Message{Type: m.Type, Body: m.Body[:len(m.Body)-n]}, nil)
		}
		for n := 1; n <= 40; n++ {
			longer := append(bytes.Clone(m.Body), make([]byte, n)...)
			refuse(t, p.bobSession, olm.Message{Type: m.Type, Body: longer}, nil)
		}
		for i := len(m.Body) - v.MACLen(); i < len(m.Body); i++ {
			altered := bytes.Clone(m.Body)
			altered[i] ^= 1
			refuse(t, p.bobSession, olm.Message{Type: m.Type, Body: altered}, olm.ErrMAC)
		}
		decrypt(t, p.bobSession, m, "whole")
	})
}

func TestT6VersionIsNotGuessed(t *testing.T) {
	for _, v := range []olm.Version{olm.Version1, olm.Version2} {
		other := 3 - v
		p := newPair(t, v)
		m := encrypt(t, p.aliceSession, "pre-key")
		if _, _, err := p.bob.NewInboundSession(p.alice.Curve25519Key(), m, other); !errors.Is(err, olm.ErrVersion) {
			t.Errorf("inbound session of the other version: %v", err)
		}
		q := answered(t, other)
		refuse(t, q.bobSession, encrypt(t, answered(t, v).aliceSession, "normal"), olm.ErrVersion)
	}
}

// T7: a message with a right MAC and wrong padding gets the error of a wrong
// MAC. Only the peer can make one, by encrypting with the session's own keys.
func TestT7BadPaddingLooksLikeABadMAC(t *testing.T) {
	p := answered(t, olm.Version1)
	for _, n := range []int{0, 1, 15, 16, 17, 32} { // not whole blocks, or no padding
		m := reencrypt(t, p, n)
		refuse(t, p.bobSession, m, olm.ErrMAC)
	}
}

func TestT11FailingDecryptChangesNothing(t *testing.T) {
	versions(t, func(t *testing.T, v olm.Version) {
		p := answered(t, v)
		lost := encrypt(t, p.aliceSession, "late")
		deliver(t, p.aliceSession, p.bobSession, "chain known")
		deliver(t, p.bobSession, p.aliceSession, "step")
		for name, m := range map[string]olm.Message{
			"skipped":   lost,
			"new chain": encrypt(t, p.aliceSession, "new chain"),
		} {
			for bit := range 8 * len(m.Body) {
				altered := bytes.Clone(m.Body)
				altered[bit/8] ^= 1 << (bit % 8)
				refuse(t, p.bobSession, olm.Message{Type: m.Type, Body: altered}, nil)
			}
			for n := range m.Body {
				refuse(t, p.bobSession, olm.Message{Type: m.Type, Body: m.Body[:n]}, nil)
			}
			if _, err := p.bobSession.Decrypt(m); err != nil {
				t.Errorf("%s: the genuine message: %v", name, err)
			}
		}
	})
}

func TestT12CounterFarAheadFailsQuickly(t *testing.T) {
	p := answered(t, olm.Version1)
	deliver(t, p.aliceSession, p.bobSession, "chain known")
	known := p.bobSession.State().Ratchet.Receivers[0].RatchetKey
	encrypt(t, p.bobSession, "so that a new chain can begin")
	start := time.Now()
	for _, counter := range []uint32{olm.MaxMessageGap + 2, 1 << 31, math.MaxUint32 - 1, math.MaxUint32} {
		refuse(t, p.bobSession, olm.Message{Type: olm.Normal, Body: forge(known, counter)}, olm.ErrMessageGap)
		refuse(t, p.bobSession, olm.Message{Type: olm.Normal, Body: forge(p.alice.Curve25519Key(), counter)}, olm.ErrMessageGap)
	}
	t.Logf("8 messages refused in %v; 2^32 hashes would take minutes", time.Since(start))
}

func TestT12GapLimit(t *testing.T) {
	for name, gap := range map[string]int{"at the limit": olm.MaxMessageGap, "beyond": olm.MaxMessageGap + 1} {
		t.Run(name, func(t *testing.T) {
			p := answered(t, olm.Version1)
			for range gap {
				encrypt(t, p.aliceSession, "lost")
			}
			m := encrypt(t, p.aliceSession, "arrives")
			if gap > olm.MaxMessageGap {
				refuse(t, p.bobSession, m, olm.ErrMessageGap)
				return
			}
			decrypt(t, p.bobSession, m, "arrives")
			if n := len(p.bobSession.State().Ratchet.Skipped); n != olm.MaxSkippedKeys {
				t.Errorf("%d skipped keys kept", n)
			}
		})
	}
}

func TestT12SkippedKeyLimit(t *testing.T) {
	p := answered(t, olm.Version1)
	var lost []olm.Message
	for range olm.MaxSkippedKeys + 2 {
		lost = append(lost, encrypt(t, p.aliceSession, "late"))
	}
	deliver(t, p.aliceSession, p.bobSession, "overtakes")
	refuse(t, p.bobSession, lost[0], olm.ErrMessageKeyGone)
	refuse(t, p.bobSession, lost[1], olm.ErrMessageKeyGone)
	for _, m := range lost[2:] {
		decrypt(t, p.bobSession, m, "late")
	}
}

func TestT12ReceiverChainLimit(t *testing.T) {
	p := answered(t, olm.Version1)
	var late []olm.Message // the second message of each chain, never delivered in time
	for range olm.MaxReceiverChains + 1 {
		deliver(t, p.aliceSession, p.bobSession, "begins a chain")
		late = append(late, encrypt(t, p.aliceSession, "late"))
		deliver(t, p.bobSession, p.aliceSession, "so that she steps")
	}
	refuse(t, p.bobSession, late[0], olm.ErrMAC)
	for _, m := range late[1:] {
		decrypt(t, p.bobSession, m, "late")
	}
}

func TestT12ChainEndsAtItsLastIndex(t *testing.T) {
	p := answered(t, olm.Version1)
	deliver(t, p.aliceSession, p.bobSession, "chain known")
	// No peer gets here; a hostile pickle might.
	p.aliceSession.State().Ratchet.Sender.Chain.Index = math.MaxUint32 - 1
	p.bobSession.State().Ratchet.Receivers[0].Chain.Index = math.MaxUint32 - 1
	deliver(t, p.aliceSession, p.bobSession, "last")
	before := p.aliceSession.State().MarshalPickle()
	if _, err := p.aliceSession.Encrypt(nil); !errors.Is(err, olm.ErrChainExhausted) {
		t.Errorf("encrypt: %v", err)
	}
	if !bytes.Equal(before, p.aliceSession.State().MarshalPickle()) {
		t.Error("the session changed")
	}
	known := p.bobSession.State().Ratchet.Receivers[0].RatchetKey
	refuse(t, p.bobSession, olm.Message{Type: olm.Normal, Body: forge(known, math.MaxUint32)}, olm.ErrChainExhausted)
	deliver(t, p.bobSession, p.aliceSession, "step")
	deliver(t, p.aliceSession, p.bobSession, "goes on")
}

func TestT13ReplayIsRefused(t *testing.T) {
	p := answered(t, olm.Version1)
	first := encrypt(t, p.aliceSession, "first")
	second := encrypt(t, p.aliceSession, "second")
	decrypt(t, p.bobSession, second, "second")
	refuse(t, p.bobSession, second, olm.ErrMessageKeyGone)
	decrypt(t, p.bobSession, first, "first")
	refuse(t, p.bobSession, first, olm.ErrMessageKeyGone)
}

// A peer that steps again before we have answered its last step is not the
// peer.
func TestSecondStepWithoutAnAnswerIsRefused(t *testing.T) {
	p := newPair(t, olm.Version1) // Bob has received, and not sent
	refuse(t, p.bobSession, olm.Message{Type: olm.Normal, Body: forge(p.alice.Curve25519Key(), 0)}, olm.ErrMAC)
}

func TestMessageTypeIsChecked(t *testing.T) {
	p := newPair(t, olm.Version1)
	preKey := encrypt(t, p.aliceSession, "pre-key")
	normal := encrypt(t, p.bobSession, "normal")
	refuse(t, p.bobSession, olm.Message{Type: olm.Normal, Body: preKey.Body}, nil)
	refuse(t, p.aliceSession, olm.Message{Type: olm.PreKey, Body: normal.Body}, olm.ErrFormat)
	refuse(t, p.aliceSession, olm.Message{Type: 2, Body: normal.Body}, olm.ErrFormat)
	if _, _, err := p.bob.NewInboundSession(p.alice.Curve25519Key(), normal, olm.Version1); !errors.Is(err, olm.ErrFormat) {
		t.Errorf("inbound session from a normal message: %v", err)
	}
}
