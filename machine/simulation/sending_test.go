package simulation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/judge"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// draft is a message that a user has typed.
type draft struct{ roomID, text string }

// job is a draft that a program works on.
type job struct {
	draft
	ready         bool // the key is shared
	pausing       bool
	asked         int
	blockedBefore []judge.Device
}

// outgoing is an encrypted message that the server does not have yet.
type outgoing struct {
	txn     int
	roomID  string
	content []byte
}

func messageText(number int) string { return fmt.Sprintf("message %d", number) }

// say has a user type a message.
func (c *client) say(roomID string) {
	c.texts++
	d := draft{roomID, messageText(c.texts)}
	c.app.drafts = append(c.app.drafts, d)
	c.jobs = append(c.jobs, &job{draft: d})
	c.wake()
}

// work goes on with the messages, once there was a sync, and as far as the machine
// knows all that the application does.
func (c *client) work() {
	if c.app.view.position == 0 || c.seen < c.app.view.position || len(c.app.blocking) > 0 {
		return
	}
	for _, j := range slices.Clone(c.jobs) {
		if !c.workOn(j) {
			return
		}
	}
}

// workOn goes on with a message, and reports whether the program still runs.
func (c *client) workOn(j *job) bool {
	readers := c.app.view.readers(j.roomID, c.person.id)
	switch {
	case j.pausing:
		return true
	case readers == nil: // not in the room any more
		c.finish(j)
		return true
	case !j.ready:
		share, err := c.m.ShareRoomKey(c.Context(), j.roomID, readers)
		if !c.ok("ShareRoomKey", err) {
			return c.m != nil
		}
		if j.ready = share.Ready; !j.ready {
			return true
		}
		j.asked, j.blockedBefore = c.app.view.position, c.blockedDevices()
		if c.mishap(0.2) { // much can happen before it is encrypted
			j.pausing = true
			c.later(5*time.Second, func() {
				j.pausing = false
				c.wake()
			})
			return true
		}
	}
	return c.encrypt(j)
}

// encrypt encrypts a message and keeps it to be sent.
func (c *client) encrypt(j *job) bool {
	plaintext, _ := json.Marshal(map[string]string{"msgtype": "m.text", "body": j.text})
	content, err := c.m.Encrypt(c.Context(), j.roomID, "m.room.message", plaintext)
	if errors.Is(err, machine.ErrNotShared) {
		j.ready = false
		c.later(time.Second, c.wake)
		return true
	}
	if !c.ok("Encrypt", err) {
		j.ready = false
		return c.m != nil
	}
	var fields struct {
		SessionID  string `json:"session_id"`
		Ciphertext string `json:"ciphertext"`
	}
	if err := json.Unmarshal(content, &fields); err != nil {
		c.complain("%s encrypts to %s", c, content)
		return true
	}
	c.byCipher[fields.Ciphertext] = j.text
	c.events[j.text] = c.event(j.roomID, "$unsent of "+j.text, c.person.id, content)
	c.judge.Encrypted(judge.Message{
		Text: j.text, RoomID: j.roomID, Sender: c.name(), Asked: j.asked, Seen: c.app.view.position, Known: c.app.known,
		SignedOnly: c.policy != machine.AllDevices, Blocked: c.blockedDevices(), BlockedBefore: j.blockedBefore,
		Time: c.clock.Now(), SessionID: fields.SessionID, Ciphertext: fields.Ciphertext,
	}, c.rooms[j.roomID])
	c.finish(j)
	if c.mishap(0.02) { // before it is kept: nobody ever sees it
		c.crash()
		return false
	}
	c.app.txn++
	c.app.outbox = append(c.app.outbox, &outgoing{c.app.txn, j.roomID, content})
	return true
}

// finish forgets a draft.
func (c *client) finish(j *job) {
	c.jobs = slices.DeleteFunc(c.jobs, func(other *job) bool { return other == j })
	c.app.drafts = slices.DeleteFunc(c.app.drafts, func(d draft) bool { return d == j.draft })
}

// post sends what is encrypted, again and again until the server has it.
func (c *client) post() {
	for _, o := range c.app.outbox {
		id := fmt.Sprintf("message %d", o.txn)
		if c.inFlight[id] {
			continue
		}
		c.inFlight[id] = true
		path := fmt.Sprintf("/_matrix/client/v3/rooms/%s/send/m.room.encrypted/%d", url.PathEscape(o.roomID), o.txn)
		c.request("PUT", path, o.content, func(status int, _ []byte) {
			delete(c.inFlight, id)
			if status == 200 || status == 403 { // 403: not in the room any more
				c.app.outbox = slices.DeleteFunc(c.app.outbox, func(other *outgoing) bool { return other == o })
			}
			c.later(time.Second, c.wake)
		})
	}
}

// blockedDevices are those that the machine knows to be blocked.
func (c *client) blockedDevices() []judge.Device {
	return slices.Collect(maps.Keys(c.app.blocked))
}

// block tells the machine which devices are to be blocked. Until it knows, the
// application sends nothing.
func (c *client) block() {
	for d, is := range c.app.blocking {
		err := c.m.BlockDevice(c.Context(), d.UserID, d.DeviceID, is)
		if errors.Is(err, machine.ErrUnknownDevice) { // not heard of it yet, or not any more
			delete(c.app.blocking, d)
			continue
		}
		if !c.ok("BlockDevice", err) {
			return
		}
		delete(c.app.blocking, d)
		if delete(c.app.blocked, d); is {
			c.app.blocked[d] = true
		}
	}
}

// tries tells what comes out when a device decrypts an event.
func (c *client) tries(text string) judge.Result {
	e := c.events[text]
	d, err := c.m.Decrypt(c.Context(), e.roomID, e.json)
	if errors.Is(err, machine.ErrUnknownSession) || errors.Is(err, machine.ErrUnknownIndex) {
		return judge.NoKey
	}
	if err != nil {
		c.complain("%s decrypts %q: %v", c, text, err)
		return judge.Other
	}
	want, _ := json.Marshal(map[string]string{"msgtype": "m.text", "body": text})
	var compact bytes.Buffer
	if json.Compact(&compact, d.Content) != nil || !bytes.Equal(compact.Bytes(), want) && !sameFields(d.Content, want) {
		return judge.Other
	}
	return judge.Read
}

// sameFields compares two objects of texts.
func sameFields(a, b []byte) bool {
	var x, y map[string]string
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && maps.Equal(x, y)
}
