//go:build js

package async

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/promise"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// Trust says how far an event can be believed to be from its sender.
type Trust struct {
	Shield Shield // what to show beside it
	Reason Reason // why
}

// Shield is what a client shows beside an event: nothing to remark, nobody can
// tell, or beware.
type Shield string

// The shields.
const (
	NoShield = Shield(machine.NoShield)
	Grey     = Shield(machine.Grey)
	Red      = Shield(machine.Red)
)

// Reason is why a shield is shown.
//   - verified: the sender's identity was verified, and has signed the device
//   - pinned: the device is signed by the identity that was seen first
//   - identity_changed: the identity is not the one that was verified, or seen first
//   - unsigned_device: the sender's identity has not signed the device
//   - unknown_device: the device is not known, or was removed
//   - blocked_device: the device was blocked here
//   - unauthenticated: the key came from a forward, a file or a backup
type Reason string

// The reasons.
const (
	Verified        = Reason(machine.Verified)
	Pinned          = Reason(machine.Pinned)
	IdentityChanged = Reason(machine.IdentityChanged)
	UnsignedDevice  = Reason(machine.UnsignedDevice)
	UnknownDevice   = Reason(machine.UnknownDevice)
	BlockedDevice   = Reason(machine.BlockedDevice)
	Unauthenticated = Reason(machine.Unauthenticated)
)

func trust(t machine.Trust) Trust { return Trust{Shield(t.Shield), Reason(t.Reason)} }

// Failure is why an event could not be decrypted: an error of Mudpuppy's, without
// being thrown.
type Failure struct {
	Code    string // one of the codes of a MudpuppyError
	Message string // for developers, without secrets
}

// ToDeviceEvent is what came to this device.
type ToDeviceEvent struct {
	Type    string      // such as m.key.verification.request
	Sender  string      // a user id
	Content bridge.JSON // whatever the type says
	// Whether it came over Olm; senderKey, deviceId and trust then tell from whom.
	Encrypted bool
	SenderKey *string // Curve25519 key of the device
	DeviceID  *string // of the sender, if known
	Trust     *Trust  // how far it can be believed to be from its sender
	// Why it could not be decrypted. Type and content are then those of the
	// encrypted event.
	Error *Failure
}

func toDeviceEvents(events []machine.ToDeviceEvent) []ToDeviceEvent {
	list := make([]ToDeviceEvent, len(events))
	for i, e := range events {
		list[i] = ToDeviceEvent{
			Type: e.Type, Sender: e.Sender, Content: e.Content, Encrypted: e.Encrypted,
			SenderKey: optional(e.SenderKey), DeviceID: optional(e.DeviceID),
		}
		if e.Encrypted && e.Error == nil {
			t := trust(e.Trust)
			list[i].Trust = &t
		}
		if e.Error != nil {
			code, message := promise.Describe(e.Error)
			list[i].Error = &Failure{code, message}
		}
	}
	return list
}

// Decrypted is what was found in a room event.
//
//bridge:internal
type Decrypted struct {
	Type      string
	Content   bridge.SecretJSON
	Sender    string
	DeviceID  *string
	SenderKey string
	SessionID string
	Index     uint32
	Trust     Trust
}

// Withheld is why a key was not sent.
type Withheld struct {
	Code   string // such as m.unverified
	Reason string // for people, by the sender
}

func withheld(w *machine.Withheld) *Withheld {
	if w == nil {
		return nil
	}
	return &Withheld{w.Code, w.Reason}
}
