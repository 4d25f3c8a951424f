package libolm

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
)

var pickleKey = []byte("a key for pickles")

// refused fails the test unless the error is one that the package documents.
func refused(t *testing.T, err error, format string, args ...any) {
	t.Helper()
	for _, known := range []error{ErrBase64, ErrKey, ErrVersion, ErrLegacyAccount, ErrCorrupted, ErrExtraData} {
		if errors.Is(err, known) {
			return
		}
	}
	t.Errorf("got %v for "+format, append([]any{err}, args...)...)
}

func TestT16TruncatedOrAlteredPickleIsRefused(t *testing.T) {
	for kind, content := range (states{testrand.New(t)}).contents() {
		good := seal(content, pickleKey)
		if _, err := kinds[kind](good, pickleKey); err != nil {
			t.Fatal(err)
		}
		for n := range len(good) {
			_, err := kinds[kind](good[:n], pickleKey)
			refused(t, err, "%s cut to %d characters", kind, n)
		}
		for i := 0; i < len(good); i += 7 {
			altered := []byte(good)
			altered[i] = "AB"[altered[i]&1] // A is odd, B even
			_, err := kinds[kind](string(altered), pickleKey)
			refused(t, err, "%s altered at %d", kind, i)
		}
		for _, more := range []string{"A", "AAAA", "=", "\n"} {
			_, err := kinds[kind](good+more, pickleKey)
			refused(t, err, "%s with %q after it", kind, more)
		}
	}
}

func TestT16TruncatedContentIsRefused(t *testing.T) {
	for kind, content := range (states{testrand.New(t)}).contents() {
		for n := range len(content) {
			_, err := kinds[kind](seal(slices.Clone(content[:n]), pickleKey), pickleKey)
			if !errors.Is(err, ErrCorrupted) {
				t.Errorf("%s cut to %d bytes: got %v", kind, n, err)
			}
		}
		_, err := kinds[kind](seal(append(slices.Clone(content), 0), pickleKey), pickleKey)
		if !errors.Is(err, ErrExtraData) {
			t.Errorf("%s with a byte after it: got %v", kind, err)
		}
	}
}

func TestT16PickleOfAnotherKindIsRefused(t *testing.T) {
	for kind, content := range (states{testrand.New(t)}).contents() {
		pickle := seal(content, pickleKey)
		for other, repickle := range kinds {
			if other != kind {
				_, err := repickle(pickle, pickleKey)
				refused(t, err, "%s read as %s", kind, other)
			}
		}
	}
}

func TestT16HostileContentIsRefused(t *testing.T) {
	r := states{testrand.New(t)}
	account := r.account()
	account.OneTimeKeys = account.OneTimeKeys[:0]
	account.OneTimeKeys = append(account.OneTimeKeys, r.oneTimeKey())
	session := r.session()
	const oneTimeCount = 4 + signingKeyLen + keyPairLen
	const senderCount = 4 + 1 + 3*32 + 32
	receiverCount := senderCount + 4
	if session.Ratchet.Sender != nil {
		receiverCount += senderChainLen
	}
	skippedCount := receiverCount + 4 + len(session.Ratchet.Receivers)*receiverChainLen

	tests := []struct {
		name    string
		kind    string
		content []byte
		offset  int
		bytes   []byte
	}{
		{"public signing key of another", "account", encodeAccount(account), 4, []byte{1, 2, 3}},
		{"blank private signing key alone", "account", encodeAccount(account), 4 + 32, make([]byte, 64)},
		{"public signing key of another", "outbound_group_session", encodeOutbound(r.outbound()), 4 + ratchetLen, []byte{1, 2, 3}},
		{"blank public signing key alone", "outbound_group_session", encodeOutbound(r.outbound()), 4 + ratchetLen, make([]byte, 32)},
		{"one-time keys beyond the end", "account", encodeAccount(account), oneTimeCount, []byte{0, 0, 0, 200}},
		{"2^32-1 one-time keys", "account", encodeAccount(account), oneTimeCount, []byte{255, 255, 255, 255}},
		{"published 2", "account", encodeAccount(account), oneTimeCount + 4 + 4, []byte{2}},
		{"three fallback keys", "account", encodeAccount(account), oneTimeCount + 4 + oneTimeKeyLen, []byte{3}},
		{"received 2", "session", encodeSession(session), 4, []byte{2}},
		{"two sender chains", "session", encodeSession(session), senderCount, []byte{0, 0, 0, 2}},
		{"six receiver chains", "session", encodeSession(session), receiverCount, []byte{0, 0, 0, 6}},
		{"41 skipped keys", "session", encodeSession(session), skippedCount, []byte{0, 0, 0, 41}},
		{"2^32-1 skipped keys", "session", encodeSession(session), skippedCount, []byte{255, 255, 255, 255}},
		{"verified 255", "inbound_group_session", encodeInbound(r.inbound()), 4 + 2*ratchetLen + 32, []byte{255}},
	}
	for _, test := range tests {
		copy(test.content[test.offset:], test.bytes)
		if _, err := kinds[test.kind](seal(test.content, pickleKey), pickleKey); !errors.Is(err, ErrCorrupted) {
			t.Errorf("%s: %s: got %v", test.kind, test.name, err)
		}
	}
}

// TestLatestRatchetBehindTheFirst has the pickle of a session whose sender
// leapt 2^31 indexes in two messages, which libolm lets pass. The ratchets are
// random, so that the latest is another one at the index of the first, too.
func TestLatestRatchetBehindTheFirst(t *testing.T) {
	r := states{testrand.New(t)}
	for ahead, kept := range map[uint32]bool{0: false, 1: true, 1<<31 - 1: true, 1 << 31: false, 1<<32 - 1: false} {
		want := r.inbound()
		want.Latest.Index = want.Initial.Index + ahead
		pickle := seal(encodeInbound(want), pickleKey)
		if !kept {
			want.Latest = want.Initial
		}
		got := must[*megolm.InboundSession](t)(UnpickleInboundSession(pickle, pickleKey))
		equalBytes(t, "session", encodeInbound(got.State()), encodeInbound(want))
	}
}

func TestT16TooLongPickleIsRefused(t *testing.T) {
	for n, want := range map[int]error{MaxPickleLen: ErrKey, MaxPickleLen + 4: ErrCorrupted} {
		_, err := UnpickleAccount(strings.Repeat("A", n), pickleKey)
		if !errors.Is(err, want) {
			t.Errorf("%d characters: got %v, want %v", n, err, want)
		}
	}
}

// TestMoreOneTimeKeysThanLibolmKeeps has a pickle that libolm itself would not
// write, but other libraries do.
func TestMoreOneTimeKeysThanLibolmKeeps(t *testing.T) {
	r := states{testrand.New(t)}
	a := r.account()
	a.OneTimeKeys = nil
	var list []byte
	for id := range uint32(MaxOneTimeKeys + 1) {
		k := r.oneTimeKey()
		k.ID = id
		a.OneTimeKeys = append(a.OneTimeKeys, k)
	}
	content := encodeAccount(a)
	const count = 4 + signingKeyLen + keyPairLen
	equal(t, "keys written", binary.BigEndian.Uint32(content[count:]), MaxOneTimeKeys)
	equal(t, "newest key written", binary.BigEndian.Uint32(content[count+4:]), MaxOneTimeKeys)

	// One more key, at the end of the list, where the oldest are.
	binary.BigEndian.PutUint32(content[count:], MaxOneTimeKeys+1)
	end := count + 4 + MaxOneTimeKeys*oneTimeKeyLen
	list = append(list, content[end-oneTimeKeyLen:end]...)
	longer := slices.Insert(content, end, list...)
	got := must[*olm.Account](t)(UnpickleAccount(seal(longer, pickleKey), pickleKey))
	equal(t, "keys read", got.OneTimeKeyCount(), MaxOneTimeKeys)
	equal(t, "oldest key read", got.State().OneTimeKeys[0].ID, 1)
	equal(t, "next key id", got.State().LastKeyID, a.LastKeyID)
	equal(t, "limit", got.State().Limit, olmstate.MaxOneTimeKeys)
}

// TestFallbackKeysOfVersion3 has the rule by which version 3 says which of its
// two fallback keys exist.
func TestFallbackKeysOfVersion3(t *testing.T) {
	r := states{testrand.New(t)}
	for _, published := range [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}} {
		a := r.account()
		present, previous := r.oneTimeKey(), r.oneTimeKey()
		a.Fallback, a.PreviousFallback = &present, &previous
		present.Published, previous.Published = published[0], published[1]
		content := encodeAccount(a)
		binary.BigEndian.PutUint32(content, accountTwoFallback)
		count := len(content) - 4 - 2*oneTimeKeyLen - 1
		content = slices.Delete(content, count, count+1)

		got := must[*olm.Account](t)(UnpickleAccount(seal(content, pickleKey), pickleKey)).State()
		equal(t, "the present one exists", got.Fallback != nil, published[0])
		equal(t, "the previous one exists", got.PreviousFallback != nil, published[0] && published[1])
		if got.Fallback != nil {
			equal(t, "the present one", got.Fallback.Key.Public, present.Key.Public)
		}
		if got.PreviousFallback != nil {
			equal(t, "the previous one", got.PreviousFallback.Key.Public, previous.Key.Public)
		}
	}
}

func TestVersion2IsRefused(t *testing.T) {
	alice, bob := olm.NewAccount(), olm.NewAccount()
	must[[]olm.OneTimeKey](t)(bob.GenerateOneTimeKeys(1))
	session := must[*olm.Session](t)(alice.NewOutboundSession(bob.Curve25519Key(), bob.OneTimeKeys()[0].Key, olm.Version2))
	out := megolm.NewOutboundSession(megolm.Version2)
	in := must[*megolm.InboundSession](t)(megolm.NewInboundSession(must[megolm.SessionKey](t)(out.SessionKey()), megolm.Version2))

	_, err := PickleSession(session, pickleKey)
	checkError(t, err, ErrSessionVersion)
	_, err = PickleOutboundSession(out, pickleKey)
	checkError(t, err, ErrSessionVersion)
	_, err = PickleInboundSession(in, pickleKey)
	checkError(t, err, ErrSessionVersion)
}

func TestWipedObjectIsRefused(t *testing.T) {
	r := states{testrand.New(t)}
	account, session := olm.AccountFromState(r.account()), olm.SessionFromState(r.session())
	out, in := megolm.OutboundFromState(r.outbound()), megolm.InboundFromState(r.inbound())
	decryption := pk.NewDecryption()
	account.Wipe()
	session.Wipe()
	out.Wipe()
	in.Wipe()
	decryption.Wipe()

	_, err := PickleAccount(account, pickleKey)
	checkError(t, err, olm.ErrWiped)
	_, err = PickleSession(session, pickleKey)
	checkError(t, err, olm.ErrWiped)
	_, err = PickleOutboundSession(out, pickleKey)
	checkError(t, err, megolm.ErrWiped)
	_, err = PickleInboundSession(in, pickleKey)
	checkError(t, err, megolm.ErrWiped)
	_, err = PicklePkDecryption(decryption, pickleKey)
	checkError(t, err, pk.ErrWiped)
}
