package machine

// Trust says how far an event can be believed to be from its sender: what to show,
// and why.
type Trust struct {
	Shield Shield
	Reason Reason
}

// Shield is what a client shows beside an event.
type Shield string

// The shields.
const (
	NoShield Shield = "none" // there is nothing to warn of
	Grey     Shield = "grey" // nobody can tell
	Red      Shield = "red"  // beware
)

// Reason is why a shield is shown. docs/how-encryption-can-fail.md explains each.
type Reason string

// The reasons.
const (
	Verified        Reason = "verified"         // a verified identity of the sender has signed the device
	Pinned          Reason = "pinned"           // the identity that was seen first has signed the device
	IdentityChanged Reason = "identity_changed" // the sender's identity is not the one that was verified, or seen first
	UnsignedDevice  Reason = "unsigned_device"  // the sender's identity has not signed the device
	UnknownDevice   Reason = "unknown_device"   // the sender has no such device, or not any more
	BlockedDevice   Reason = "blocked_device"   // the device was blocked here
	Unauthenticated Reason = "unauthenticated"  // the key came from a forward, a file or a backup
)

// trustDevice says how far what comes from a device of a user can be believed.
func (m *Machine) trustDevice(u *user, d *device) Trust {
	switch {
	case u == nil || d == nil:
		return Trust{Grey, UnknownDevice}
	case d.blocked:
		return Trust{Red, BlockedDevice}
	case m.violated(u):
		return Trust{Red, IdentityChanged}
	case d.verified:
		return Trust{NoShield, Verified}
	case !u.crossSigned(d) && d.deleted:
		return Trust{Grey, UnknownDevice}
	case !u.crossSigned(d):
		return Trust{Red, UnsignedDevice}
	case m.verifiedIdentity(u):
		return Trust{NoShield, Verified}
	case u.identity.changed():
		return Trust{Grey, IdentityChanged}
	}
	return Trust{NoShield, Pinned}
}

// trustSession says how far what was encrypted with a session can be believed.
func (m *Machine) trustSession(u *user, in *inbound) (Trust, *device) {
	d := u.deviceWith(in.key)
	if d != nil && d.ed25519 != in.ed25519 {
		return Trust{Red, UnknownDevice}, nil
	}
	t := m.trustDevice(u, d)
	if in.source != fromOwner && t.Shield != Red {
		t = Trust{Grey, Unauthenticated}
	}
	return t, d
}
