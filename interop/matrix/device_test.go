//go:build !js

package matrix_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

var ctx = context.Background()

// device is a machine with an account at the homeserver.
type device struct {
	*machine.Machine
	*testing.T
	client *testserver.Client
	config machine.Config
	since  string
	events map[string]*testserver.Event // encrypted ones, by id
	order  []string
}

const password = "correct horse"

func register(t *testing.T, s *testserver.Server, user string) *device {
	t.Helper()
	return newDevice(t, s.Register(user, password))
}

func newDevice(t *testing.T, c *testserver.Client) *device {
	t.Helper()
	d := &device{T: t, client: c, events: make(map[string]*testserver.Event)}
	d.config = machine.Config{UserID: c.UserID, DeviceID: c.DeviceID, Store: memory.New(),
		Log: func(l machine.Level, text string) {
			if l >= machine.Warning {
				t.Logf("%s/%s %s: %s", c.UserID, c.DeviceID, l, text)
			}
		}}
	d.open()
	d.settle()
	return d
}

func (d *device) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// open begins, or begins again with what is in the store.
func (d *device) open() {
	d.Helper()
	m, err := machine.Open(ctx, d.config)
	d.must(err)
	d.Machine = m
}

// pump sends the outgoing requests until there are none.
func (d *device) pump() {
	d.Helper()
	for range 20 {
		requests, err := d.OutgoingRequests(ctx)
		d.must(err)
		if len(requests) == 0 {
			return
		}
		for _, r := range requests {
			d.send(r)
		}
	}
	d.Fatal("the requests do not end")
}

func (d *device) send(r machine.Request) {
	d.Helper()
	status, answer, err := d.client.Do(ctx, r.Method, r.Path, r.Body)
	d.must(err)
	if status == 401 && r.Kind == machine.SigningUpload {
		status, answer = d.authenticate(r, answer)
	}
	if status != 200 {
		d.Logf("%s: %d %s", r.Kind, status, answer)
		d.must(d.MarkFailed(ctx, r.ID, status, answer))
		return
	}
	d.must(d.MarkSent(ctx, r.ID, answer))
}

// authenticate sends a request again with what the homeserver asks the user for.
func (d *device) authenticate(r machine.Request, challenge []byte) (int, []byte) {
	var asked struct {
		Session string `json:"session"`
	}
	var body map[string]any
	d.must(json.Unmarshal(challenge, &asked))
	d.must(json.Unmarshal(r.Body, &body))
	body["auth"] = map[string]any{"type": "m.login.password", "session": asked.Session, "password": password,
		"identifier": map[string]string{"type": "m.id.user", "user": d.UserID()}}
	again, err := json.Marshal(body)
	d.must(err)
	status, answer, err := d.client.Do(ctx, r.Method, r.Path, again)
	d.must(err)
	return status, answer
}

// sync receives what is new, and waits for it for a while.
func (d *device) sync(wait time.Duration) {
	d.Helper()
	answer := d.client.Sync(d.since, "", wait)
	_, err := d.ReceiveSync(ctx, answer.Body)
	d.must(err)
	for _, r := range answer.Rooms.Join {
		for _, e := range r.Timeline.Events {
			if e.Type == "m.room.encrypted" && d.events[e.ID] == nil {
				d.events[e.ID] = &e
				d.order = append(d.order, e.ID)
			}
		}
	}
	d.since = answer.NextBatch
}

// settle syncs and sends what follows from it.
func (d *device) settle() {
	d.Helper()
	d.pump()
	d.sync(0)
	d.pump()
}

// say sends an encrypted message to a room.
func (d *device) say(room, body string, members ...string) string {
	d.Helper()
	d.settle()
	for range 10 {
		s, err := d.ShareRoomKey(ctx, room, members)
		d.must(err)
		if s.Ready {
			content, err := d.Encrypt(ctx, room, "m.room.message", fmt.Appendf(nil, `{"msgtype":"m.text","body":%q}`, body))
			d.must(err)
			return d.client.SendEvent(room, "m.room.encrypted", json.RawMessage(content))
		}
		d.pump()
	}
	d.Fatal("the room key is never shared")
	return ""
}

// reads waits until a message with a body can be read.
func (d *device) reads(room, body string) *machine.Decrypted {
	d.Helper()
	failures := make(map[string]error)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		for _, id := range d.order {
			m, err := d.Decrypt(ctx, room, d.events[id].Raw)
			if err != nil {
				failures[id] = err
				continue
			}
			var content struct{ Body string }
			d.must(json.Unmarshal(m.Content, &content))
			if content.Body == body {
				return m
			}
		}
		d.sync(time.Second)
		d.pump()
	}
	d.Fatalf("%s cannot read %q: %v", d.UserID(), body, failures)
	return nil
}

// crossSign gives the user an identity that has signed the device.
func (d *device) crossSign() {
	d.Helper()
	d.must(d.SetUpCrossSigning(ctx, false))
	d.settle()
	d.settle()
	i, err := d.Identity(ctx, d.UserID())
	d.must(err)
	if !i.Verified {
		d.Fatalf("the identity is %+v", i)
	}
}

// fingerprint is what people compare.
func (d *device) fingerprint() string {
	d.Helper()
	keys, err := d.IdentityKeys(ctx)
	d.must(err)
	return keys.Ed25519.String()
}
