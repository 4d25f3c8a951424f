package homeserver

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

type user struct {
	id      string
	devices map[string]*device

	// The cross-signing keys, nil if there are none.
	master, selfSigning, userSigning *signed
}

type device struct {
	user *user
	id   string
	keys *signed // nil if it does not encrypt

	oneTime      []oneTimeKey               // oldest first
	uploaded     map[string]json.RawMessage // all one-time keys that ever were, by id
	fallback     *oneTimeKey
	fallbackUsed bool

	inbox []message
	sent  []message         // what was delivered, for Replay
	done  map[string][]byte // answers to what is done once, by path
}

// Login adds a device, and its user where there is none. It does not encrypt until
// it uploads keys.
func (s *Server) Login(userID, deviceID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[userID]
	if u == nil {
		u = &user{id: userID, devices: make(map[string]*device)}
		s.users[userID] = u
	}
	if u.devices[deviceID] == nil {
		u.devices[deviceID] = &device{user: u, id: deviceID, uploaded: make(map[string]json.RawMessage), done: make(map[string][]byte)}
	}
}

// Logout removes a device, and everything that was for it.
func (s *Server) Logout(userID, deviceID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[userID]
	if u == nil || u.devices[deviceID] == nil {
		return
	}
	encrypts := u.devices[deviceID].keys != nil
	delete(u.devices, deviceID)
	if encrypts {
		s.keysChanged(userID, "")
		s.happened(Happening{Kind: DeviceRemoved, UserID: userID, DeviceID: deviceID})
	}
}

// isSigned reports whether a device carries a signature by the self-signing key.
func (d *device) isSigned() bool {
	if d.keys == nil || d.user.selfSigning == nil {
		return false
	}
	for _, id := range d.user.selfSigning.keyIDs() {
		if d.keys.signatures[d.user.id][id] != "" {
			return true
		}
	}
	return false
}

// noteSignatures calls change, and tells which devices of a user are signed since
// then, or not any more.
func (s *Server) noteSignatures(u *user, change func()) {
	before := make(map[string]bool)
	for id, d := range u.devices {
		before[id] = d.isSigned()
	}
	change()
	for _, id := range slices.Sorted(maps.Keys(u.devices)) {
		if is := u.devices[id].isSigned(); is != before[id] {
			s.happened(Happening{Kind: DeviceSigned, UserID: u.id, DeviceID: id, Yes: is})
		}
	}
}

// serverOf is the name of a user's homeserver.
func serverOf(userID string) string {
	_, name, _ := strings.Cut(userID, ":")
	return name
}
