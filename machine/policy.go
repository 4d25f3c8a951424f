package machine

// Policy says which devices get the keys of a room.
type Policy string

// The policies. None gives keys to a device that was blocked here, and under none is
// anything sent while the identity of somebody in the room was verified and is not any
// more, or the own one is not that which was seen first: see [ErrIdentityChanged].
//
// https://spec.matrix.org/latest/client-server-api/#recommended-client-behaviour
const (
	// CrossSigned is for devices that the identity of their user has signed, as
	// the specification has it since version 1.18. It is the default.
	CrossSigned Policy = "cross_signed"
	// AllDevices is for all devices, also those that a homeserver could have made up.
	AllDevices Policy = "all_devices"
	// ErrorOnUnverified is CrossSigned, but nothing is sent while there are other
	// devices, or users whose identity is not the one that was seen first.
	ErrorOnUnverified Policy = "error_on_unverified"
)

func (p Policy) valid() bool {
	switch p {
	case "", CrossSigned, AllDevices, ErrorOnUnverified:
		return true
	}
	return false
}

// Codes of m.room_key.withheld.
//
// https://spec.matrix.org/latest/client-server-api/#mroom_keywithheld
const (
	withheldBlocked    = "m.blacklisted"
	withheldUnverified = "m.unverified"
	withheldNoOlm      = "m.no_olm"
)

// recipients are who is to get a room key, and who is not, and why not.
type recipients struct {
	devices  []target
	withheld []refusal
}

// refusal is a device that does not get a key.
type refusal struct {
	target
	code string
}

// policyOf is the policy of a room.
func (m *Machine) policyOf(r *room) Policy {
	for _, p := range []Policy{r.settings.Policy, m.config.Policy} {
		if p != "" {
			return p
		}
	}
	return CrossSigned
}

// recipients returns who is to get the key of a room, by its policy. It returns a
// [PolicyError] if the policy says that nobody is.
func (m *Machine) recipients(users []*user, policy Policy) (recipients, error) {
	var all recipients
	var changed []string
	var unverified []DeviceRef
	for _, u := range users {
		if m.refusedIdentity(u, policy) {
			changed = append(changed, u.id)
		}
		for _, d := range u.devices {
			if d.deleted || !d.olm || (u.id == m.user && d.id == m.device) {
				continue
			}
			t := target{u, d}
			switch trusted := u.crossSigned(d) || d.verified; {
			case d.blocked:
				all.withheld = append(all.withheld, refusal{t, withheldBlocked})
			case trusted || policy == AllDevices:
				all.devices = append(all.devices, t)
			default:
				all.withheld = append(all.withheld, refusal{t, withheldUnverified})
				unverified = append(unverified, DeviceRef{u.id, d.id})
			}
		}
	}
	if len(changed) > 0 {
		return recipients{}, &PolicyError{Err: ErrIdentityChanged, Users: changed}
	}
	if policy == ErrorOnUnverified && len(unverified) > 0 {
		return recipients{}, &PolicyError{Err: ErrUnverified, Devices: unverified}
	}
	return all, nil
}

// refusedIdentity reports whether nothing may be sent because of a user's identity.
// The own one must not change unseen, whatever the policy: those who can exchange
// it could add devices of their own.
func (m *Machine) refusedIdentity(u *user, policy Policy) bool {
	if u.identity == nil {
		return false
	}
	if m.violated(u) {
		return true
	}
	return u.identity.changed() && (policy == ErrorOnUnverified || u.id == m.user)
}
