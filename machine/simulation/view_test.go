package simulation

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
)

// view is what an application knows of its rooms from syncs.
type view struct {
	position int
	rooms    map[string]*roomView
}

type roomView struct {
	members    map[string]string
	visibility string
}

// syncAnswer is what an application reads of the answer to a sync.
type syncAnswer struct {
	NextBatch string `json:"next_batch"`
	ToDevice  struct {
		Events []json.RawMessage
	} `json:"to_device"`
	Rooms struct {
		Join, Leave map[string]roomUpdate
		Invite      map[string]struct{}
	}
}

type roomUpdate struct {
	State, Timeline struct{ Events []syncEvent }
}

type syncEvent struct {
	Type     string
	StateKey *string `json:"state_key"`
	Content  struct {
		Membership string
		Visibility string `json:"history_visibility"`
	}
}

// with returns the view of a user after a sync.
func (v *view) with(answer *syncAnswer, userID string) view {
	next := view{homeserver.PositionOf(answer.NextBatch), maps.Clone(v.rooms)}
	for _, part := range []map[string]roomUpdate{answer.Rooms.Join, answer.Rooms.Leave} {
		for id, update := range part {
			room := v.room(id)
			for _, e := range slices.Concat(update.State.Events, update.Timeline.Events) {
				room.read(e)
			}
			next.rooms[id] = room
		}
	}
	for id := range answer.Rooms.Leave {
		next.rooms[id].members[userID] = "leave"
	}
	for id := range answer.Rooms.Invite { // which can come without a leave before
		next.rooms[id] = v.room(id)
		next.rooms[id].members[userID] = "invite"
	}
	return next
}

// room returns what is known of a room, to be changed.
func (v *view) room(id string) *roomView {
	if before := v.rooms[id]; before != nil {
		return &roomView{maps.Clone(before.members), before.visibility}
	}
	return &roomView{members: make(map[string]string)}
}

func (r *roomView) read(e syncEvent) {
	switch {
	case e.StateKey == nil:
	case e.Type == "m.room.member":
		r.members[*e.StateKey] = e.Content.Membership
	case e.Type == "m.room.history_visibility":
		r.visibility = e.Content.Visibility
	}
}

// readers are those who are to get the keys of a room, if a user is in it.
func (v *view) readers(roomID, userID string) []string {
	room := v.rooms[roomID]
	if room == nil || room.members[userID] != "join" {
		return nil
	}
	var all []string
	for _, id := range slices.Sorted(maps.Keys(room.members)) {
		if is := room.members[id]; is == "join" || is == "invite" && room.visibility != "joined" {
			all = append(all, id)
		}
	}
	return all
}

// sync asks for what is new, unless this was done already.
func (c *client) sync() {
	if c.syncing || !c.running() {
		return
	}
	since := c.app.since
	if c.ahead {
		token, err := c.m.SyncToken(c.Context())
		if !c.ok("SyncToken", err) {
			return
		}
		since = token
	}
	c.syncing = true
	timeline := 100
	if c.mishap(0.2) {
		timeline = c.rand.IntN(4)
	}
	c.request("GET", homeserver.SyncPath(since, timeline), nil, func(status int, answer []byte) {
		c.syncing = false
		if status == 200 {
			c.receive(answer)
		}
		c.wake()
	})
}

// receive takes over the answer to a sync.
func (c *client) receive(text []byte) {
	var answer syncAnswer
	if err := json.Unmarshal(text, &answer); err != nil {
		c.Fatalf("the simulated server answers %s: %v", text, err)
	}
	next := c.app.view.with(&answer, c.person.id)
	if c.ahead {
		c.app.view = next
	}
	c.app.known = max(c.app.known, next.position)
	events, err := c.m.ReceiveSync(c.Context(), text)
	if !c.ok("ReceiveSync", err) {
		return
	}
	c.app.view, c.app.since, c.seen = next, answer.NextBatch, next.position
	if len(answer.ToDevice.Events) > 0 { // there may be more of them
		c.later(time.Second, c.sync)
	}
	for _, e := range events {
		if e.Error != nil && !c.judge.Lossy {
			c.complain("%s cannot decrypt a message of %s: %v", c, e.Sender, e.Error)
		}
	}
}
