package olm_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

var pickleKey = [32]byte{31: 1}

func TestAccountPickle(t *testing.T) {
	a := olm.NewAccount()
	generate(t, a, 5)
	a.MarkKeysAsPublished()
	generate(t, a, 2)
	if _, err := a.SetOneTimeKeyLimit(100); err != nil {
		t.Fatal(err)
	}
	for range 3 { // no fallback key, one, two
		sealed, err := a.Pickle(&pickleKey)
		if err != nil {
			t.Fatal(err)
		}
		b, err := olm.UnpickleAccount(sealed, &pickleKey)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.State().MarshalPickle(), b.State().MarshalPickle()) || a.IdentityKeys() != b.IdentityKeys() {
			t.Fatal("came back as another account")
		}
		if a.Sign(nil) != b.Sign(nil) {
			t.Fatal("signs otherwise")
		}
		b.GenerateFallbackKey()
		a = b
	}
}

func TestSessionPickle(t *testing.T) {
	versions(t, func(t *testing.T, v olm.Version) {
		p := answered(t, v)
		encrypt(t, p.aliceSession, "lost")
		deliver(t, p.aliceSession, p.bobSession, "arrives")
		for _, s := range []*olm.Session{p.aliceSession, p.bobSession} {
			c := copySession(t, s)
			if !bytes.Equal(s.State().MarshalPickle(), c.State().MarshalPickle()) || s.ID() != c.ID() || c.Version() != v {
				t.Error("came back as another session")
			}
		}
	})
}

func TestPicklesDoNotRepeat(t *testing.T) {
	a := olm.NewAccount()
	one, _ := a.Pickle(&pickleKey)
	two, _ := a.Pickle(&pickleKey)
	if bytes.Equal(one, two) {
		t.Error("two pickles are equal: the IV was not fresh")
	}
}

// unpicklers opens a pickle as each kind of object there is.
var unpicklers = map[string]func([]byte, *[32]byte) error{
	"account": func(b []byte, key *[32]byte) error { _, err := olm.UnpickleAccount(b, key); return err },
	"session": func(b []byte, key *[32]byte) error { _, err := olm.UnpickleSession(b, key); return err },
}

func somePickles(t testing.TB) map[string][]byte {
	t.Helper()
	p := answered(t, olm.Version1)
	p.bob.GenerateFallbackKey()
	generate(t, p.bob, 1)
	account, err := p.bob.Pickle(&pickleKey)
	if err != nil {
		t.Fatal(err)
	}
	session, err := p.bobSession.Pickle(&pickleKey)
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"account": account, "session": session}
}

func TestT16AlteredPicklesAreRefused(t *testing.T) {
	for kind, sealed := range somePickles(t) {
		open := unpicklers[kind]
		for other, openOther := range unpicklers {
			if err := openOther(sealed, &pickleKey); (err == nil) != (kind == other) {
				t.Errorf("%s opened as %s: %v", kind, other, err)
			}
		}
		if err := open(sealed, &[32]byte{}); !errors.Is(err, olm.ErrPickleKey) {
			t.Errorf("%s, wrong key: %v", kind, err)
		}
		for n := range sealed {
			if err := open(sealed[:n], &pickleKey); err == nil {
				t.Fatalf("%s: %d of %d bytes were accepted", kind, n, len(sealed))
			}
		}
		if err := open(append(bytes.Clone(sealed), 0), &pickleKey); !errors.Is(err, olm.ErrPickleKey) {
			t.Errorf("%s, one byte more: %v", kind, err)
		}
		for i := range sealed {
			altered := bytes.Clone(sealed)
			altered[i] ^= 0x40
			want := olm.ErrPickleKey
			if i == 0 {
				want = olm.ErrPickleVersion
			}
			if err := open(altered, &pickleKey); !errors.Is(err, want) {
				t.Fatalf("%s, byte %d altered: %v", kind, i, err)
			}
		}
		if err := open(make([]byte, olm.MaxPickleLen+1), &pickleKey); !errors.Is(err, olm.ErrPickleCorrupted) {
			t.Errorf("%s, too long: %v", kind, err)
		}
	}
}

// What is inside is checked as well, though only the holder of the key could
// have put it there.
func TestT16CutAndLengthenedInsideTheSeal(t *testing.T) {
	p := answered(t, olm.Version1)
	p.bob.GenerateFallbackKey()
	for kind, plaintext := range map[string][]byte{
		"account": p.bob.State().MarshalPickle(),
		"session": p.bobSession.State().MarshalPickle(),
	} {
		seal := func(b []byte) error {
			return unpicklers[kind](pickle.Seal(&pickleKey, "olm "+kind, bytes.Clone(b)), &pickleKey)
		}
		if err := seal(plaintext); err != nil {
			t.Fatal(err)
		}
		for n := range plaintext {
			err := seal(plaintext[:n])
			if !errors.Is(err, olm.ErrPickleCorrupted) && !(n == 0 && errors.Is(err, olm.ErrPickleVersion)) {
				t.Fatalf("%s: %d of %d bytes: %v", kind, n, len(plaintext), err)
			}
		}
		if err := seal(append(bytes.Clone(plaintext), 0)); !errors.Is(err, olm.ErrPickleCorrupted) {
			t.Errorf("%s, one byte more: %v", kind, err)
		}
		for _, version := range []byte{0, 2, 255} {
			other := bytes.Clone(plaintext)
			other[0] = version
			if err := seal(other); !errors.Is(err, olm.ErrPickleVersion) {
				t.Errorf("%s, version %d: %v", kind, version, err)
			}
		}
	}
}

func TestT12PicklesStaySmallOver10000Turns(t *testing.T) {
	r := testrand.New(t)
	defer random.Replace(testrand.NewStream(r.Uint64()))() // so that the seed repeats all
	for name, test := range map[string]struct {
		lossPercent, limit int
	}{
		"nothing lost":    {0, 1500},
		"10 percent lost": {10, 5000},
	} {
		t.Run(name, func(t *testing.T) {
			p := answered(t, olm.Version1)
			sessions := [2]*olm.Session{p.aliceSession, p.bobSession}
			longest := 0
			for turn := range 10000 {
				from, to := sessions[turn%2], sessions[1-turn%2]
				arrived := false
				for !arrived { // a turn ends when a message arrives
					m := encrypt(t, from, "ping")
					if arrived = r.IntN(100) >= test.lossPercent; arrived {
						decrypt(t, to, m, "ping")
					}
				}
				sealed, err := to.Pickle(&pickleKey)
				if err != nil {
					t.Fatal(err)
				}
				longest = max(longest, len(sealed))
			}
			t.Logf("the longest pickle has %d bytes", longest)
			if longest >= test.limit {
				t.Errorf("%d bytes, want less than %d", longest, test.limit)
			}
		})
	}
}
