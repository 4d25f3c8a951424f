// Package simulation has many machines talk through a simulated homeserver, over a
// bad network, while people come and go and programs crash; and has a judge look at
// who could read what in the end.
//
// All of it happens in one goroutine at a virtual time, and again in the same way
// with the same seed:
//
//	MUDPUPPY_SEED=7 MUDPUPPY_COUNT=1 go test ./machine/simulation -run TestConversations
package simulation

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/judge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/network"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// limits are those of rooms: the usual ones, and some so low that they are reached.
var (
	usual = judge.Limits{Messages: 100, Age: 7 * 24 * time.Hour}
	low   = judge.Limits{Messages: 6, Age: time.Hour}
)

// world is everything that there is.
type world struct {
	testing.TB
	rand   *rand.Rand
	clock  *network.Clock
	server *homeserver.Server
	net    *network.Network
	judge  *judge.Judge

	people  []*person
	clients []*client // all that ever were
	rooms   map[string]judge.Limits
	// pace is the longest time between two syncs of a device.
	pace time.Duration
	// wild has devices do what they should not, now and then.
	wild bool
	// hours says that it may take hours until what was begun is ended.
	hours bool

	// plan, if there is one, changes a new device, of which it is told the number.
	plan func(c *client, number int)

	texts      int
	byCipher   map[string]string    // the text of a ciphertext
	events     map[string]roomEvent // by text
	complaints []string             // of devices
}

// person is a user. The seeds of the cross-signing keys are what they would keep in
// secret storage.
type person struct {
	id    string
	seeds *seeds
	named int // devices so far
}

// roomEvent is an event as the server gives it to whom it likes.
type roomEvent struct {
	roomID string
	json   []byte
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// newWorld makes an empty world, where all chance comes from a seed.
func newWorld(t testing.TB, seed uint64) *world {
	r := testrand.FromSeed(seed)
	w := &world{
		TB: t, rand: r, clock: network.NewClock(start), server: homeserver.New(), judge: judge.New(),
		pace: 5 * time.Second, rooms: make(map[string]judge.Limits), byCipher: make(map[string]string), events: make(map[string]roomEvent),
	}
	w.net = network.New(w.clock, r, w.server.Do)
	w.server.Now = w.clock.Now
	w.server.Watch = w.watch
	t.Cleanup(random.Replace(testrand.NewStream(seed)))
	return w
}

// watch tells the judge what happens on the server.
func (w *world) watch(h homeserver.Happening) {
	d := judge.Device{UserID: h.UserID, DeviceID: h.DeviceID}
	switch h.Kind {
	case homeserver.DeviceAdded:
		w.judge.DeviceAdded(h.Position, d)
	case homeserver.DeviceRemoved:
		w.judge.DeviceRemoved(h.Position, d)
	case homeserver.DeviceSigned:
		w.judge.DeviceSigned(h.Position, d, h.Yes)
	case homeserver.Membership:
		w.judge.Member(h.Position, h.RoomID, h.UserID, h.State)
	case homeserver.Visibility:
		w.judge.Visibility(h.Position, h.RoomID, h.State)
	case homeserver.ToDeviceMessage:
		w.watchOlm(h)
	case homeserver.RoomMessage:
		var content struct {
			SessionID  string `json:"session_id"`
			Ciphertext string `json:"ciphertext"`
		}
		_ = json.Unmarshal(h.Content, &content) // the judge complains of what is empty
		text := w.byCipher[content.Ciphertext]
		w.judge.Sent(h.Position, text, content.SessionID, content.Ciphertext)
		w.events[text] = w.event(h.RoomID, h.EventID, h.UserID, h.Content)
	}
}

func (w *world) watchOlm(h homeserver.Happening) {
	var content struct {
		Ciphertext map[string]struct {
			Type int    `json:"type"`
			Body string `json:"body"`
		} `json:"ciphertext"`
	}
	if h.Type != "m.room.encrypted" {
		return
	}
	if err := json.Unmarshal(h.Content, &content); err != nil {
		w.complain("%s sends what is no Olm event: %s", h.UserID, h.Content)
	}
	for _, c := range content.Ciphertext {
		w.judge.Olm(c.Type, c.Body)
	}
}

func (w *world) event(roomID, eventID, sender string, content json.RawMessage) roomEvent {
	text, _ := json.Marshal(map[string]any{
		"type": "m.room.encrypted", "event_id": eventID, "sender": sender, "room_id": roomID,
		"origin_server_ts": w.clock.Now().UnixMilli(), "content": content,
	})
	return roomEvent{roomID, text}
}

// complain notes what a device should not have done.
func (w *world) complain(format string, args ...any) {
	w.complaints = append(w.complaints, w.clock.Now().Sub(start).String()+": "+fmt.Sprintf(format, args...))
}

// chance is true in a share of cases.
func (w *world) chance(share float64) bool { return w.rand.Float64() < share }

// mishap is true in a share of cases, in a wild world.
func (w *world) mishap(share float64) bool { return w.wild && w.chance(share) }

// aRoom is any of the rooms.
func (w *world) aRoom() string { return pick(w, slices.Sorted(maps.Keys(w.rooms))) }

// within is some time up to a longest.
func (w *world) within(longest time.Duration) time.Duration {
	return time.Duration(w.rand.Int64N(int64(longest)))
}

// pick returns one of several, or the zero value if there is none.
func pick[T any](w *world, all []T) (one T) {
	if len(all) > 0 {
		one = all[w.rand.IntN(len(all))]
	}
	return one
}

// do sends a request as a user, who uses something that does not encrypt for it.
func (w *world) do(userID, method, path, body string) (ok bool, answer []byte) {
	const browser = "BROWSER"
	w.server.Login(userID, browser)
	status, answer := w.server.Do(userID, browser, method, "/_matrix/client/v3/"+path, []byte(body))
	return status == 200, answer
}

// newPerson adds a user with a device.
func (w *world) newPerson(id string) *person {
	p := &person{id: id}
	w.people = append(w.people, p)
	w.newDevice(p)
	return p
}

// newDevice logs a device in.
func (w *world) newDevice(p *person) *client {
	p.named++
	c := &client{world: w, person: p, device: fmt.Sprintf("DEVICE%d", p.named)}
	w.server.Login(p.id, c.device)
	w.clients = append(w.clients, c)
	c.begin()
	return c
}

// newRoom has a user create an encrypted room that anybody may join.
func (w *world) newRoom(creator *person, limits judge.Limits) string {
	ok, answer := w.do(creator.id, "POST", "createRoom", fmt.Sprintf(`{"preset":"public_chat","initial_state":[
		{"type":"m.room.encryption","state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2","rotation_period_msgs":%d,"rotation_period_ms":%d}}]}`,
		limits.Messages, limits.Age.Milliseconds()))
	var room struct {
		ID string `json:"room_id"`
	}
	if err := json.Unmarshal(answer, &room); !ok || err != nil {
		w.Fatalf("no room was made: %s", answer)
	}
	w.rooms[room.ID] = limits
	return room.ID
}
