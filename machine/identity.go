package machine

import (
	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// identity is the identity of a user: the master key, and the keys it has signed.
//
// https://spec.matrix.org/latest/client-server-api/#cross-signing
type identity struct {
	pinned      keys.Ed25519PublicKey // the master key that was seen first, or accepted since
	master      keys.Ed25519PublicKey // the one that the homeserver gives out now
	selfSigning keys.Ed25519PublicKey // zero if there is none
	userSigning keys.Ed25519PublicKey // of the own user; zero if there is none
	// vouched is who says that the master key is right: the own user-signing key
	// that has signed it or, for the own user, the master key itself, whose
	// private half is here or which was compared by hand. Zero if nobody.
	vouched keys.Ed25519PublicKey
	// wasVerified says that a master key of this user was verified once.
	wasVerified bool
	json        []byte // the master key as it was published, which may have to be signed
}

var noKey keys.Ed25519PublicKey

func (i *identity) hasSelfSigning() bool { return i.selfSigning != noKey }

// changed reports whether the identity is another one than that which was seen first.
func (i *identity) changed() bool { return i.pinned != i.master }

// lose notes that what was known of a user cannot be read any more: which identity was
// seen first, whether it was verified, which devices were blocked. So whatever comes now
// counts as changed after it was verified, until somebody verifies or accepts it.
func (u *user) lose() {
	if u.identity == nil {
		u.identity = new(identity)
	}
	u.identity.pinned, u.identity.vouched, u.identity.wasVerified = lostKey, noKey, true
}

// lostKey is no key: it stands for one that cannot be read any more.
var lostKey = keys.Ed25519PublicKey{0: 1, 31: 0xff}

// verifiedIdentity reports whether it was verified that an identity is the user's,
// and the own identity, by which that was signed, is verified itself.
func (m *Machine) verifiedIdentity(u *user) bool {
	if u == nil || u.identity == nil || u.identity.vouched == noKey {
		return false
	}
	i := u.identity
	if u.id == m.user {
		return i.vouched == i.master
	}
	own := m.userNamed(m.user)
	return m.verifiedIdentity(own) && i.vouched == own.identity.userSigning
}

// violated reports whether a user's identity was verified, and is another one now.
func (m *Machine) violated(u *user) bool {
	return u.identity != nil && u.identity.wasVerified && !m.verifiedIdentity(u)
}

func (i *identity) write(r *record.Writer) {
	for _, k := range []keys.Ed25519PublicKey{i.pinned, i.master, i.selfSigning, i.userSigning, i.vouched} {
		r.Key(k)
	}
	r.Bool(i.wasVerified)
	r.Bytes(i.json)
}

func readIdentity(r *record.Reader) *identity {
	i := new(identity)
	for _, k := range []*keys.Ed25519PublicKey{&i.pinned, &i.master, &i.selfSigning, &i.userSigning, &i.vouched} {
		*k = r.Key()
	}
	i.wasVerified = r.Bool()
	i.json = append([]byte(nil), r.Bytes()...)
	return i
}

// published is what a homeserver gives out as a user's identity, as far as it holds
// together.
type published struct {
	master, selfSigning, userSigning *event.CrossSigningKey
}

// readIdentity checks the cross-signing keys in an answer to a query: that they are
// this user's, and that the master key has signed the others.
func readPublished(userID string, master, selfSigning, userSigning event.Signed) (p published) {
	var err error
	if p.master, err = master.CrossSigningKey(userID, event.Master); err != nil || len(master.JSON()) > maxSignedLen {
		return published{}
	}
	signed := func(s event.Signed, usage event.Usage) *event.CrossSigningKey {
		k, err := s.CrossSigningKey(userID, usage)
		if err != nil || k.Key == p.master.Key || k.VerifySignature(userID, p.master.KeyID(), p.master.Key) != nil {
			return nil
		}
		return k
	}
	p.selfSigning = signed(selfSigning, event.SelfSigning)
	p.userSigning = signed(userSigning, event.UserSigning)
	if p.userSigning != nil && p.selfSigning != nil && p.userSigning.Key == p.selfSigning.Key {
		return published{}
	}
	return p
}

// updateIdentity takes over what a homeserver gives out as a user's identity. The
// first master key is pinned. Another one is told of, and changes what may be
// sent, but a user whose identity vanishes keeps the one that was known, and the own
// one that waits to be uploaded is not replaced by that which it is to replace.
func (w *work) updateIdentity(u *user, p published) (changed bool) {
	w.supersede(u, p)
	if p.master == nil || u.id == w.user && w.state.queue.has(SigningUpload) {
		return false
	}
	i := u.identity
	if i == nil {
		i = &identity{pinned: p.master.Key}
		u.identity = i
	}
	before := *i
	verified := w.verifiedIdentity(u)
	if i.master != p.master.Key {
		// It was, too, if only the own identity is not what it was any more.
		own := w.userNamed(w.user).identity
		i.wasVerified = i.wasVerified || verified || i.vouched != noKey && own != nil && own.wasVerified
		i.master, i.vouched = p.master.Key, noKey
	}
	i.selfSigning, i.userSigning = keyOf(p.selfSigning), noKey
	if u.id == w.user {
		i.userSigning = keyOf(p.userSigning)
	}
	w.vouch(u, p.master)
	if before.master == i.master && before.selfSigning == i.selfSigning &&
		before.userSigning == i.userSigning && before.vouched == i.vouched && before.wasVerified == i.wasVerified {
		return false
	}
	i.json = append([]byte(nil), p.master.JSON()...)
	w.keep(u)
	w.emit(IdentityEvent{u.id})
	return true
}

// vouch looks for what says that a master key is right.
func (w *work) vouch(u *user, master *event.CrossSigningKey) {
	i := u.identity
	if u.id == w.user {
		if w.state.secrets.public(event.Master) == i.master && i.master != noKey {
			i.vouched = i.master
		}
	} else if own := w.userNamed(w.user); own.identity != nil {
		// It counts once the own identity is verified, which may come later.
		key := own.identity.userSigning
		if key != noKey && master.VerifySignature(w.user, ed25519+key.String(), key) == nil {
			i.vouched = key
		}
	}
	if w.verifiedIdentity(u) {
		i.wasVerified = true
	}
}

func keyOf(k *event.CrossSigningKey) keys.Ed25519PublicKey {
	if k == nil {
		return noKey
	}
	return k.Key
}
