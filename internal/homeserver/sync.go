package homeserver

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// defaultTimeline is how many events of a room come with one sync, if the filter
// does not say.
const defaultTimeline = 10

// SyncPath is the path of GET /sync with a token, empty at first, and a filter for
// the length of timelines.
func SyncPath(since string, timeline int) string {
	query := url.Values{"timeout": {"0"}, "filter": {fmt.Sprintf(`{"room":{"timeline":{"limit":%d}}}`, timeline)}}
	if since != "" {
		query.Set("since", since)
	}
	return prefix + "sync?" + query.Encode()
}

// Sync answers GET /sync.
func (s *Server) Sync(userID, deviceID, since string, timeline int) []byte {
	_, answer := s.Do(userID, deviceID, "GET", SyncPath(since, timeline), nil)
	return answer
}

// A token says how far a device has the stream, and its messages.
func token(position, messages int) string { return fmt.Sprintf("s%d_%d", position, messages) }

func parseToken(since string) (position, messages int, err error) {
	if since == "" {
		return 0, 0, nil
	}
	if _, err := fmt.Sscanf(since, "s%d_%d", &position, &messages); err != nil || token(position, messages) != since {
		return 0, 0, &failure{status: 400, errcode: "M_INVALID_PARAM", text: "Not a token of this server"}
	}
	return position, messages, nil
}

// PositionOf is the position in the stream up to which the token of a sync tells
// everything, 0 for what is none.
func PositionOf(since string) int {
	position, _, _ := parseToken(since)
	return position
}

// sync is GET /sync. It never waits.
func (s *Server) sync(c *call) (any, error) {
	since, have, err := parseToken(c.query.Get("since"))
	if err != nil {
		return nil, err
	}
	limit := timelineLimit(c.query.Get("filter"))
	inbox := c.device.toDevice(have, s.ToDeviceLimit)
	events := make([]json.RawMessage, len(inbox))
	for i, m := range inbox {
		events[i] = m.event
		have = m.number
	}
	answer := map[string]any{
		"next_batch":                       token(s.position, have),
		"to_device":                        map[string]any{"events": events},
		"rooms":                            s.syncRooms(c.user.id, since, limit),
		"device_unused_fallback_key_types": c.device.unusedFallbacks(),
	}
	counts := c.device.counts()
	if s.Lies.Count != nil {
		counts = map[string]int{"signed_curve25519": *s.Lies.Count}
	}
	if len(counts) > 0 { // else it may be left out, and often is
		answer["device_one_time_keys_count"] = counts
	}
	if since > 0 && !s.Lies.SilentChanges {
		answer["device_lists"] = s.deviceLists(c.user.id, since)
	}
	return answer, nil
}

func timelineLimit(filter string) int {
	var f struct {
		Room struct {
			Timeline struct {
				Limit *int `json:"limit"`
			} `json:"timeline"`
		} `json:"room"`
	}
	if json.Unmarshal([]byte(filter), &f) != nil || f.Room.Timeline.Limit == nil {
		return defaultTimeline
	}
	return *f.Room.Timeline.Limit
}

// syncRooms is what happened in the rooms of a user.
func (s *Server) syncRooms(userID string, since, limit int) map[string]map[string]any {
	rooms := map[string]map[string]any{"join": {}, "leave": {}, "invite": {}}
	for id, r := range s.rooms {
		was, is := r.membershipAt(userID, since), r.membershipAt(userID, s.position)
		switch {
		case is == "join" && was == "join":
			if update := r.update(since, s.position, limit); update != nil {
				rooms["join"][id] = update
			}
		case is == "join": // everything is new; what was before joining is history
			rooms["join"][id] = r.update(0, s.position, limit)
		case r.movedAt(userID) <= since: // invited or gone before, nothing is told
		case is == "leave" && r.joinedSince(userID, since):
			rooms["leave"][id] = r.update(since, r.movedAt(userID), limit)
		case is == "leave": // an invitation was refused, or taken back
			rooms["leave"][id] = map[string]any{}
		case is == "invite":
			rooms["invite"][id] = map[string]any{"invite_state": map[string]any{"events": r.invitation(userID)}}
		}
	}
	return rooms
}

// update is what happened in a room after a position up to another one. If it was
// more than fits in, there is a gap; then the state in the gap comes apart.
func (r *room) update(since, until, limit int) map[string]any {
	var timeline []*event
	for _, e := range r.events {
		if e.position > since && e.position <= until {
			timeline = append(timeline, e)
		}
	}
	if len(timeline) == 0 {
		return nil
	}
	limited := len(timeline) > limit
	timeline = timeline[max(0, len(timeline)-limit):]
	start := until + 1
	if len(timeline) > 0 {
		start = timeline[0].position
	}
	state := r.stateBetween(since, start)
	if state == nil {
		state = []*event{}
	}
	return map[string]any{
		"timeline": map[string]any{"events": append([]*event{}, timeline...), "limited": limited, "prev_batch": "p" + strconv.Itoa(start)},
		"state":    map[string]any{"events": state},
	}
}

// movedAt is the position of a user's last change of membership.
func (r *room) movedAt(userID string) (position int) {
	for _, m := range r.memberships {
		if m.userID == userID {
			position = m.position
		}
	}
	return position
}

// joinedSince reports whether a user had joined at some time after a position.
func (r *room) joinedSince(userID string, since int) bool {
	return r.membershipAt(userID, since) == "join" || slices.ContainsFunc(r.memberships, func(m membership) bool {
		return m.userID == userID && m.is == "join" && m.position > since
	})
}

// invitation is the state that somebody who is invited is shown, stripped.
func (r *room) invitation(userID string) []map[string]any {
	var shown []map[string]any
	for _, e := range r.stateBetween(0, r.events[len(r.events)-1].position+1) {
		if e.Type != "m.room.member" || *e.StateKey == userID {
			shown = append(shown, map[string]any{"type": e.Type, "state_key": *e.StateKey, "sender": e.Sender, "content": e.Content})
		}
	}
	return shown
}
