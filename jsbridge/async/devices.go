//go:build js

package async

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// DeviceRef names a device.
type DeviceRef struct {
	UserID   string // whose it is
	DeviceID string // as the homeserver gave it out
}

// Device is what is known of a device.
type Device struct {
	UserID      string  // whose it is
	DeviceID    string  // as the homeserver gave it out
	Curve25519  string  // its identity key
	Ed25519     string  // its fingerprint
	DisplayName *string // nobody signed it
	CrossSigned bool    // by the identity of its user that is in force
	Verified    bool    // signed by a verified identity, or verified here
	Blocked     bool    // it gets no keys
	Deleted     bool    // its user has it no more
	FirstSeen   int64   // milliseconds since 1970
}

func device(d machine.Device) Device {
	return Device{
		d.UserID, d.DeviceID, d.Curve25519, d.Ed25519, optional(d.DisplayName),
		d.CrossSigned, d.Verified, d.Blocked, d.Deleted, d.FirstSeen,
	}
}

// Devices returns what is known of the devices of a user, also of those that are
// gone.
func (m *Machine) Devices(ctx context.Context, userID string) ([]Device, error) {
	found, err := m.machine.Devices(ctx, userID)
	if err != nil {
		return nil, err
	}
	devices := make([]Device, len(found))
	for i, d := range found {
		devices[i] = device(d)
	}
	return devices, nil
}

// VerifyDevice notes that the user has compared the fingerprint of a device, its
// Ed25519 key, which is the one given here, and signs it if it is one of their own.
func (m *Machine) VerifyDevice(ctx context.Context, userID, deviceID, fingerprint string) error {
	return m.machine.VerifyDevice(ctx, userID, deviceID, fingerprint)
}

// UnverifyDevice takes back what verifyDevice has noted. A signature that was published
// stays: block a device of the user's own, or log it out.
func (m *Machine) UnverifyDevice(ctx context.Context, userID, deviceID string) error {
	return m.machine.UnverifyDevice(ctx, userID, deviceID)
}

// BlockDevice keeps a device from getting keys, or lets it have them again.
func (m *Machine) BlockDevice(ctx context.Context, userID, deviceID string, block bool) error {
	return m.machine.BlockDevice(ctx, userID, deviceID, block)
}

// EncryptToDevice encrypts an event for devices, over Olm. It is then among the
// outgoing requests.
func (m *Machine) EncryptToDevice(ctx context.Context, devices []DeviceRef, eventType string, content bridge.JSON) error {
	list := make([]machine.DeviceRef, len(devices))
	for i, d := range devices {
		list[i] = machine.DeviceRef(d)
	}
	return m.machine.EncryptToDevice(ctx, list, eventType, content)
}

// Identity is what is known of a user's cross-signing keys.
type Identity struct {
	UserID      string  // whose it is
	MasterKey   string  // an Ed25519 key, which stands for the identity
	SelfSigning *string // the key that signs the user's devices
	UserSigning *string // of the own user only
	Verified    bool    // by the own identity, or because the private key is here
	WasVerified bool    // but is another one now
	Changed     bool    // it is not the one that was seen first, and nobody has accepted it yet
}

// Identity returns the identity of a user. It throws ERR_UNKNOWN_USER.
func (m *Machine) Identity(ctx context.Context, userID string) (Identity, error) {
	i, err := m.machine.Identity(ctx, userID)
	return Identity{
		i.UserID, i.MasterKey, optional(i.SelfSigning), optional(i.UserSigning), i.Verified, i.WasVerified, i.Changed,
	}, err
}

// VerifyUser signs the identity of a user, whose master key was compared, and is the
// one given here.
func (m *Machine) VerifyUser(ctx context.Context, userID, masterKey string) error {
	return m.machine.VerifyUser(ctx, userID, masterKey)
}

// AcceptIdentity takes the identity that a user has now for the one that was seen
// first.
func (m *Machine) AcceptIdentity(ctx context.Context, userID string) error {
	return m.machine.AcceptIdentity(ctx, userID)
}
