package homeserver

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// room is its events, and what follows from them.
type room struct {
	id          string
	events      []*event
	memberships []membership // all that ever were, in order
	encrypted   int          // the position since when, 0 if not
}

type event struct {
	position int
	ID       string          `json:"event_id"`
	Type     string          `json:"type"`
	StateKey *string         `json:"state_key,omitempty"`
	Sender   string          `json:"sender"`
	Time     int64           `json:"origin_server_ts"`
	Content  json.RawMessage `json:"content"`
}

type membership struct {
	position int
	userID   string
	is       string
}

var forbidden = &failure{status: 403, errcode: "M_FORBIDDEN", text: "Not allowed in this room"}

// createRoom is POST /createRoom, with the presets private_chat and public_chat.
func (s *Server) createRoom(c *call) (any, error) {
	var body struct {
		Preset       string   `json:"preset"`
		Invite       []string `json:"invite"`
		InitialState []struct {
			Type     string          `json:"type"`
			StateKey string          `json:"state_key"`
			Content  json.RawMessage `json:"content"`
		} `json:"initial_state"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	r := &room{id: fmt.Sprintf("!room%d:%s", len(s.rooms)+1, serverOf(c.user.id))}
	s.rooms[r.id] = r
	rule := "invite"
	if body.Preset == "public_chat" {
		rule = "public"
	}
	s.state(r, c.user.id, "m.room.create", "", map[string]string{"room_version": "11"})
	s.setMembership(r, c.user.id, c.user.id, "join")
	s.state(r, c.user.id, "m.room.join_rules", "", map[string]string{"join_rule": rule})
	s.state(r, c.user.id, "m.room.history_visibility", "", map[string]string{"history_visibility": "shared"})
	for _, initial := range body.InitialState {
		s.state(r, c.user.id, initial.Type, initial.StateKey, initial.Content)
	}
	for _, invited := range body.Invite {
		s.setMembership(r, c.user.id, invited, "invite")
	}
	return map[string]string{"room_id": r.id}, nil
}

// room returns the room of a call, if the user is in it in one of some ways.
func (s *Server) room(c *call, memberships ...string) (*room, error) {
	r := s.rooms[c.args[0]]
	if r == nil || !slices.Contains(memberships, r.membershipAt(c.user.id, s.position)) {
		return nil, forbidden
	}
	return r, nil
}

// invite is POST /rooms/{id}/invite.
func (s *Server) invite(c *call) (any, error) {
	r, err := s.room(c, "join")
	if err != nil {
		return nil, err
	}
	return s.moveAnother(c, r, "invite", "", "leave", "invite")
}

// kick is POST /rooms/{id}/kick. Here, every member may.
func (s *Server) kick(c *call) (any, error) {
	r, err := s.room(c, "join")
	if err != nil {
		return nil, err
	}
	return s.moveAnother(c, r, "leave", "join", "invite")
}

// moveAnother gives the user in the body another membership, if the one before is
// one of some.
func (s *Server) moveAnother(c *call, r *room, to string, from ...string) (any, error) {
	var body struct {
		UserID string `json:"user_id"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	if !slices.Contains(from, r.membershipAt(body.UserID, s.position)) {
		return nil, forbidden
	}
	s.setMembership(r, c.user.id, body.UserID, to)
	return struct{}{}, nil
}

// join is POST /rooms/{id}/join.
func (s *Server) join(c *call) (any, error) {
	allowed := []string{"invite", "join"}
	if r := s.rooms[c.args[0]]; r != nil && string(r.content("m.room.join_rules")) == `{"join_rule":"public"}` {
		allowed = append(allowed, "", "leave")
	}
	r, err := s.room(c, allowed...)
	if err != nil {
		return nil, err
	}
	if r.membershipAt(c.user.id, s.position) != "join" {
		s.setMembership(r, c.user.id, c.user.id, "join")
	}
	return map[string]string{"room_id": r.id}, nil
}

// leave is POST /rooms/{id}/leave.
func (s *Server) leave(c *call) (any, error) {
	r, err := s.room(c, "join", "invite")
	if err != nil {
		return nil, err
	}
	s.setMembership(r, c.user.id, c.user.id, "leave")
	return struct{}{}, nil
}

// send is PUT /rooms/{id}/send/{type}/{transaction}.
func (s *Server) send(c *call) (any, error) {
	r, err := s.room(c, "join")
	if err != nil {
		return nil, err
	}
	if !json.Valid(c.body) {
		return nil, &failure{status: 400, errcode: "M_NOT_JSON", text: "Not JSON"}
	}
	e := s.append(r, c.user.id, c.args[1], nil, c.body)
	s.happened(Happening{Kind: RoomMessage, UserID: c.user.id, DeviceID: c.device.id, RoomID: r.id, EventID: e.ID, Type: e.Type, Content: e.Content})
	return map[string]string{"event_id": e.ID}, nil
}

// sendState is PUT /rooms/{id}/state/{type}, for state with an empty key.
func (s *Server) sendState(c *call) (any, error) {
	r, err := s.room(c, "join")
	if err != nil {
		return nil, err
	}
	var content json.RawMessage
	if err := c.read(&content); err != nil {
		return nil, err
	}
	return map[string]string{"event_id": s.state(r, c.user.id, c.args[1], "", content).ID}, nil
}

func (s *Server) append(r *room, sender, kind string, stateKey *string, content json.RawMessage) *event {
	s.position++
	s.events++
	e := &event{s.position, fmt.Sprintf("$event%d", s.events), kind, stateKey, sender, s.Now().UnixMilli(), content}
	r.events = append(r.events, e)
	return e
}

func (s *Server) setMembership(r *room, sender, userID, is string) {
	s.state(r, sender, "m.room.member", userID, map[string]string{"membership": is})
}

// state appends a state event, and does what follows from it.
func (s *Server) state(r *room, sender, kind, key string, content any) *event {
	e := s.append(r, sender, kind, &key, encode(content))
	var fields struct {
		Membership string `json:"membership"`
		Visibility string `json:"history_visibility"`
	}
	_ = json.Unmarshal(e.Content, &fields) // empty, if malformed
	switch kind {
	case "m.room.member":
		r.memberships = append(r.memberships, membership{s.position, key, fields.Membership})
		s.happened(Happening{Kind: Membership, UserID: key, RoomID: r.id, EventID: e.ID, State: fields.Membership})
	case "m.room.history_visibility":
		s.happened(Happening{Kind: Visibility, UserID: sender, RoomID: r.id, EventID: e.ID, State: fields.Visibility})
	case "m.room.encryption":
		if r.encrypted == 0 {
			r.encrypted = s.position
		}
	}
	return e
}

// content is of the present state with an empty key, nil if there is none.
func (r *room) content(kind string) json.RawMessage {
	for _, e := range slices.Backward(r.events) {
		if e.Type == kind && e.StateKey != nil && *e.StateKey == "" {
			return e.Content
		}
	}
	return nil
}

// membershipAt is what a user was at a position, empty for a stranger.
func (r *room) membershipAt(userID string, position int) string {
	is := ""
	for _, m := range r.memberships {
		if m.position > position {
			break
		}
		if m.userID == userID {
			is = m.is
		}
	}
	return is
}

// joinedAt are the members at a position.
func (r *room) joinedAt(position int) map[string]bool {
	joined := make(map[string]bool)
	for _, m := range r.memberships {
		if m.position > position {
			break
		}
		if m.is == "join" {
			joined[m.userID] = true
		} else {
			delete(joined, m.userID)
		}
	}
	return joined
}

// stateBetween is the state that was set after a position and before another one,
// the last of each kind.
func (r *room) stateBetween(after, before int) []*event {
	last := make(map[[2]string]*event)
	for _, e := range r.events {
		if e.StateKey != nil && e.position > after && e.position < before {
			last[[2]string{e.Type, *e.StateKey}] = e
		}
	}
	return slices.SortedFunc(maps.Values(last), func(a, b *event) int { return a.position - b.position })
}
