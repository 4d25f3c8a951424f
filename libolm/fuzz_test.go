package libolm

import (
	"bytes"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// fuzzContent gives hostile bytes to the reader of what is inside a pickle.
// What it accepts must be written as it was, or, where it was of an older
// version, too long or leapt, in a form that stays the same; and it must be
// usable.
func fuzzContent[T object](f *testing.F, kind string, read reading[T], encode func(T) []byte, use func(T)) {
	for _, s := range vectors.Load[strict[pickleCase]](f, "pickles_libolm.json") {
		if content, err := open(s.v.Pickle, s.v.Key); err == nil && s.v.Type == kind {
			f.Add(content)
		}
	}
	for seed := range uint64(4) {
		f.Add(states{testrand.FromSeed(seed)}.contents()[kind])
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		given := bytes.Clone(content)
		o, err := decode(content, read)
		if !bytes.Equal(content, given) {
			t.Error("the reader changed its input")
		}
		if err != nil {
			refused(t, err, "%x", content)
			return
		}
		first := encode(o)
		if bytes.Equal(first[:4], content[:4]) && len(first) == len(content) && !leapt(o) {
			equalBytes(t, "written again", first, content)
		}
		again, err := decode(first, read)
		if err != nil {
			t.Fatalf("what was written does not read: %v", err)
		}
		equalBytes(t, "written once more", encode(again), first)
		use(again)
		again.Wipe()
		equalBytes(t, "written after the other was used and wiped", encode(o), first)
	})
}

// leapt reports whether an object is an inbound session that may have come from
// one whose latest ratchet lay behind the first.
func leapt(o object) bool {
	s, ok := o.(*megolmstate.Inbound)
	return ok && s.Latest.Index == s.Initial.Index
}

func FuzzUnmarshalAccount(f *testing.F) {
	good := states{testrand.FromSeed(0)}.contents()["account"]
	for _, content := range vectors.Files(f, "fuzz/olm-account-unpickling") {
		f.Add(content)
		if len(content) > 4+signingKeyLen { // with a signing key that passes
			f.Add(slices.Concat(content[:4], good[4:4+signingKeyLen], content[4+signingKeyLen:]))
		}
	}
	fuzzContent(f, "account", readAccount, encodeAccount, func(state *olmstate.Account) {
		a := olm.AccountFromState(state)
		a.Sign([]byte("message"))
		a.GenerateOneTimeKeys(1)
		a.GenerateFallbackKey()
		a.NewOutboundSession(a.Curve25519Key(), a.Curve25519Key(), olm.Version1)
	})
}

func FuzzUnmarshalSession(f *testing.F) {
	fuzzContent(f, "session", readSession, encodeSession, func(state *olmstate.Session) {
		s := olm.SessionFromState(state)
		if message, err := s.Encrypt([]byte("message")); err == nil {
			s.Decrypt(message)
		}
		s.Describe()
	})
}

func FuzzUnmarshalOutboundSession(f *testing.F) {
	fuzzContent(f, "outbound_group_session", readOutbound, encodeOutbound, func(state *megolmstate.Outbound) {
		s := megolm.OutboundFromState(state)
		s.SessionKey()
		s.Encrypt([]byte("message"))
	})
}

func FuzzUnmarshalInboundSession(f *testing.F) {
	fuzzContent(f, "inbound_group_session", readInbound, encodeInbound, func(state *megolmstate.Inbound) {
		s := megolm.InboundFromState(state)
		s.Export()
		s.ExportAt(s.FirstKnownIndex() + 1<<30)
	})
}

func FuzzUnmarshalPkDecryption(f *testing.F) {
	fuzzContent(f, "pk_decryption", readPkDecryption, encodePkDecryption, func(k *curve25519.KeyPair) {
		var out [32]byte
		k.SharedSecret(&out, &k.Public)
	})
}

// FuzzUnpickle gives hostile text to every reader: without the key there is
// nothing that they accept.
func FuzzUnpickle(f *testing.F) {
	for _, file := range []string{"pickles_libolm.json", "generated_by_libolm/pickle_refusals.json"} {
		for _, s := range vectors.Load[strict[pickleCase]](f, file) {
			f.Add(s.v.Pickle)
		}
	}
	f.Fuzz(func(t *testing.T, pickle string) {
		for kind, repickle := range kinds {
			_, err := repickle(pickle, []byte("a key that no seed was made with"))
			refused(t, err, "%s: %q", kind, pickle)
		}
	})
}
