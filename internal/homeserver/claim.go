package homeserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// oneTimeKey is a one-time or fallback key. Its id begins with its algorithm.
type oneTimeKey struct {
	id  string
	key json.RawMessage
}

func (k *oneTimeKey) algorithm() string {
	algorithm, _, _ := strings.Cut(k.id, ":")
	return algorithm
}

// newOneTimeKeys checks keys that a device uploads. The same again is welcome, since
// the answer may have been lost; another key with an id that is in use is not.
func (d *device) newOneTimeKeys(all object) (fresh []oneTimeKey, err error) {
	for _, id := range slices.Sorted(maps.Keys(all)) {
		before, known := d.uploaded[id]
		switch {
		case !known:
			fresh = append(fresh, oneTimeKey{id, all[id]})
		case !bytes.Equal(keyOf(before), keyOf(all[id])):
			return nil, &failure{status: 400, errcode: "M_UNKNOWN",
				text: fmt.Sprintf("One time key %s already exists. Old key: %s; new key: %s", id, before, all[id])}
		}
	}
	return fresh, nil
}

// keyOf is what makes two keys the same: all but the signatures.
func keyOf(text json.RawMessage) []byte {
	if s, err := parseSigned(text); err == nil {
		return normal(encode(s.fields))
	}
	return text
}

// addOneTimeKeys adds keys behind those that are there. A key that was claimed
// already is not added again by an upload that is repeated: the specification wants
// each to be claimed once. (Some servers forget the keys that are gone, and then give
// them out twice: see [Lies.ClaimTwice].)
func (d *device) addOneTimeKeys(fresh []oneTimeKey) {
	for _, k := range fresh {
		d.uploaded[k.id] = k.key
	}
	d.oneTime = append(d.oneTime, fresh...)
}

func newFallbackKey(all object) (*oneTimeKey, error) {
	if len(all) > 1 {
		return nil, &failure{status: 400, errcode: "M_INVALID_PARAM", text: "More than one fallback key"}
	}
	for id, key := range all {
		return &oneTimeKey{id, key}, nil
	}
	return nil, nil
}

// setFallback replaces the fallback key. The same one again does not become unused.
func (d *device) setFallback(k oneTimeKey) {
	if d.fallback == nil || d.fallback.id != k.id || !bytes.Equal(keyOf(d.fallback.key), keyOf(k.key)) {
		d.fallbackUsed = false
	}
	d.fallback = &k
}

// counts are of the one-time keys that nobody has claimed, by algorithm.
func (d *device) counts() map[string]int {
	counts := make(map[string]int)
	for _, k := range d.oneTime {
		counts[k.algorithm()]++
	}
	return counts
}

func (d *device) unusedFallbacks() []string {
	if d.fallback == nil || d.fallbackUsed {
		return []string{}
	}
	return []string{d.fallback.algorithm()}
}

// claim takes the oldest one-time key, or else the fallback key, which stays.
func (d *device) claim(algorithm string, keep bool) *oneTimeKey {
	for i := range d.oneTime {
		if k := d.oneTime[i]; k.algorithm() == algorithm {
			if !keep {
				d.oneTime = slices.Delete(d.oneTime, i, i+1)
			}
			return &k
		}
	}
	if d.fallback != nil && d.fallback.algorithm() == algorithm {
		d.fallbackUsed = true
		return d.fallback
	}
	return nil
}

// claimKeys is POST /keys/claim.
func (s *Server) claimKeys(c *call) (any, error) {
	var body struct {
		OneTimeKeys map[string]map[string]string `json:"one_time_keys"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	claimed, failures := make(map[string]map[string]object), make(map[string]any)
	for _, userID := range slices.Sorted(maps.Keys(body.OneTimeKeys)) {
		if s.isUnreachable(userID) {
			failures[serverOf(userID)] = map[string]int{"status": 503}
			continue
		}
		for deviceID, algorithm := range body.OneTimeKeys[userID] {
			d := s.device(userID, deviceID)
			if d == nil {
				continue
			}
			if k := d.claim(algorithm, s.Lies.ClaimTwice); k != nil {
				if claimed[userID] == nil {
					claimed[userID] = make(map[string]object)
				}
				claimed[userID][deviceID] = object{k.id: k.key}
			}
		}
	}
	return map[string]any{"one_time_keys": claimed, "failures": failures}, nil
}

func (s *Server) device(userID, deviceID string) *device {
	if u := s.users[userID]; u != nil {
		return u.devices[deviceID]
	}
	return nil
}
