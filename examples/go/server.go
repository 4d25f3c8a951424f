package main

import (
	"encoding/json"
	"fmt"
	"path"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// server is as much of a homeserver as the devices of this story need: it keeps what
// they publish, and hands over what they send to each other.
type server struct {
	published map[string]map[string]json.RawMessage // device keys, by user and device
	oneTime   map[string][]oneTimeKey               // by user and device
	identity  map[string]map[string]json.RawMessage // cross-signing keys, by what they are for and user
	inbox     map[string][]json.RawMessage          // by user and device
	changed   []string                              // users whose devices or identities are other ones now
}

type oneTimeKey struct {
	id  string
	key json.RawMessage
}

func newServer() *server {
	return &server{
		published: make(map[string]map[string]json.RawMessage),
		oneTime:   make(map[string][]oneTimeKey),
		identity:  map[string]map[string]json.RawMessage{"master": {}, "self_signing": {}, "user_signing": {}},
		inbox:     make(map[string][]json.RawMessage),
	}
}

// body has the fields of all requests.
type body struct {
	DeviceKeys     json.RawMessage                       `json:"device_keys"`
	OneTimeKeys    map[string]json.RawMessage            `json:"one_time_keys"`
	Messages       map[string]map[string]json.RawMessage `json:"messages"`
	MasterKey      json.RawMessage                       `json:"master_key"`
	SelfSigningKey json.RawMessage                       `json:"self_signing_key"`
	UserSigningKey json.RawMessage                       `json:"user_signing_key"`
}

// answer does what a request of a device asks for.
func (s *server) answer(user, device string, r machine.Request) ([]byte, error) {
	var b body
	if r.Kind != machine.SignaturesUpload { // whose fields are user ids
		if err := json.Unmarshal(r.Body, &b); err != nil {
			return nil, err
		}
	}
	switch r.Kind {
	case machine.KeysUpload:
		return s.upload(user, device, b)
	case machine.KeysQuery:
		return json.Marshal(map[string]any{"device_keys": s.published, "master_keys": s.identity["master"],
			"self_signing_keys": s.identity["self_signing"], "user_signing_keys": s.identity["user_signing"]})
	case machine.KeysClaim:
		return s.claim(b)
	case machine.SendToDevice:
		return s.deliver(user, path.Base(path.Dir(r.Path)), b)
	case machine.SigningUpload:
		s.identity["master"][user] = b.MasterKey
		s.identity["self_signing"][user] = b.SelfSigningKey
		s.identity["user_signing"][user] = b.UserSigningKey
		s.changed = append(s.changed, user)
		return []byte("{}"), nil
	case machine.SignaturesUpload:
		return s.sign(r.Body)
	}
	return nil, fmt.Errorf("a request of kind %s", r.Kind)
}

func (s *server) upload(user, device string, b body) ([]byte, error) {
	if b.DeviceKeys != nil {
		if s.published[user] == nil {
			s.published[user] = make(map[string]json.RawMessage)
		}
		s.published[user][device] = b.DeviceKeys
		s.changed = append(s.changed, user)
	}
	for id, key := range b.OneTimeKeys {
		s.oneTime[user+device] = append(s.oneTime[user+device], oneTimeKey{id, key})
	}
	return fmt.Appendf(nil, `{"one_time_key_counts":{"signed_curve25519":%d}}`, len(s.oneTime[user+device])), nil
}

// claim gives out one-time keys, each of them once.
func (s *server) claim(b body) ([]byte, error) {
	given := make(map[string]map[string]map[string]json.RawMessage)
	for user, wanted := range b.OneTimeKeys {
		var devices map[string]string
		if err := json.Unmarshal(wanted, &devices); err != nil {
			return nil, err
		}
		given[user] = make(map[string]map[string]json.RawMessage)
		for device := range devices {
			if all := s.oneTime[user+device]; len(all) > 0 {
				given[user][device] = map[string]json.RawMessage{all[0].id: all[0].key}
				s.oneTime[user+device] = all[1:]
			}
		}
	}
	return json.Marshal(map[string]any{"one_time_keys": given})
}

// deliver puts messages into the inboxes of devices.
func (s *server) deliver(sender, eventType string, b body) ([]byte, error) {
	for user, devices := range b.Messages {
		for device, content := range devices {
			event, err := json.Marshal(map[string]any{"type": eventType, "sender": sender, "content": content})
			if err != nil {
				return nil, err
			}
			s.inbox[user+device] = append(s.inbox[user+device], event)
		}
	}
	return []byte("{}"), nil
}

// sign exchanges the keys of devices for the same with one more signature.
func (s *server) sign(signatures []byte) ([]byte, error) {
	var signed map[string]map[string]json.RawMessage
	if err := json.Unmarshal(signatures, &signed); err != nil {
		return nil, err
	}
	for user, objects := range signed {
		for id, object := range objects {
			if _, ok := s.published[user][id]; ok {
				s.published[user][id] = object
			}
		}
		s.changed = append(s.changed, user)
	}
	return []byte("{}"), nil
}

// sync is the answer to /sync of a device.
func (s *server) sync(user, device string) ([]byte, error) {
	events := s.inbox[user+device]
	delete(s.inbox, user+device)
	if events == nil {
		events = []json.RawMessage{}
	}
	return json.Marshal(map[string]any{
		"to_device":                  map[string]any{"events": events},
		"device_lists":               map[string]any{"changed": s.changed},
		"device_one_time_keys_count": map[string]any{"signed_curve25519": len(s.oneTime[user+device])},
	})
}
