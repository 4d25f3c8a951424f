package event

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// DeviceKeys are the identity keys of a device, signed by itself.
//
// https://spec.matrix.org/latest/client-server-api/#definition-devicekeys
type DeviceKeys struct {
	Signed
	UserID     string
	DeviceID   string
	Algorithms []string
	Curve25519 keys.Curve25519PublicKey
	Ed25519    keys.Ed25519PublicKey
	// DisplayName is what the homeserver calls the device, if anything: nobody
	// signed it.
	DisplayName string
}

// ParseDeviceKeys reads the keys of a device, of which it checks that they are
// those of this user and device and that it signed them. It keeps json, which must
// not be changed. It returns [ErrFormat], [ErrMismatch] or [ErrSignature].
func ParseDeviceKeys(json []byte, userID, deviceID string) (*DeviceKeys, error) {
	s, err := ParseSigned(json)
	if err != nil {
		return nil, err
	}
	return s.DeviceKeys(userID, deviceID)
}

// DeviceKeys is [ParseDeviceKeys] of what is parsed already.
func (s Signed) DeviceKeys(userID, deviceID string) (d *DeviceKeys, err error) {
	if !isText(s.object.Get("user_id"), userID) || !isText(s.object.Get("device_id"), deviceID) {
		return nil, ErrMismatch
	}
	algorithms, ok := texts(s.object.Get("algorithms"))
	if !ok {
		return nil, ErrFormat
	}
	// The user signs what the device signs.
	if s.signed, err = s.signedText(); err != nil {
		return nil, ErrSignature
	}
	d = &DeviceKeys{Signed: s, UserID: userID, DeviceID: deviceID, Algorithms: algorithms}
	if err := d.readKeys(s.object.Get("keys")); err != nil {
		return nil, err
	}
	if err := s.VerifySignature(userID, ed25519+deviceID, d.Ed25519); err != nil {
		return nil, err
	}
	d.DisplayName, _ = s.object.Get("unsigned").Get("device_display_name").Text()
	return d, nil
}

func (d *DeviceKeys) readKeys(all strictjson.Value) (err error) {
	identity, ok := all.Get("curve25519:" + d.DeviceID).Text()
	signing, alsoOK := all.Get(ed25519 + d.DeviceID).Text()
	if !ok || !alsoOK {
		return ErrFormat
	}
	if d.Curve25519, err = keys.ParseCurve25519(identity); err != nil {
		return ErrFormat
	}
	if d.Ed25519, err = keys.ParseEd25519(signing); err != nil {
		return ErrFormat
	}
	return nil
}

// Supports reports whether the device says that it knows an algorithm.
func (d *DeviceKeys) Supports(algorithm string) bool {
	for _, a := range d.Algorithms {
		if a == algorithm {
			return true
		}
	}
	return false
}

// OneTimeKey is a one-time or fallback key that a device has published.
//
// https://spec.matrix.org/latest/client-server-api/#key-algorithms
type OneTimeKey struct {
	Key      keys.Curve25519PublicKey
	Fallback bool // serves again and again
}

// ParseOneTimeKey reads a signed_curve25519 key, of which it checks that the device
// signed it. It returns [ErrFormat] or [ErrSignature].
func ParseOneTimeKey(json []byte, of *DeviceKeys) (OneTimeKey, error) {
	s, err := ParseSigned(json)
	if err != nil {
		return OneTimeKey{}, err
	}
	return s.OneTimeKey(of)
}

// OneTimeKey is [ParseOneTimeKey] of what is parsed already.
func (s Signed) OneTimeKey(of *DeviceKeys) (k OneTimeKey, err error) {
	text, ok := s.object.Get("key").Text()
	if !ok {
		return OneTimeKey{}, ErrFormat
	}
	if k.Key, err = keys.ParseCurve25519(text); err != nil {
		return OneTimeKey{}, ErrFormat
	}
	if fallback := s.object.Get("fallback"); fallback.Kind() != strictjson.None {
		if k.Fallback, ok = fallback.Bool(); !ok {
			return OneTimeKey{}, ErrFormat
		}
	}
	if err := s.VerifySignature(of.UserID, ed25519+of.DeviceID, of.Ed25519); err != nil {
		return OneTimeKey{}, err
	}
	return k, nil
}
