package machine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

const (
	alice = "@alice:example.org"
	bob   = "@bob:example.org"
	carol = "@carol:elsewhere.org"
)

// world is a homeserver with a clock.
type world struct {
	*testing.T
	server *homeserver.Server
	clock  time.Time
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, server: homeserver.New(), clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	w.server.Now = w.now
	return w
}

func (w *world) now() time.Time { return w.clock }

// client is a device with all that an application around it does.
type client struct {
	*world
	*machine.Machine
	config   machine.Config
	since    string
	toDevice []machine.ToDeviceEvent
	happened []machine.Event
	events   map[string]json.RawMessage // of rooms, by event id
	bodies   int
}

// device logs a user in.
func (w *world) device(user, id string, options ...func(*machine.Config)) *client {
	w.Helper()
	w.server.Login(user, id)
	c := &client{world: w, events: make(map[string]json.RawMessage)}
	c.config = machine.Config{UserID: user, DeviceID: id, Store: memory.New(), Now: w.now,
		Policy: machine.AllDevices,
		Log:    func(l machine.Level, text string) { w.Logf("%s/%s %s: %s", user, id, l, text) },
		Events: func(e machine.Event) { c.happened = append(c.happened, e) },
	}
	for _, option := range options {
		option(&c.config)
	}
	c.open()
	c.settle()
	return c
}

// crossSigned is a device whose user has an identity.
func (w *world) crossSigned(user, id string) *client {
	w.Helper()
	c := w.device(user, id, withPolicy(machine.CrossSigned))
	c.must(c.SetUpCrossSigning(ctx, false))
	c.settle()
	return c
}

func withPolicy(p machine.Policy) func(*machine.Config) {
	return func(c *machine.Config) { c.Policy = p }
}

func withStore(s store.Store) func(*machine.Config) {
	return func(c *machine.Config) { c.Store = s }
}

var ctx = context.Background()

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// fails checks that an error is the one expected.
func (w *world) fails(err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Fatalf("the error is %v, not %v", err, want)
	}
}

// open begins, or begins again with what is in the store.
func (c *client) open() {
	c.Helper()
	m, err := machine.Open(ctx, c.config)
	c.must(err)
	c.Machine = m
}

// pump sends the outgoing requests until there are none.
func (c *client) pump() {
	c.Helper()
	for range 20 {
		requests, err := c.OutgoingRequests(ctx)
		c.must(err)
		if len(requests) == 0 {
			return
		}
		for _, r := range requests {
			c.send(r)
		}
	}
	c.Fatal("the requests do not end")
}

func (c *client) send(r machine.Request) {
	c.Helper()
	status, answer := c.server.Do(c.UserID(), c.DeviceID(), r.Method, r.Path, r.Body)
	if status == 200 {
		c.must(c.MarkSent(ctx, r.ID, answer))
		return
	}
	c.must(c.MarkFailed(ctx, r.ID, status, answer))
}

// sync receives what the homeserver has.
func (c *client) sync() {
	c.Helper()
	for range 20 {
		answer := c.server.Sync(c.UserID(), c.DeviceID(), c.since, 100)
		events, err := c.ReceiveSync(ctx, answer)
		c.must(err)
		c.toDevice = append(c.toDevice, events...)
		c.remember(answer)
		token, err := c.SyncToken(ctx)
		c.must(err)
		if token == c.since {
			return
		}
		c.since = token
	}
}

// remember keeps the encrypted events of the rooms.
func (c *client) remember(answer []byte) {
	var s struct {
		Rooms struct {
			Join map[string]struct {
				Timeline struct {
					Events []json.RawMessage `json:"events"`
				} `json:"timeline"`
			} `json:"join"`
		} `json:"rooms"`
	}
	c.must(json.Unmarshal(answer, &s))
	for _, r := range s.Rooms.Join {
		for _, raw := range r.Timeline.Events {
			var e struct {
				ID   string `json:"event_id"`
				Type string `json:"type"`
			}
			c.must(json.Unmarshal(raw, &e))
			if e.Type == "m.room.encrypted" {
				c.events[e.ID] = raw
			}
		}
	}
}

// settle syncs and sends until nothing is left to do.
func (c *client) settle() {
	c.Helper()
	for range 3 {
		c.pump()
		c.sync()
	}
}

func settle(all ...*client) {
	for range 2 {
		for _, c := range all {
			c.Helper()
			c.settle()
		}
	}
}

// room makes an encrypted room, with the first as its creator and all as members.
func (w *world) room(all ...*client) string {
	w.Helper()
	first := all[0]
	var answer struct {
		RoomID string `json:"room_id"`
	}
	first.call("POST", "/_matrix/client/v3/createRoom", `{"initial_state":[{"type":"m.room.encryption","state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2"}}]}`, &answer)
	for _, c := range all[1:] {
		if c.UserID() == first.UserID() {
			continue
		}
		first.call("POST", "/_matrix/client/v3/rooms/"+answer.RoomID+"/invite", `{"user_id":"`+c.UserID()+`"}`, nil)
		c.call("POST", "/_matrix/client/v3/rooms/"+answer.RoomID+"/join", `{}`, nil)
	}
	settle(all...)
	return answer.RoomID
}

// call does something at the homeserver that the machine has no part in.
func (c *client) call(method, path, body string, into any) {
	c.Helper()
	status, answer := c.server.Do(c.UserID(), c.DeviceID(), method, path, []byte(body))
	if status != 200 {
		c.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if into != nil {
		c.must(json.Unmarshal(answer, into))
	}
}

// share shares the room key until it is ready.
func (c *client) share(room string, members ...string) machine.Share {
	c.Helper()
	for range 10 {
		s, err := c.ShareRoomKey(ctx, room, members)
		c.must(err)
		if s.Ready {
			return s
		}
		c.pump()
	}
	c.Fatal("the room key is never shared")
	return machine.Share{}
}

// say sends an encrypted message, and returns the event's id and the encrypted content.
func (c *client) say(room, body string, members ...string) (id string, content []byte) {
	c.Helper()
	c.share(room, members...)
	content, err := c.Encrypt(ctx, room, "m.room.message", fmt.Appendf(nil, `{"msgtype":"m.text","body":%q}`, body))
	c.must(err)
	id = c.post(room, content)
	c.pump()
	return id, content
}

// post sends content that is encrypted.
func (c *client) post(room string, content []byte) string {
	c.Helper()
	c.bodies++
	var answer struct {
		ID string `json:"event_id"`
	}
	path := fmt.Sprintf("/_matrix/client/v3/rooms/%s/send/m.room.encrypted/t%d", room, c.bodies)
	c.call("PUT", path, string(content), &answer)
	return answer.ID
}

// read decrypts an event that came by sync.
func (c *client) read(room, id string) (*machine.Decrypted, error) {
	c.Helper()
	e, ok := c.events[id]
	if !ok {
		c.Fatalf("%s has not received event %s", c.UserID(), id)
	}
	return c.Decrypt(ctx, room, e)
}

// reads checks that an event can be decrypted.
func (c *client) reads(room, id, body string) *machine.Decrypted {
	c.Helper()
	c.settle()
	d, err := c.read(room, id)
	if err != nil {
		c.Fatalf("%s/%s cannot read %q: %v", c.UserID(), c.DeviceID(), body, err)
	}
	var content struct {
		Body string `json:"body"`
	}
	c.must(json.Unmarshal(d.Content, &content))
	if content.Body != body || d.Type != "m.room.message" {
		c.Fatalf("%s reads %s %q, not %q", c.UserID(), d.Type, content.Body, body)
	}
	return d
}

// cannotRead checks that an event cannot be decrypted, and why.
func (c *client) cannotRead(room, id string, want error) *machine.DecryptError {
	c.Helper()
	c.settle()
	d, err := c.read(room, id)
	if err == nil {
		c.Fatalf("%s reads %s", c.UserID(), d.Content)
	}
	c.fails(err, want)
	var e *machine.DecryptError
	errors.As(err, &e)
	return e
}

// VerifyUser is what a person does who compares the master key that is shown.
func (c *client) VerifyUser(ctx context.Context, user string) error {
	i, err := c.Identity(ctx, user)
	if err != nil {
		return err
	}
	return c.Machine.VerifyUser(ctx, user, i.MasterKey)
}

// VerifyDevice is what a person does who compares the fingerprint that is shown.
func (c *client) VerifyDevice(ctx context.Context, user, device string) error {
	all, err := c.Devices(ctx, user)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.DeviceID == device {
			return c.Machine.VerifyDevice(ctx, user, device, d.Ed25519)
		}
	}
	return machine.ErrUnknownDevice
}
