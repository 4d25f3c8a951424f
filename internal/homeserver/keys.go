package homeserver

import (
	"encoding/json"
	"maps"
	"slices"
)

// uploadKeys is POST /keys/upload.
func (s *Server) uploadKeys(c *call) (any, error) {
	var body struct {
		DeviceKeys   json.RawMessage `json:"device_keys"`
		OneTimeKeys  object          `json:"one_time_keys"`
		FallbackKeys object          `json:"fallback_keys"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	fresh, err := c.device.newOneTimeKeys(body.OneTimeKeys)
	if err != nil {
		return nil, err
	}
	fallback, err := newFallbackKey(body.FallbackKeys)
	if err != nil {
		return nil, err
	}
	if body.DeviceKeys != nil {
		if err := s.uploadDeviceKeys(c.device, body.DeviceKeys); err != nil {
			return nil, err
		}
	}
	c.device.addOneTimeKeys(fresh)
	if fallback != nil {
		c.device.setFallback(*fallback)
	}
	return map[string]any{"one_time_key_counts": c.device.counts()}, nil
}

// uploadDeviceKeys takes the keys of a device, also other ones than before, which is
// what homeservers do. Signatures that were added to the same keys stay.
func (s *Server) uploadDeviceKeys(d *device, text json.RawMessage) error {
	keys, err := parseSigned(text)
	if err != nil {
		return err
	}
	if keys.text("user_id") != d.user.id || keys.text("device_id") != d.id {
		return &failure{status: 400, errcode: "M_INVALID_PARAM", text: "The keys are of another device"}
	}
	added := d.keys == nil
	if !added && d.keys.same(keys) {
		return nil
	}
	s.keysChanged(d.user.id, "")
	if added {
		s.happened(Happening{Kind: DeviceAdded, UserID: d.user.id, DeviceID: d.id})
	}
	s.noteSignatures(d.user, func() { d.keys = keys })
	return nil
}

// queryKeys is POST /keys/query.
func (s *Server) queryKeys(c *call) (any, error) {
	var body struct {
		DeviceKeys map[string][]string `json:"device_keys"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	answer := map[string]map[string]any{
		"device_keys": {}, "master_keys": {}, "self_signing_keys": {}, "user_signing_keys": {}, "failures": {},
	}
	for _, userID := range slices.Sorted(maps.Keys(body.DeviceKeys)) {
		if s.isUnreachable(userID) {
			answer["failures"][serverOf(userID)] = map[string]int{"status": 503}
			continue
		}
		if u := s.users[userID]; u != nil {
			u.describe(answer, c.user.id, body.DeviceKeys[userID])
		}
	}
	return answer, nil
}

// describe adds a user's keys to the answer of a query. Of the signatures by others
// one is shown one's own: whom somebody else has verified is nobody's business.
func (u *user) describe(answer map[string]map[string]any, asker string, deviceIDs []string) {
	visible := func(by string) bool { return by == u.id || by == asker }
	devices := make(map[string]any)
	for id, d := range u.devices {
		if d.keys != nil && (len(deviceIDs) == 0 || slices.Contains(deviceIDs, id)) {
			var keys object
			_ = json.Unmarshal(d.keys.json(visible), &keys) // made here
			keys["unsigned"] = encode(map[string]string{"device_display_name": "Device " + id})
			devices[id] = keys
		}
	}
	answer["device_keys"][u.id] = devices
	if u.master != nil {
		answer["master_keys"][u.id] = u.master.json(visible)
	}
	if u.selfSigning != nil {
		answer["self_signing_keys"][u.id] = u.selfSigning.json(visible)
	}
	if u.userSigning != nil && u.id == asker {
		answer["user_signing_keys"][u.id] = u.userSigning.json(visible)
	}
}

func (s *Server) isUnreachable(userID string) bool { return s.unreachable[serverOf(userID)] }
