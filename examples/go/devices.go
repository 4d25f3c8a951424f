package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

const room = "!room:example.org"

// client is a device with its server, as an application has them.
type client struct {
	*machine.Machine
	server *server
	store  store.Store // where the device keeps its state
	name   string
}

// tellDevices tells the same once more, with package machine: a whole device, which
// does by itself all that came before.
func tellDevices(n narrator) error {
	ctx, s := context.Background(), newServer()
	n.chapter("Now each has a whole device, which says itself what is to be sent. They publish their keys.")
	alice, err := n.newDevice(ctx, s, "Alice's device", "@alice:example.org", "LAPTOP")
	if err != nil {
		return err
	}
	defer alice.Close()
	bob, err := n.newDevice(ctx, s, "Bob's device", "@bob:example.org", "PHONE")
	if err != nil {
		return err
	}
	defer func() { bob.Close() }()
	for _, c := range []*client{alice, bob} {
		// The homeserver is asked first whether there is an identity.
		if err := n.send(ctx, c); err != nil {
			return err
		}
		if err := c.SetUpCrossSigning(ctx, false); err != nil {
			return err
		}
		if err := n.send(ctx, c); err != nil {
			return err
		}
	}
	event, err := writeFromDevice(ctx, n, alice, bob)
	if err != nil {
		return err
	}

	n.chapter("Bob's program ends, and starts again with what is in its store.")
	if err := bob.Close(); err != nil {
		return err
	}
	if bob.Machine, err = machine.Open(ctx, bob.config("@bob:example.org", "PHONE")); err != nil {
		return err
	}
	if err := n.decrypt(ctx, bob, event); err != nil {
		return err
	}
	return lie(ctx, n, alice, bob, event)
}

// newDevice makes a device and has its keys published.
func (n narrator) newDevice(ctx context.Context, s *server, name, user, id string) (*client, error) {
	c := &client{server: s, store: memory.New(), name: name}
	var err error
	if c.Machine, err = machine.Open(ctx, c.config(user, id)); err != nil {
		return nil, err
	}
	return c, n.send(ctx, c)
}

func (c *client) config(user, id string) machine.Config {
	return machine.Config{UserID: user, DeviceID: id, Store: c.store}
}

// send sends what a device asks for, until it asks for nothing.
func (n narrator) send(ctx context.Context, c *client) error {
	for {
		requests, err := c.OutgoingRequests(ctx)
		if err != nil || len(requests) == 0 {
			return err
		}
		for _, r := range requests {
			path := strings.TrimSuffix(strings.TrimPrefix(r.Path, "/_matrix/client/v3/"), "/"+r.ID)
			n.fact(c.name, r.Method+" "+path)
			answer, err := c.server.answer(c.UserID(), c.DeviceID(), r)
			if err != nil {
				return err
			}
			if err := c.MarkSent(ctx, r.ID, answer); err != nil {
				return err
			}
		}
	}
}

// sync hands a device what the server has for it.
func (n narrator) sync(ctx context.Context, c *client) error {
	answer, err := c.server.sync(c.UserID(), c.DeviceID())
	if err != nil {
		return err
	}
	if _, err := c.ReceiveSync(ctx, answer); err != nil {
		return err
	}
	return n.send(ctx, c)
}

// writeFromDevice lets Alice write to the room, and Bob read. It returns the event.
func writeFromDevice(ctx context.Context, n narrator, alice, bob *client) ([]byte, error) {
	n.chapter("Alice writes. Her device finds Bob's, makes a session with it, and gives it the key first.")
	for _, c := range []*client{alice, bob} {
		if err := c.SetRoomSettings(ctx, room, machine.RoomSettings{}); err != nil {
			return nil, err
		}
		if err := c.TrackUsers(ctx, []string{alice.UserID(), bob.UserID()}); err != nil {
			return nil, err
		}
	}
	event, err := n.write(ctx, alice, "$first", "Hello Bob, from my device to yours.", bob.UserID())
	if err != nil {
		return nil, err
	}
	if err := n.sync(ctx, bob); err != nil {
		return nil, err
	}
	return event, n.decrypt(ctx, bob, event)
}

// write encrypts a message for the room, and returns it as the event that the server
// makes of it.
func (n narrator) write(ctx context.Context, c *client, id, text, other string) ([]byte, error) {
	for {
		share, err := c.ShareRoomKey(ctx, room, []string{c.UserID(), other})
		if err != nil {
			return nil, err
		}
		if share.Ready {
			break
		}
		if err := n.send(ctx, c); err != nil {
			return nil, err
		}
	}
	message, err := json.Marshal(map[string]string{"msgtype": "m.text", "body": text})
	if err != nil {
		return nil, err
	}
	content, err := c.Encrypt(ctx, room, "m.room.message", message)
	if err != nil {
		return nil, err
	}
	n.fact("the server sees", fmt.Sprintf("%.60s…", content))
	// Those who get no key are told why, when there is time.
	if err := n.send(ctx, c); err != nil {
		return nil, err
	}
	return eventWith(id, c.UserID(), content)
}

func eventWith(id, sender string, content []byte) ([]byte, error) {
	return json.Marshal(map[string]any{"type": "m.room.encrypted", "event_id": id, "sender": sender,
		"origin_server_ts": 1_700_000_000_000, "content": json.RawMessage(content)})
}

// decrypt tells what a device reads, and how far it believes it.
func (n narrator) decrypt(ctx context.Context, c *client, event []byte) error {
	d, err := c.Decrypt(ctx, room, event)
	if err != nil {
		return err
	}
	var message struct {
		Body string `json:"body"`
	}
	if err := json.Unmarshal(d.Content, &message); err != nil {
		return err
	}
	n.fact(c.name, fmt.Sprintf("reads %q", message.Body))
	n.fact("trust", fmt.Sprintf("shield %s: %s", d.Trust.Shield, d.Trust.Reason))
	return nil
}

// lie lets the server try two things against the devices.
func lie(ctx context.Context, n narrator, alice, bob *client, event []byte) error {
	n.chapter("The server hands the same message out again, as if it were a new one.")
	var first struct {
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(event, &first); err != nil {
		return err
	}
	again, err := eventWith("$second", alice.UserID(), first.Content)
	if err != nil {
		return err
	}
	if err := n.refuses(ctx, bob, again, machine.ErrReplay); err != nil {
		return err
	}

	n.chapter("The server adds a device of its own under Bob's name.")
	spy, err := n.newDevice(ctx, bob.server, "the spy", "@bob:example.org", "SPY")
	if err != nil {
		return err
	}
	defer spy.Close()
	if err := spy.SetRoomSettings(ctx, room, machine.RoomSettings{}); err != nil {
		return err
	}
	if err := n.sync(ctx, alice); err != nil {
		return err
	}
	event, err = n.write(ctx, alice, "$third", "Are we alone?", bob.UserID())
	if err != nil {
		return err
	}
	for _, c := range []*client{bob, spy} {
		if err := n.sync(ctx, c); err != nil {
			return err
		}
	}
	if err := n.decrypt(ctx, bob, event); err != nil {
		return err
	}
	return n.refuses(ctx, spy, event, machine.ErrUnknownSession)
}

// refuses tells why a device does not read an event.
func (n narrator) refuses(ctx context.Context, c *client, event []byte, want error) error {
	_, err := c.Decrypt(ctx, room, event)
	if !errors.Is(err, want) {
		return fmt.Errorf("an event that %s must not read: %v", c.name, err)
	}
	n.fact(c.name, "cannot read it: "+err.Error())
	var e *machine.DecryptError
	if errors.As(err, &e) && e.Withheld != nil {
		n.fact("it is told", e.Withheld.Reason)
	}
	return nil
}
