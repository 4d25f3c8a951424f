package interop

import (
	"math/rand/v2"
	"testing"
)

// TestTwinAccounts does to two accounts in the same state whatever can be done
// to one, and compares them after each step.
func TestTwinAccounts(t *testing.T) {
	repeatedly(t, 50, func(t *testing.T, r *rand.Rand) {
		twins := newTwins(t, r.Uint64())
		a := twins.newAccount()
		for range 30 {
			a = randomAccountStep(t, r, twins, a)
			a.identityKeys()
			a.oneTimeKeys()
			a.fallbackKey()
		}
	})
}

func randomAccountStep(t *testing.T, r *rand.Rand, library olmLibrary, a account) account {
	t.Helper()
	switch r.IntN(8) {
	case 0:
		a.generateOneTimeKeys(r.IntN(60)) // soon more than are kept
	case 1:
		a.markPublished()
	case 2:
		a.generateFallbackKey()
	case 3:
		a.forgetFallbackKey()
	case 4:
		a.sign(text(r))
	case 5:
		key := pickleKey(r)
		moved, err := library.unpickleAccount(a.pickle(key), key)
		noError(t, err)
		return moved
	default:
		establish(t, r, library.newAccount(), a)
	}
	return a
}

// establish makes a session from one account to another, with any of the
// unpublished keys, and repeats its first message.
func establish(t *testing.T, r *rand.Rand, from, to account) {
	t.Helper()
	offered := to.oneTimeKeys()
	fallback := r.IntN(3) == 0
	if fallback {
		offered = to.fallbackKey()
	}
	if len(offered) == 0 {
		return
	}
	out, err := from.outbound(to.identityKeys().Curve25519, anyKey(r, offered))
	noError(t, err)
	m := out.encrypt("hello")
	identityKey := from.identityKeys().Curve25519
	if _, _, err := to.inbound(to.identityKeys().Curve25519, m); err == nil {
		t.Fatal("a pre-key message of another identity key is accepted")
	}
	if r.IntN(2) == 0 {
		to.inbound(identityKey, corrupt(r, m)) // the twins must agree
		return
	}
	in, plaintext, err := to.inbound(identityKey, m)
	noError(t, err)
	if plaintext != "hello" || in.id() != out.id() {
		t.Fatalf("got %q in session %s, sent hello in %s", plaintext, in.id(), out.id())
	}
	if _, _, err := to.inbound(identityKey, m); (err == nil) != fallback {
		t.Fatalf("a pre-key message repeated, fallback key %v: %s", fallback, verdict(err))
	}
}

// TestPicklesOfAnother gives each implementation pickles of the other that
// must not open.
func TestPicklesOfAnother(t *testing.T) {
	repeatedly(t, 20, func(t *testing.T, r *rand.Rand) {
		twins := newTwins(t, r.Uint64())
		a, b := twins.newAccount(), twins.newAccount()
		b.generateOneTimeKeys(2)
		s, err := a.outbound(b.identityKeys().Curve25519, anyKey(r, b.oneTimeKeys()))
		noError(t, err)
		key := pickleKey(r)
		other := append([]byte("not "), key...)
		if _, err := twins.unpickleAccount(a.pickle(key), other); err == nil {
			t.Error("the wrong key opens an account")
		}
		if _, err := twins.unpickleSession(s.pickle(key), other); err == nil {
			t.Error("the wrong key opens a session")
		}
		for range 20 {
			if _, err := twins.unpickleSession(corruptPickle(r, s.pickle(key)), key); err == nil {
				t.Error("an altered pickle opens")
			}
		}
		if _, err := twins.unpickleSession(a.pickle(key), key); err == nil {
			t.Error("an account opens as a session")
		}
	})
}
