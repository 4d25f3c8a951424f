package machine

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/order"

	"cmp"
	"context"
)

// DeviceRef names a device.
type DeviceRef struct{ UserID, DeviceID string }

// Device is what is known of a device. Keys are in base64, and never change.
type Device struct {
	DeviceRef
	Curve25519  string
	Ed25519     string // its fingerprint
	DisplayName string // nobody signed it
	CrossSigned bool   // by the identity of its user
	Verified    bool   // signed by a verified identity, or compared here
	Blocked     bool   // by BlockDevice
	Deleted     bool   // its user has it no more
	FirstSeen   int64  // milliseconds since 1970
}

// Identity is what is known of a user's cross-signing keys, which are in base64.
//
// https://spec.matrix.org/latest/client-server-api/#cross-signing
type Identity struct {
	UserID      string
	MasterKey   string
	SelfSigning string // empty if there is none
	UserSigning string // of the own user only
	Verified    bool   // signed by the own identity, or the own identity itself, with its private key here
	WasVerified bool   // it, or one before it, was verified once
	Changed     bool   // it is not the one that was seen first, or accepted since
}

// Devices returns what is known of the devices of a user, also of those that are gone,
// in the order of their ids. Of a user who is not followed that is nothing, or old: see
// [Machine.TrackUsers]. It returns [ErrFormat] for an id that cannot be.
func (m *Machine) Devices(ctx context.Context, userID string) ([]Device, error) {
	w, u, err := m.beginUser(ctx, userID)
	if err != nil {
		return nil, err
	}
	defer w.end()
	all := make([]Device, 0, len(u.devices))
	for _, d := range u.devices {
		all = append(all, w.describeDevice(u, d))
	}
	order.By(all, func(a, b Device) int { return cmp.Compare(a.DeviceID, b.DeviceID) })
	return all, nil
}

// beginUser begins a step that is about a user.
func (m *Machine) beginUser(ctx context.Context, userID string) (*work, *user, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err = w.loadUsers(ctx, userID); err == nil && w.userNamed(userID) == nil {
		err = ErrFormat
	}
	if err != nil {
		w.end()
		return nil, nil, err
	}
	return w, w.userNamed(userID), nil
}

func (m *Machine) describeDevice(u *user, d *device) Device {
	signed := u.crossSigned(d)
	return Device{
		DeviceRef:   DeviceRef{u.id, d.id},
		Curve25519:  d.curve25519.String(),
		Ed25519:     d.ed25519.String(),
		DisplayName: d.name,
		CrossSigned: signed,
		Verified:    d.verified || signed && m.verifiedIdentity(u),
		Blocked:     d.blocked,
		Deleted:     d.deleted,
		FirstSeen:   d.firstSeen,
	}
}

// Identity returns what is known of a user's cross-signing keys. It returns
// [ErrUnknownUser] if the user has none, as far as is known, and [ErrFormat] for an id
// that cannot be.
func (m *Machine) Identity(ctx context.Context, userID string) (Identity, error) {
	w, u, err := m.beginUser(ctx, userID)
	if err != nil {
		return Identity{}, err
	}
	defer w.end()
	i := u.identity
	if i == nil {
		return Identity{}, ErrUnknownUser
	}
	all := Identity{UserID: userID, MasterKey: i.master.String(), Verified: w.verifiedIdentity(u),
		WasVerified: i.wasVerified, Changed: i.changed()}
	if i.hasSelfSigning() {
		all.SelfSigning = i.selfSigning.String()
	}
	if i.userSigning != noKey {
		all.UserSigning = i.userSigning.String()
	}
	return all, nil
}

// BlockDevice sees to it that a device gets no keys any more, or again. The next
// message in every room that it is in begins a new session if it is blocked; what was
// sent before it can still read. Other own devices do not learn of it. It returns
// [ErrUnknownDevice], also for this device itself.
func (m *Machine) BlockDevice(ctx context.Context, userID, deviceID string, blocked bool) error {
	w, u, err := m.beginUser(ctx, userID)
	if err != nil {
		return err
	}
	defer w.end()
	d := u.device(deviceID)
	if d == nil || userID == w.user && deviceID == w.device {
		return ErrUnknownDevice
	}
	if d.blocked == blocked {
		return nil
	}
	d.blocked = blocked
	w.state.changes++
	w.keep(u)
	w.emit(DevicesChanged{[]string{userID}})
	return w.commit(ctx)
}

// AcceptIdentity takes the present identity of a user for the right one, though it is
// not the one that was seen first, or that was verified: it ends [ErrIdentityChanged].
// Nothing is verified by that, so it is for users to decide, not for programs. It
// returns [ErrUnknownUser].
func (m *Machine) AcceptIdentity(ctx context.Context, userID string) error {
	w, u, err := m.beginUser(ctx, userID)
	if err != nil {
		return err
	}
	defer w.end()
	i := u.identity
	if i == nil {
		return ErrUnknownUser
	}
	i.pinned, i.wasVerified = i.master, w.verifiedIdentity(u)
	w.state.changes++
	w.keep(u)
	w.emit(IdentityEvent{userID})
	return w.commit(ctx)
}
