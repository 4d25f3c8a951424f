package homeserver

import (
	"encoding/json"
	"strings"
)

// uploadSigningKeys is POST /keys/device_signing/upload.
func (s *Server) uploadSigningKeys(c *call) (any, error) {
	var body struct {
		Auth        json.RawMessage `json:"auth"`
		Master      json.RawMessage `json:"master_key"`
		SelfSigning json.RawMessage `json:"self_signing_key"`
		UserSigning json.RawMessage `json:"user_signing_key"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	if s.AskForPassword && body.Auth == nil {
		return nil, askForPassword()
	}
	u := c.user
	keys := []struct {
		text json.RawMessage
		was  **signed
		is   *signed
	}{{body.Master, &u.master, nil}, {body.SelfSigning, &u.selfSigning, nil}, {body.UserSigning, &u.userSigning, nil}}
	for i := range keys {
		if keys[i].text == nil {
			continue
		}
		var err error
		if keys[i].is, err = u.parseSigningKey(keys[i].text); err != nil {
			return nil, err
		}
	}
	if keys[0].is == nil && u.master == nil {
		return nil, &failure{status: 400, errcode: "M_MISSING_PARAM", text: "No master signing key"}
	}
	s.keysChanged(u.id, "")
	s.noteSignatures(u, func() {
		for _, k := range keys {
			if k.is != nil {
				*k.was = k.is
			}
		}
	})
	return struct{}{}, nil
}

// parseSigningKey reads a cross-signing key, which must not be called like a device.
func (u *user) parseSigningKey(text json.RawMessage) (*signed, error) {
	k, err := parseSigned(text)
	if err != nil {
		return nil, err
	}
	if k.text("user_id") != u.id || len(k.keyIDs()) != 1 {
		return nil, &failure{status: 400, errcode: "M_INVALID_PARAM", text: "Not one key of this user"}
	}
	if u.devices[k.publicKey()] != nil {
		return nil, &failure{status: 403, errcode: "M_FORBIDDEN", text: "Key ID in use"}
	}
	return k, nil
}

// publicKey is the only key of a cross-signing key.
func (s *signed) publicKey() string {
	if ids := s.keyIDs(); len(ids) == 1 {
		return strings.TrimPrefix(ids[0], "ed25519:")
	}
	return ""
}

// askForPassword is how user-interactive authentication begins.
func askForPassword() error {
	return &failure{status: 401, errcode: "M_FORBIDDEN", text: "Authenticate first", more: map[string]any{
		"flows":   []any{map[string]any{"stages": []string{"m.login.password"}}},
		"params":  struct{}{},
		"session": "xxxxxx",
	}}
}

// uploadSignatures is POST /keys/signatures/upload.
func (s *Server) uploadSignatures(c *call) (any, error) {
	var body map[string]object
	if err := c.read(&body); err != nil {
		return nil, err
	}
	failures := make(map[string]map[string]any)
	for userID, all := range body {
		for id, text := range all {
			if s.addSignature(c.user.id, userID, id, text) {
				continue
			}
			if failures[userID] == nil {
				failures[userID] = make(map[string]any)
			}
			failures[userID][id] = map[string]string{"errcode": "M_INVALID_SIGNATURE", "error": "Not the key that is known"}
		}
	}
	return map[string]any{"failures": failures}, nil
}

// addSignature adds what a user signed: a device or the master key of one's own, or
// the master key of another user, of which only the signer learns.
func (s *Server) addSignature(signer, userID, id string, text json.RawMessage) bool {
	u := s.users[userID]
	from, err := parseSigned(text)
	if u == nil || err != nil {
		return false
	}
	var to *signed
	if d := u.devices[id]; d != nil && signer == userID {
		to = d.keys
	} else if u.master != nil && u.master.publicKey() == id {
		to = u.master
	}
	if to == nil || !to.same(from) {
		return false
	}
	observer := ""
	if signer != userID {
		observer = signer
	}
	s.keysChanged(userID, observer)
	s.noteSignatures(u, func() { to.add(signer, from.signatures) })
	return true
}
