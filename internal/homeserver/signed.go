package homeserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// signatures are by user and key id.
type signatures map[string]map[string]string

// signed is a JSON object, apart from its signatures. Those can be added to, and not
// everybody is shown all of them.
type signed struct {
	fields     object
	signatures signatures
}

var errNoObject = errors.New("a key is not an object")

func parseSigned(text json.RawMessage) (*signed, error) {
	s := &signed{signatures: make(signatures)}
	if err := json.Unmarshal(text, &s.fields); err != nil {
		return nil, err
	}
	if s.fields == nil {
		return nil, errNoObject
	}
	if all, ok := s.fields["signatures"]; ok {
		if err := json.Unmarshal(all, &s.signatures); err != nil {
			return nil, err
		}
	}
	delete(s.fields, "signatures")
	delete(s.fields, "unsigned")
	return s, nil
}

// json is the object with the signatures of some users.
func (s *signed) json(by func(userID string) bool) json.RawMessage {
	whole := maps.Clone(s.fields)
	visible := make(signatures)
	for userID, all := range s.signatures {
		if by(userID) {
			visible[userID] = all
		}
	}
	whole["signatures"] = encode(visible)
	return encode(whole)
}

// same reports whether two objects differ in signatures at most.
func (s *signed) same(other *signed) bool {
	return bytes.Equal(normal(encode(s.fields)), normal(encode(other.fields)))
}

// normal is JSON with its names in order.
func normal(text json.RawMessage) []byte {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return text
	}
	return encode(v)
}

// keyIDs are the names of its keys.
func (s *signed) keyIDs() []string {
	var keys map[string]string
	_ = json.Unmarshal(s.fields["keys"], &keys) // none, if malformed
	return slices.Sorted(maps.Keys(keys))
}

// add merges the signatures of a user.
func (s *signed) add(userID string, from signatures) {
	if s.signatures[userID] == nil {
		s.signatures[userID] = make(map[string]string)
	}
	maps.Copy(s.signatures[userID], from[userID])
}

// text is a field that is a text, empty if it is none.
func (s *signed) text(name string) string {
	var text string
	_ = json.Unmarshal(s.fields[name], &text) // empty, if malformed
	return text
}
