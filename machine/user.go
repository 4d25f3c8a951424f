package machine

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// user is what is known of a user: the devices, and the identity that signs them.
type user struct {
	id       string
	tracked  bool // whether the homeserver tells of changes, and is listened to
	devices  map[string]*device
	identity *identity // nil if there is none

	// generation counts the changes that were told of, so that the answer to a
	// query that was asked before one is not taken for the last word.
	generation uint64
	query      *keysQuery // the one that is under way
	retry                 // after the user's homeserver could not be reached
}

// device is what is known of a device of a user. Its keys never change.
type device struct {
	id         string
	name       string // nobody signed it
	curve25519 keys.Curve25519PublicKey
	ed25519    keys.Ed25519PublicKey
	olm        bool // whether it says that it knows Olm and Megolm
	// signedBy is the self-signing key by which its user has signed it, zero if none.
	signedBy  keys.Ed25519PublicKey
	blocked   bool
	verified  bool // by comparing fingerprints here
	deleted   bool // its keys are remembered, so that it cannot come back with others
	firstSeen int64
	json      []byte // of devices of the own user, which may have to be signed
}

const (
	userVersion = 1
	// maxDevices is how many devices of a user are known; a homeserver could make
	// up any number. The record of a user must not exceed what a store takes.
	maxDevices = 1000
	// maxSignedLen is how long the JSON of a device or of a master key may be.
	maxSignedLen = 32 << 10
)

// loadUsers sees to it that users are in memory.
func (w *work) loadUsers(ctx context.Context, ids ...string) error {
	missing := w.newUsers(ids)
	err := w.loadKeys(ctx, store.Users, missing, w.readUser)
	if err != nil {
		for _, id := range missing {
			delete(w.state.users, id)
		}
	}
	return err
}

// newUsers makes those of some users that are not in memory, and returns their ids.
func (w *work) newUsers(ids []string) (missing []string) {
	for _, id := range ids {
		if w.state.users[id] == nil && validUserID(id) {
			w.state.users[id] = &user{id: id, devices: make(map[string]*device)}
			missing = append(missing, id)
		}
	}
	return missing
}

// readUser takes a record of a user, and reports whether it can be read.
func (w *work) readUser(rec store.Record) bool {
	u := w.state.users[rec.Key]
	ok := u.read(rec.Value)
	if !ok {
		u.lose()
		w.keep(u)
	}
	return ok
}

// user returns what is known of a user that was loaded, nil for an id that cannot be.
func (m *Machine) userNamed(id string) *user { return m.state.users[id] }

// keep is described at keeper.
func (u *user) keep(w *work) {
	r := record.New(userVersion)
	r.Bool(u.tracked)
	r.Bool(u.identity != nil)
	if u.identity != nil {
		u.identity.write(r)
	}
	r.Uint(uint64(len(u.devices)))
	for _, d := range u.devices {
		d.write(r)
	}
	w.put(store.Users, u.id, r.Done())
}

func (d *device) write(r *record.Writer) {
	r.Text(d.id)
	r.Text(d.name)
	r.Key(d.curve25519)
	r.Key(d.ed25519)
	r.Key(d.signedBy)
	for _, flag := range []bool{d.olm, d.blocked, d.verified, d.deleted} {
		r.Bool(flag)
	}
	r.Time(d.firstSeen)
	r.Bytes(d.json)
}

func (u *user) read(value []byte) bool {
	r := record.Read(value, userVersion)
	tracked := r.Bool()
	var i *identity
	if r.Bool() {
		i = readIdentity(r)
	}
	devices := make(map[string]*device)
	for range r.Count() {
		d := readDevice(r)
		devices[d.id] = d
	}
	if !r.Done() {
		return false
	}
	u.tracked, u.identity, u.devices = tracked, i, devices
	return true
}

func readDevice(r *record.Reader) *device {
	d := &device{id: r.Text(), name: r.Text()}
	d.curve25519, d.ed25519, d.signedBy = r.Key(), r.Key(), r.Key()
	d.olm, d.blocked, d.verified, d.deleted = r.Bool(), r.Bool(), r.Bool(), r.Bool()
	d.firstSeen = r.Time()
	d.json = append([]byte(nil), r.Bytes()...)
	return d
}

// device returns a device that is not deleted, nil if there is none.
func (u *user) device(id string) *device {
	if u == nil {
		return nil
	}
	if d := u.devices[id]; d != nil && !d.deleted {
		return d
	}
	return nil
}

// deviceWith returns the device with an identity key, also one that is deleted, nil
// if there is none.
func (u *user) deviceWith(key keys.Curve25519PublicKey) *device {
	if u == nil {
		return nil
	}
	for _, d := range u.devices {
		if d.curve25519 == key {
			return d
		}
	}
	return nil
}

// crossSigned reports whether the identity of its user that is in force has signed
// a device.
func (u *user) crossSigned(d *device) bool {
	return u.identity != nil && u.identity.hasSelfSigning() && d.signedBy == u.identity.selfSigning
}
