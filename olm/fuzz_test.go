package olm_test

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// fixedPair is a pair made from fixed randomness, so that a corpus means the
// same in every run. Bob knows two chains of Alice's and misses messages.
func fixedPair(tb testing.TB) (p *pair, late, next olm.Message) {
	tb.Helper()
	defer random.Replace(testrand.NewStream(1))()
	p = answered(tb, olm.Version1)
	late = encrypt(tb, p.aliceSession, "late")
	deliver(tb, p.aliceSession, p.bobSession, "overtakes")
	deliver(tb, p.bobSession, p.aliceSession, "step")
	next = encrypt(tb, p.aliceSession, "begins a chain")
	return p, late, next
}

// T11: whatever bytes come, a failing decrypt changes nothing, and T17: none
// makes it panic. Genuine messages are among the seeds, so that the fuzzer
// starts next to what is accepted.
func FuzzDecrypt(f *testing.F) {
	p, late, next := fixedPair(f)
	for _, m := range []olm.Message{late, next} {
		f.Add(int(m.Type), m.Body)
	}
	for _, seed := range vectors.Files(f, "fuzz/olm-decryption") {
		f.Add(int(olm.PreKey), seed)
	}
	for _, seed := range vectors.Files(f, "fuzz/olm-message-decoding") {
		f.Add(int(olm.Normal), seed)
	}
	state := p.bobSession.State().MarshalPickle()
	f.Fuzz(func(t *testing.T, messageType int, body []byte) {
		s := restore(t, state)
		if _, err := s.Decrypt(olm.Message{Type: olm.MessageType(messageType), Body: body}); err != nil {
			if !bytes.Equal(state, s.State().MarshalPickle()) {
				t.Fatalf("the session changed: %v", err)
			}
		}
	})
}

// FuzzDecryptAuthentic puts a right MAC under whatever the peer may send, to
// reach what lies behind it without an authentication that is switched off.
func FuzzDecryptAuthentic(f *testing.F) {
	p, _, _ := fixedPair(f)
	state := p.bobSession.State().MarshalPickle()
	f.Add(uint32(1), make([]byte, 16))
	f.Add(uint32(2), []byte{})
	f.Add(uint32(41), make([]byte, 48))
	f.Add(uint32(2002), make([]byte, 15))
	f.Fuzz(func(t *testing.T, counter uint32, ciphertext []byte) {
		s := restore(t, state)
		chain := &s.State().Ratchet.Receivers[0]
		if counter < chain.Chain.Index || counter-chain.Chain.Index > olm.MaxMessageGap {
			return // no key to make a MAC with
		}
		m := wire.AppendOlm(nil, wire.Version1, &chain.RatchetKey, counter, len(ciphertext))
		m = append(m, ciphertext...)
		m = appendMAC(m, *chain.Chain.Key.Array(), counter-chain.Chain.Index)
		plaintext, err := s.Decrypt(olm.Message{Type: olm.Normal, Body: m})
		if err != nil {
			if !bytes.Equal(state, s.State().MarshalPickle()) {
				t.Fatalf("the session changed: %v", err)
			}
			return
		}
		if len(plaintext) >= len(ciphertext) {
			t.Fatalf("%d bytes of plaintext from %d", len(plaintext), len(ciphertext))
		}
		if got := s.State().Ratchet.Receivers[0].Chain.Index; got != counter+1 {
			t.Fatalf("the chain is at %d", got)
		}
		again := s.State().MarshalPickle()
		if _, err := s.Decrypt(olm.Message{Type: olm.Normal, Body: m}); err == nil || !bytes.Equal(again, s.State().MarshalPickle()) {
			t.Fatalf("replayed: %v", err)
		}
	})
}

func FuzzNewInboundSession(f *testing.F) {
	restoreRandom := random.Replace(testrand.NewStream(2))
	alice, bob := olm.NewAccount(), olm.NewAccount()
	session := outbound(f, alice, bob, olm.Version1)
	f.Add(encrypt(f, session, "hello").Body)
	bob.GenerateFallbackKey()
	restoreRandom()
	for _, seed := range vectors.Files(f, "fuzz/olm-decryption") {
		f.Add(seed)
	}
	state := bob.State().MarshalPickle()
	f.Fuzz(func(t *testing.T, body []byte) {
		m := olm.Message{Type: olm.PreKey, Body: body}
		from := alice.Curve25519Key()
		if k, err := m.SessionKeys(); err == nil {
			from = k.IdentityKey // as a caller does who believes the message
		}
		account, err := olmstate.UnmarshalAccount(state)
		if err != nil {
			t.Fatal(err)
		}
		a := olm.AccountFromState(account)
		if _, _, err := a.NewInboundSession(from, m, olm.Version1); err != nil {
			if !bytes.Equal(state, a.State().MarshalPickle()) {
				t.Fatalf("the account changed: %v", err)
			}
		}
	})
}

// FuzzUnmarshalSession and FuzzUnmarshalAccount fuzz what is inside the seal
// of a pickle: whatever is accepted is written back to the same bytes, and can
// be used without a panic.
func FuzzUnmarshalSession(f *testing.F) {
	p, _, _ := fixedPair(f)
	f.Add(p.aliceSession.State().MarshalPickle())
	f.Add(p.bobSession.State().MarshalPickle())
	f.Fuzz(func(t *testing.T, data []byte) {
		state, err := olmstate.UnmarshalSession(data)
		if err != nil {
			return
		}
		if !bytes.Equal(data, state.MarshalPickle()) {
			t.Fatal("written back to other bytes")
		}
		s := olm.SessionFromState(state)
		s.Describe()
		s.ID()
		_, _ = s.Encrypt([]byte("x")) // a weak key may refuse
		_, _ = s.Decrypt(olm.Message{Type: olm.Normal, Body: forge(p.alice.Curve25519Key(), 3)})
	})
}

func FuzzUnmarshalAccount(f *testing.F) {
	restoreRandom := random.Replace(testrand.NewStream(3))
	a := olm.NewAccount()
	generate(f, a, 2)
	f.Add(a.State().MarshalPickle())
	a.GenerateFallbackKey()
	a.GenerateFallbackKey()
	f.Add(a.State().MarshalPickle())
	restoreRandom()
	f.Fuzz(func(t *testing.T, data []byte) {
		state, err := olmstate.UnmarshalAccount(data)
		if err != nil {
			return
		}
		if !bytes.Equal(data, state.MarshalPickle()) {
			t.Fatal("written back to other bytes")
		}
		b := olm.AccountFromState(state)
		b.Sign(data)
		b.OneTimeKeys()
		generate(t, b, 1)
		b.GenerateFallbackKey()
	})
}

// FuzzUnpickle fuzzes the seal itself.
func FuzzUnpickle(f *testing.F) {
	for _, sealed := range somePickles(f) {
		f.Add(sealed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, unpickle := range unpicklers {
			_ = unpickle(data, &pickleKey)
		}
	})
}

func restore(t testing.TB, state []byte) *olm.Session {
	t.Helper()
	s, err := olmstate.UnmarshalSession(state)
	if err != nil {
		t.Fatal(err)
	}
	return olm.SessionFromState(s)
}
