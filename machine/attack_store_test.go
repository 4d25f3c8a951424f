package machine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/judge"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// watch has all ciphertexts looked at that reach the server: none may be at the index
// of another.
func (w *world) watch() *judge.Judge {
	j := judge.New()
	w.server.Watch = func(h homeserver.Happening) {
		var content struct {
			Algorithm  string          `json:"algorithm"`
			SessionID  string          `json:"session_id"`
			Ciphertext json.RawMessage `json:"ciphertext"`
		}
		if h.Type != "m.room.encrypted" || json.Unmarshal(h.Content, &content) != nil {
			return
		}
		if content.Algorithm == "m.megolm.v1.aes-sha2" {
			var text string
			_ = json.Unmarshal(content.Ciphertext, &text)
			j.Megolm(content.SessionID, text)
			return
		}
		var all map[string]struct {
			Type int    `json:"type"`
			Body string `json:"body"`
		}
		_ = json.Unmarshal(content.Ciphertext, &all)
		for _, m := range all {
			j.Olm(m.Type, m.Body)
		}
	}
	return j
}

// Every commit of a conversation fails in turn, made or not made, and the program goes
// on, or begins anew: nothing is lost, and nothing is encrypted twice at one index.
func TestT37EveryCommitFails(t *testing.T) {
	total := conversation(t, 0, false, false)
	if total < 20 {
		t.Fatalf("the conversation has %d commits only", total)
	}
	for at := 1; at <= total; at++ {
		for way := range 4 {
			if os.Getenv("MUDPUPPY_LONG") == "" && way != at%4 {
				continue // one way for each commit, of all that there are
			}
			applied, restart := way&1 != 0, way&2 != 0
			t.Run(fmt.Sprintf("T37: commit %d, made %v, restart %v", at, applied, restart), func(t *testing.T) {
				conversation(t, at, applied, restart)
			})
		}
	}
}

// conversation is between one whose store fails at a commit and another, and returns
// the number of commits.
func conversation(t *testing.T, failAt int, applied, restart bool) int {
	w := newWorld(t)
	complaints := w.watch()
	s := newFaulty()
	b := w.crossSigned(bob, "BOB")
	w.server.Login(alice, "ALICE")
	a := &client{world: w, events: make(map[string]json.RawMessage), config: machine.Config{UserID: alice, DeviceID: "ALICE",
		Store: s, Now: w.now}}
	s.failAt, s.applied = failAt, applied
	a.again(false, a.tryOpen)
	settle := func() {
		for range 2 {
			a.pumpAgain(restart)
			a.syncAgain(restart)
			b.settle()
		}
	}
	settle()
	a.again(restart, func() error {
		if err := a.SetUpCrossSigning(ctx, false); !errors.Is(err, machine.ErrIdentityExists) {
			return err
		}
		return nil
	})
	settle()
	room := w.roomFor(b, a)
	settle()
	said := make(map[string]string)
	for n := range 3 {
		text := fmt.Sprint("from Alice ", n)
		said[a.sayAgain(restart, room, text)] = text
		text = fmt.Sprint("from Bob ", n)
		id, _ := b.say(room, text, alice, bob)
		said[id] = text
		settle()
		w.clock = w.clock.Add(time.Hour)
		if n == 1 {
			a.again(restart, func() error { return a.DiscardRoomKey(ctx, room) })
		}
	}
	for range 2 {
		for id, text := range said {
			b.reads(room, id, text)
			a.again(restart, func() error {
				d, err := a.read(room, id)
				if err == nil && !slices.Contains([]string{alice, bob}, d.Sender) {
					t.Errorf("%s is from %s", text, d.Sender)
				}
				return err
			})
		}
		a.again(false, a.tryOpen)
	}
	if all := complaints.Verdict(); len(all) > 0 {
		t.Error(all)
	}
	return s.count()
}

// roomFor makes a room without waiting for anybody to settle.
func (w *world) roomFor(first *client, others ...*client) string {
	w.Helper()
	var answer struct {
		RoomID string `json:"room_id"`
	}
	first.call("POST", "/_matrix/client/v3/createRoom", `{"initial_state":[{"type":"m.room.encryption","state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2"}}]}`, &answer)
	for _, c := range others {
		first.call("POST", "/_matrix/client/v3/rooms/"+answer.RoomID+"/invite", `{"user_id":"`+c.config.UserID+`"}`, nil)
		c.call("POST", "/_matrix/client/v3/rooms/"+answer.RoomID+"/join", `{}`, nil)
	}
	return answer.RoomID
}

// sayAgain is say with a store that may fail.
func (c *client) sayAgain(restart bool, room, body string) (id string) {
	c.Helper()
	for range 20 {
		var s machine.Share
		c.again(restart, func() (err error) {
			s, err = c.ShareRoomKey(ctx, room, []string{alice, bob})
			return err
		})
		if !s.Ready {
			c.pumpAgain(restart)
			continue
		}
		content, err := c.Encrypt(ctx, room, "m.room.message", fmt.Appendf(nil, `{"msgtype":"m.text","body":%q}`, body))
		if err == nil {
			return c.post(room, content)
		}
		if !errors.Is(err, machine.ErrNotShared) {
			c.fails(err, store.ErrFailed)
		}
		if restart {
			c.open()
		}
	}
	c.Fatal("the message is never sent")
	return ""
}

// Two programs have one store: the older is refused, is told so, and changes nothing.
func TestT37AStaleOwnerIsRefused(t *testing.T) {
	w := newWorld(t)
	complaints := w.watch()
	told, lost := make(chan error, 10), make(chan error, 10)
	tells := func(to chan error) func(machine.Event) {
		return func(e machine.Event) {
			if e, ok := e.(machine.StoreLost); ok {
				to <- e.Err
			}
		}
	}
	a := w.device(alice, "ALICE", func(c *machine.Config) { c.Events = tells(told) })
	b := w.device(bob, "BOB")
	room := w.room(a, b)
	first, _ := a.say(room, "first", alice, bob)
	older := a.Machine
	a.config.Events = tells(lost)
	a.open()
	a.open() // older is two generations behind
	second, _ := a.say(room, "second", alice, bob)
	// It cannot even notice by itself, but as soon as it is to change something.
	a.leavesAlone("the older program", func() {
		w.fails(older.TrackUsers(ctx, []string{carol}), store.ErrStale)
		for name, do := range map[string]func() error{
			"ReceiveSync": func() error { _, err := older.ReceiveSync(ctx, []byte(`{"next_batch":"x"}`)); return err },
			"Encrypt":     func() error { _, err := older.Encrypt(ctx, room, "m.room.message", []byte(`{}`)); return err },
			"Requests":    func() error { _, err := older.OutgoingRequests(ctx); return err },
			"Decrypt":     func() error { _, err := older.Decrypt(ctx, room, a.events[first]); return err },
			"Share":       func() error { _, err := older.ShareRoomKey(ctx, room, []string{alice, bob}); return err },
		} {
			if err := do(); !errors.Is(err, machine.ErrClosed) {
				t.Errorf("%s of the older program: %v", name, err)
			}
		}
		w.must(older.Close())
	})
	w.fails(<-told, store.ErrStale)
	b.reads(room, first, "first")
	b.reads(room, second, "second")
	a.reads(room, second, "second")
	if all := complaints.Verdict(); len(all) > 0 {
		t.Error(all)
	}
	select {
	case err := <-lost:
		t.Errorf("the present program is told that it lost its store: %v", err)
	default:
	}
}

func TestT37WhoLosesTheStoreIsTold(t *testing.T) {
	for name, final := range map[string]error{"T37: stale": store.ErrStale, "T37: gone": store.ErrGone, "T37: closed": store.ErrClosed} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := newFaulty()
			lost := make(chan error, 10)
			a := w.device(alice, "ALICE", withStore(s), func(c *machine.Config) {
				c.Events = func(e machine.Event) {
					if e, ok := e.(machine.StoreLost); ok {
						lost <- e.Err
					}
				}
			})
			s.err = final
			s.failNext(false)
			w.fails(a.TrackUsers(ctx, []string{bob}), final)
			w.fails(a.TrackUsers(ctx, []string{bob}), machine.ErrClosed)
			w.fails(<-lost, final)
			w.must(a.Close())
		})
	}
}

// While a commit stands still nothing leaves that stands on it.
func TestT37NothingLeavesBeforeItsCommit(t *testing.T) {
	w := newWorld(t)
	s := newFaulty()
	a := w.device(alice, "ALICE", withStore(s))
	f := w.forger(bob, "FORGER")
	a.learn(bob)
	a.inRoom(machine.AllDevices)
	_, err := a.ShareRoomKey(ctx, aRoom, []string{alice, bob})
	w.must(err)
	a.pump() // there is a session with the device now
	release := s.hold()
	answers := make(chan string, 3)
	begin := func(name string, do func() error) {
		go func() {
			err := do()
			answers <- fmt.Sprint(name, ": ", err)
		}()
		time.Sleep(20 * time.Millisecond) // for it to come as far as it does
	}
	begin("share", func() error { _, err := a.ShareRoomKey(ctx, aRoom, []string{alice, bob}); return err })
	begin("requests", func() error { _, err := a.OutgoingRequests(ctx); return err })
	select {
	case name := <-answers:
		t.Errorf("%s: returned before the commit", name)
	default:
	}
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if _, err := a.OutgoingRequests(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who does not want to wait gets %v", err)
	}
	release()
	for range 2 {
		if got := <-answers; got != "share: <nil>" && got != "requests: <nil>" {
			t.Error(got)
		}
	}
	a.share(aRoom, alice, bob)
	if got := f.keysOf(); len(got) != 1 {
		t.Errorf("the device has keys %v", got)
	}
}

// A step that is given up makes the machine read its store again. What was on its way
// there must have arrived: else it would go on from before, and use keys again.
func TestT37AStepThatIsGivenUpForgetsNothing(t *testing.T) {
	w := newWorld(t)
	s := newFaulty()
	a := w.device(alice, "ALICE", withStore(s))
	w.forger(bob, "FORGER")
	w.identity(bob).publish(w.forger(bob, "FORGER2"))
	a.learn(bob)
	a.inRoom(machine.AllDevices)
	a.share(aRoom, alice, bob)
	complaints := judge.New()
	var count atomic.Int32
	encrypt := func() {
		content, err := a.Encrypt(ctx, aRoom, "m.room.message", fmt.Appendf(nil, `{"body":"%d"}`, count.Add(1)))
		w.must(err)
		var e struct {
			SessionID  string `json:"session_id"`
			Ciphertext string `json:"ciphertext"`
		}
		w.unmarshal(content, &e)
		complaints.Megolm(e.SessionID, e.Ciphertext)
	}
	for range 16 {
		encrypt()
	}
	release := s.hold()
	for range 16 { // are set aside already
		encrypt()
	}
	done := make(chan bool)
	go func() {
		encrypt() // waits for the store
		close(done)
	}()
	time.Sleep(20 * time.Millisecond) // for it to come as far as it does
	time.AfterFunc(20*time.Millisecond, release)
	w.fails(a.VerifyUser(ctx, bob), machine.ErrNoIdentity)
	a.share(aRoom, alice, bob)
	<-done
	for range 40 {
		encrypt()
	}
	a.open()
	a.share(aRoom, alice, bob)
	encrypt()
	if all := complaints.Verdict(); len(all) > 0 {
		t.Error(all)
	}
}
