package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/order"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// keysQueried takes over the answer to a query.
//
// https://spec.matrix.org/latest/client-server-api/#post_matrixclientv3keysquery
func (w *work) keysQueried(ctx context.Context, q *keysQuery, answer strictjson.Value) (*work, error) {
	if err := w.loadUsers(ctx, append(slices.Clone(q.users), w.user)...); err != nil {
		return w, err
	}
	delete(w.state.queries, q.id)
	parts := membersOf(answer, "device_keys", "master_keys", "self_signing_keys", "user_signing_keys", "failures")
	asked := make(map[string]uint64, len(q.users)) // in which generation
	for i, id := range q.users {
		asked[id] = q.generations[i]
	}
	// The own identity first: it is what others are vouched for by.
	users := slices.Clone(q.users)
	order.By(users, func(a, b string) int { return first(b == w.user) - first(a == w.user) })
	return w.inSlices(ctx, &w.paces.queries, len(users), func(w *work, from, to int) error {
		return w.updateUsers(ctx, users[from:to], asked, parts)
	})
}

// updateUsers takes over what an answer says of some users, who were in certain
// generations when it was asked for.
func (w *work) updateUsers(ctx context.Context, ids []string, asked map[string]uint64, parts map[string]map[string]strictjson.Value) error {
	if err := w.loadUsers(ctx, append(slices.Clone(ids), w.user)...); err != nil {
		return err
	}
	now := w.now()
	var changed []string
	for _, id := range ids {
		u := w.userNamed(id)
		u.query = nil
		_, failed := parts["failures"][server(id)]
		if failed || parts["device_keys"][id].Kind() == strictjson.Null {
			u.failed(failure{}, now)
			w.state.changes++ // nobody need wait for this user any more
			continue
		}
		if w.updateUser(u, parts) {
			changed = append(changed, id)
		}
		w.upToDate(u, asked[id])
	}
	if len(changed) > 0 {
		w.state.changes++
		w.emit(DevicesChanged{changed})
	}
	return nil
}

func first(b bool) int {
	if b {
		return 1
	}
	return 0
}

// membersOf returns the members of some members of an object, by name.
func membersOf(v strictjson.Value, names ...string) map[string]map[string]strictjson.Value {
	all := make(map[string]map[string]strictjson.Value, len(names))
	for _, name := range names {
		all[name] = make(map[string]strictjson.Value)
		for member, value := range v.Get(name).Members() {
			all[name][member] = value
		}
	}
	return all
}

// upToDate notes that a user's devices are known now, unless they have changed since
// they were asked for in a certain generation, or are to be asked for again.
func (w *work) upToDate(u *user, asked uint64) {
	if u.generation == asked && u.failures == 0 && w.state.outdated.has(u.id) {
		w.state.outdated.remove(w, u.id)
		w.state.changes++
	}
}

// updateUser takes over what an answer says of a user, and reports whether it is
// other than what was known.
func (w *work) updateUser(u *user, parts map[string]map[string]strictjson.Value) bool {
	u.retry = retry{}
	signed := func(part string) event.Signed { return event.SignedValue(parts[part][u.id]) }
	p := readPublished(u.id, signed("master_keys"), signed("self_signing_keys"), signed("user_signing_keys"))
	if u.isDevice(p) {
		w.log(Warning, "the identity of "+u.id+" is refused: a device has its name or key")
		p = published{}
	}
	changed := w.updateIdentity(u, p)
	if w.updateDevices(u, parts["device_keys"][u.id]) {
		changed = true
	}
	return changed
}

// updateDevices takes over the devices of a user. Those that are not there any more
// are marked as deleted.
func (w *work) updateDevices(u *user, answer strictjson.Value) (changed bool) {
	there := make(map[string]bool)
	for id, value := range answer.Members() {
		if there[id] = true; w.updateDevice(u, id, event.SignedValue(value)) {
			changed = true
		}
	}
	for id, d := range u.devices {
		if !there[id] && !d.deleted && !(u.id == w.user && id == w.device) {
			d.deleted, d.json = true, nil
			changed = true
		}
	}
	if changed {
		w.keep(u)
	}
	return changed
}

// updateDevice takes over a device, if its keys are those that it always had.
func (w *work) updateDevice(u *user, id string, s event.Signed) (changed bool) {
	if !validID(id) || len(s.JSON()) > maxSignedLen {
		w.log(Warning, "a device of "+u.id+" is too large")
		return false
	}
	keys, err := s.DeviceKeys(u.id, id)
	if err != nil {
		w.log(Warning, "the keys of device "+id+" of "+u.id+" are not right: "+err.Error())
		return false
	}
	if u.id == w.user && id == w.device {
		return w.updateThisDevice(u, keys)
	}
	d := u.devices[id]
	switch {
	case d == nil && (len(u.devices) >= maxDevices || u.collides(keys)):
		w.log(Warning, "device "+id+" of "+u.id+" is refused")
		return false
	case d == nil:
		d = &device{id: id, curve25519: keys.Curve25519, ed25519: keys.Ed25519, firstSeen: w.now()}
		u.devices[id] = d
		changed = true
	case d.curve25519 != keys.Curve25519 || d.ed25519 != keys.Ed25519:
		w.log(Warning, "device "+id+" of "+u.id+" comes with other keys than before; they are refused")
		return false
	}
	return u.describe(d, keys, u.id == w.user) || changed
}

// updateThisDevice compares what the homeserver gives out as this device.
func (w *work) updateThisDevice(u *user, given *event.DeviceKeys) (changed bool) {
	own := w.state.own.account.IdentityKeys()
	if given.Curve25519 != own.Curve25519 || given.Ed25519 != own.Ed25519 {
		w.log(Failure, "the homeserver gives out other keys as those of this device")
		return false
	}
	d := u.devices[w.device]
	if d == nil {
		d = &device{id: w.device, curve25519: own.Curve25519, ed25519: own.Ed25519, verified: true, firstSeen: w.now()}
		u.devices[w.device] = d
		changed = true
	}
	return u.describe(d, given, true) || changed
}

// describe takes over what may change in a device.
func (u *user) describe(d *device, given *event.DeviceKeys, own bool) bool {
	before := *d
	d.deleted = false
	d.name = shorten(given.DisplayName, maxIDLen)
	d.olm = given.Supports(olmAlgorithm) && given.Supports(megolmAlgorithm)
	d.signedBy = noKey
	if i := u.identity; i != nil && i.hasSelfSigning() &&
		given.VerifySignature(u.id, ed25519+i.selfSigning.String(), i.selfSigning) == nil {
		d.signedBy = i.selfSigning
	}
	if own {
		d.json = withoutUnsigned(given)
	}
	return before.deleted != d.deleted || before.olm != d.olm || before.signedBy != d.signedBy || before.name != d.name ||
		string(before.json) != string(d.json)
}

// withoutUnsigned are the keys of a device without what the homeserver added.
func withoutUnsigned(given *event.DeviceKeys) []byte {
	b, err := strictjson.AppendCanonical(nil, parseObject(given.JSON()), "unsigned")
	if err != nil {
		return nil
	}
	return b
}

// collides reports whether a device could be taken for something else of its user:
// it has the name, or a key, of a cross-signing key or of another device.
func (u *user) collides(given *event.DeviceKeys) bool {
	if i := u.identity; i != nil {
		for _, k := range []keys.Ed25519PublicKey{i.master, i.pinned, i.selfSigning, i.userSigning} {
			if k != noKey && (given.Ed25519 == k || given.DeviceID == k.String()) {
				return true
			}
		}
	}
	for _, d := range u.devices {
		if d.curve25519 == given.Curve25519 || d.ed25519 == given.Ed25519 {
			return true
		}
	}
	return false
}

// isDevice reports whether a cross-signing key could be taken for a device that was
// known before.
func (u *user) isDevice(p published) bool {
	for _, k := range []*event.CrossSigningKey{p.master, p.selfSigning, p.userSigning} {
		if k == nil {
			continue
		}
		if u.devices[k.Key.String()] != nil {
			return true
		}
		for _, d := range u.devices {
			if d.ed25519 == k.Key {
				return true
			}
		}
	}
	return false
}
