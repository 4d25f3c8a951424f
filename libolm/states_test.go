package libolm

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
)

// states makes random states of every kind.
type states struct{ *rand.Rand }

func (r states) public() [32]byte { return [32]byte(testrand.Bytes(r.Rand, 32)) }

func (r states) secret() secret.Box[[32]byte] {
	b := r.public()
	return secret.Of(&b)
}

func (r states) bool() bool { return r.IntN(2) == 1 }

func (r states) keyPair() curve25519.KeyPair {
	return curve25519.KeyPair{Public: r.public(), Private: r.secret()}
}

func (r states) signingKey() curve25519.SigningKey {
	seed := r.public()
	return curve25519.NewSigningKey(&seed)
}

func (r states) oneTimeKey() olmstate.OneTimeKey {
	return olmstate.OneTimeKey{ID: r.Uint32(), Published: r.bool(), Key: r.keyPair()}
}

func (r states) account() *olmstate.Account {
	a := &olmstate.Account{
		IdentityKey: r.keyPair(),
		SigningKey:  r.signingKey(),
		Limit:       olmstate.MaxOneTimeKeys,
		LastKeyID:   r.Uint32(),
	}
	for range r.IntN(MaxOneTimeKeys + 20) {
		a.OneTimeKeys = append(a.OneTimeKeys, r.oneTimeKey())
	}
	count := r.IntN(3)
	if count > 0 {
		k := r.oneTimeKey()
		a.Fallback = &k
	}
	if count > 1 {
		k := r.oneTimeKey()
		a.PreviousFallback = &k
	}
	return a
}

func (r states) chain() olmstate.ChainKey {
	return olmstate.ChainKey{Key: r.secret(), Index: r.Uint32()}
}

func (r states) session() *olmstate.Session {
	s := &olmstate.Session{
		Version:     wire.Version1,
		Received:    r.bool(),
		IdentityKey: r.public(),
		BaseKey:     r.public(),
		OneTimeKey:  r.public(),
		Ratchet:     olmstate.Ratchet{Root: r.secret()},
	}
	for range r.IntN(olmstate.MaxReceiverChains + 1) {
		s.Ratchet.Receivers = append(s.Ratchet.Receivers, olmstate.ReceiverChain{RatchetKey: r.public(), Chain: r.chain()})
	}
	if r.bool() || len(s.Ratchet.Receivers) == 0 {
		s.Ratchet.Sender = &olmstate.SenderChain{RatchetKey: r.keyPair(), Chain: r.chain()}
	}
	for range r.IntN(olmstate.MaxSkippedKeys + 1) {
		s.Ratchet.Skipped = append(s.Ratchet.Skipped, olmstate.SkippedKey{RatchetKey: r.public(), Key: r.secret(), Index: r.Uint32()})
	}
	return s
}

func (r states) ratchet() megolmstate.Ratchet {
	data := [megolmstate.RatchetLen]byte(testrand.Bytes(r.Rand, megolmstate.RatchetLen))
	return megolmstate.Ratchet{Data: secret.Of(&data), Index: r.Uint32()}
}

func (r states) outbound() *megolmstate.Outbound {
	return &megolmstate.Outbound{Version: wire.Version1, Ratchet: r.ratchet(), SigningKey: r.signingKey()}
}

func (r states) inbound() *megolmstate.Inbound {
	s := &megolmstate.Inbound{
		Version:    wire.Version1,
		Initial:    r.ratchet(),
		Latest:     r.ratchet(),
		SigningKey: r.public(),
		Verified:   r.bool(),
	}
	s.Latest.Index = s.Initial.Index + r.Uint32N(1<<31)
	return s
}

// contents returns what a pickle of each kind holds; that of the account is
// short.
func (r states) contents() map[string][]byte {
	account, keys := r.account(), r.keyPair()
	account.OneTimeKeys = account.OneTimeKeys[:min(2, len(account.OneTimeKeys))]
	return map[string][]byte{
		"account":                encodeAccount(account),
		"session":                encodeSession(r.session()),
		"outbound_group_session": encodeOutbound(r.outbound()),
		"inbound_group_session":  encodeInbound(r.inbound()),
		"pk_decryption":          encodePkDecryption(&keys),
	}
}

// TestRoundTrip compares random objects, by the pickles of their own packages,
// before and after they went through a pickle for libolm.
func TestRoundTrip(t *testing.T) {
	r := states{testrand.New(t)}
	for range testrand.Count(t, 20) {
		key := testrand.Bytes(r.Rand, r.IntN(50))

		account := r.account()
		a := roundTrip(t, olm.AccountFromState(account), key, PickleAccount, UnpickleAccount)
		account.OneTimeKeys = account.OneTimeKeys[max(0, len(account.OneTimeKeys)-MaxOneTimeKeys):]
		equalBytes(t, "account", a.State().MarshalPickle(), account.MarshalPickle())

		session := r.session()
		s := roundTrip(t, olm.SessionFromState(session), key, PickleSession, UnpickleSession)
		equalBytes(t, "session", s.State().MarshalPickle(), session.MarshalPickle())

		outbound := r.outbound()
		out := roundTrip(t, megolm.OutboundFromState(outbound), key, PickleOutboundSession, UnpickleOutboundSession)
		equalBytes(t, "outbound session", out.State().MarshalPickle(), outbound.MarshalPickle())

		inbound := r.inbound()
		in := roundTrip(t, megolm.InboundFromState(inbound), key, PickleInboundSession, UnpickleInboundSession)
		equalBytes(t, "inbound session", in.State().MarshalPickle(), inbound.MarshalPickle())

		private := r.public()
		decryption := pk.DecryptionFromPrivateKey(&private)
		d := roundTrip(t, decryption, key, PicklePkDecryption, UnpicklePkDecryption)
		equal(t, "public key", d.PublicKey(), decryption.PublicKey())
		equalBytes(t, "private key", d.State().Private.Array()[:], private[:])
	}
}

func roundTrip[T any](t *testing.T, o T, key []byte, write func(T, []byte) (string, error), read func(string, []byte) (T, error)) T {
	t.Helper()
	pickle := must[string](t)(write(o, slices.Clone(key)))
	got := must[T](t)(read(pickle, key))
	equal(t, "pickle", must[string](t)(write(got, key)), pickle)
	return got
}

func equalBytes(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got %x, want %x", what, got, want)
	}
}
