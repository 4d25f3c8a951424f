//go:build !js

package testserver

import (
	"crypto/rand"
	"encoding/json"
	"net/url"
	"strconv"
	"time"
)

// CreateRoom makes a private, encrypted room and returns its id.
func (c *Client) CreateRoom(invite ...string) (room string) {
	c.t.Helper()
	var answer struct {
		RoomID string `json:"room_id"`
	}
	c.must("POST", "/_matrix/client/v3/createRoom", map[string]any{
		"preset": "private_chat",
		"invite": append([]string{}, invite...), // [] and not null
		"initial_state": []any{map[string]any{
			"type":      "m.room.encryption",
			"state_key": "",
			"content":   map[string]string{"algorithm": "m.megolm.v1.aes-sha2"},
		}},
	}, &answer)
	return answer.RoomID
}

func (c *Client) Invite(room, userID string) {
	c.t.Helper()
	c.must("POST", inRoom(room, "invite"), map[string]string{"user_id": userID}, nil)
}

func (c *Client) Join(room string) {
	c.t.Helper()
	c.must("POST", inRoom(room, "join"), map[string]any{}, nil)
}

func (c *Client) Leave(room string) {
	c.t.Helper()
	c.must("POST", inRoom(room, "leave"), map[string]any{}, nil)
}

// SendEvent sends an event as it is given, and returns its id.
func (c *Client) SendEvent(room, eventType string, content any) (eventID string) {
	c.t.Helper()
	var answer struct {
		EventID string `json:"event_id"`
	}
	c.must("PUT", inRoom(room, "send", eventType, rand.Text()), content, &answer)
	return answer.EventID
}

func inRoom(room string, path ...string) string {
	joined := "/_matrix/client/v3/rooms/" + url.PathEscape(room)
	for _, part := range path {
		joined += "/" + url.PathEscape(part)
	}
	return joined
}

// Sync is the answer to a sync request.
type Sync struct {
	Body []byte `json:"-"` // as it came

	NextBatch string `json:"next_batch"`
	Rooms     struct {
		Join   map[string]SyncRoom        `json:"join"`
		Invite map[string]json.RawMessage `json:"invite"`
		Leave  map[string]SyncRoom        `json:"leave"`
	} `json:"rooms"`
}

// SyncRoom is what is new in a room.
type SyncRoom struct {
	State struct {
		Events []Event `json:"events"`
	} `json:"state"`
	Timeline struct {
		Events  []Event `json:"events"`
		Limited bool    `json:"limited"`
	} `json:"timeline"`
}

// Event is an event of a room.
type Event struct {
	Raw []byte // as it came

	ID       string
	Type     string
	Sender   string
	StateKey *string
	Content  json.RawMessage
}

// UnmarshalJSON keeps the event as it came beside its parts.
func (e *Event) UnmarshalJSON(b []byte) error {
	var parts struct {
		ID       string          `json:"event_id"`
		Type     string          `json:"type"`
		Sender   string          `json:"sender"`
		StateKey *string         `json:"state_key"`
		Content  json.RawMessage `json:"content"`
	}
	err := json.Unmarshal(b, &parts)
	*e = Event{append([]byte{}, b...), parts.ID, parts.Type, parts.Sender, parts.StateKey, parts.Content}
	return err
}

// Sync asks for what is new since the answer with that next batch, or for all if
// that is empty, and waits for news at most so long. The filter is JSON, or
// empty.
func (c *Client) Sync(since, filter string, wait time.Duration) *Sync {
	c.t.Helper()
	query := url.Values{"timeout": {strconv.FormatInt(wait.Milliseconds(), 10)}}
	if since != "" {
		query.Set("since", since)
	}
	if filter != "" {
		query.Set("filter", filter)
	}
	var body json.RawMessage
	c.must("GET", "/_matrix/client/v3/sync?"+query.Encode(), nil, &body)
	s := &Sync{Body: body}
	if err := json.Unmarshal(body, s); err != nil {
		c.t.Fatal(err)
	}
	return s
}
