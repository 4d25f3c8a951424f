package bot

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

func TestACommandIsAnsweredOnce(t *testing.T) {
	w := newWorld(t)
	w.says("!ping")
	if fault := w.wake(); fault != "" || w.times("PUT", "") == 0 {
		t.Fatalf("%q, %v", fault, w.asked)
	}
	sent := w.sends()
	w.wake()
	if sent != 1 || w.sends() != 1 {
		t.Errorf("%d answers, then %d", sent, w.sends())
	}
}

// sends counts the events that the bot has sent to rooms.
func (w *world) sends() (n int) {
	for _, asked := range w.asked {
		if strings.Contains(asked, "/send/m.room.encrypted/") {
			n++
		}
	}
	return n
}

// TestAStatusIsReadTwice: what was answered when the program ended is read again, and
// the status is not the same as before.
func TestAStatusIsReadTwice(t *testing.T) {
	w := newWorld(t)
	w.says("!status")
	before := w.queue.list
	if fault := w.wake(); fault != "" || w.sends() != 1 {
		t.Fatalf("%q, %d answers", fault, w.sends())
	}
	w.queue.mu.Lock()
	w.check(w.queue.keep(t.Context(), before)) // as if it had not got as far as to keep the position
	w.queue.mu.Unlock()
	w.check(w.Close())
	w.time = w.time.Add(time.Hour)
	w.open()
	if fault := w.wake(); fault != "" || w.sends() != 1 {
		t.Errorf("%q, %d answers", fault, w.sends())
	}
	if w.queue.since() == before.Since {
		t.Error("it does not go on")
	}
}

// TestAFullQueueIsEmptied also when there is a command that cannot be answered before.
func TestAFullQueueIsEmptied(t *testing.T) {
	w := newWorld(t)
	content, err := Notice("text")
	w.check(err)
	w.queue.mu.Lock()
	after := w.queue.list
	for i := range maxWaiting {
		after.Waiting = append(slices.Clone(after.Waiting), strconv.Itoa(i))
	}
	w.check(w.queue.keep(t.Context(), after, put{messageKey + "0", message{ID: "0", Room: w.room, Content: content, State: waiting}}))
	w.queue.mu.Unlock()
	w.says("!ping")
	if fault := w.wake(); !strings.Contains(fault, ErrFull.Error()) || w.sends() != 1 {
		t.Fatalf("%q, %d were sent", fault, w.sends())
	}
	if fault := w.wake(); fault != "" || w.sends() != 2 {
		t.Errorf("%q, %d were sent", fault, w.sends())
	}
}

// TestAnInvitationHoldsUpNothing: the room's own homeserver may be gone, for good.
func TestAnInvitationHoldsUpNothing(t *testing.T) {
	w := newWorld(t)
	w.server.Login("@mallory:example.org", "MALLORY")
	bad := w.invited("mallory", "@mallory:example.org", "MALLORY")
	good := w.invited("alice", aliceID, "ALICE")
	isDown := true
	w.answers = func(_, path string) (int, string) {
		if isDown && (strings.HasSuffix(path, "/leave") || strings.HasSuffix(path, "/join")) {
			return 502, `{"errcode":"M_UNKNOWN"}`
		}
		return 0, ""
	}
	w.says("!ping")
	w.asked = nil
	if fault := w.wake(); fault != "" || w.sends() != 1 {
		t.Fatalf("%q, %d answers", fault, w.sends())
	}
	for range 3 { // soon after it is left alone
		w.wake()
	}
	if n := w.times("POST", "/join"); n != 1 {
		t.Errorf("it tried %d times to join", n)
	}
	w.check(w.Close())
	w.open() // an invitation comes once
	for range 20 {
		w.time = w.time.Add(2 * time.Minute)
		w.wake()
	}
	if n := w.times("POST", "/join"); n < 3 || n > 8 {
		t.Errorf("within 40 minutes it tried %d times to join", n)
	}
	if n := w.times("POST", "/leave"); n != 1 {
		t.Errorf("it declined %d times", n)
	}
	isDown = false
	w.time = w.time.Add(2 * time.Hour)
	w.wake()
	w.wake()
	if status, answer := w.posts(good, "hello"); status != 200 {
		t.Errorf("%d %s", status, answer)
	}
	if status, _ := w.posts(bad, "hello"); status != 404 {
		t.Errorf("it is in the room of a stranger: %d", status)
	}
	if len(w.queue.invitations()) != 0 {
		t.Error("an invitation is left")
	}
}

func TestAnInvitationIsGivenUp(t *testing.T) {
	w := newWorld(t)
	w.invited("alice", aliceID, "ALICE")
	w.answers = func(_, path string) (int, string) {
		if strings.HasSuffix(path, "/join") {
			return 504, ""
		}
		return 0, ""
	}
	w.asked = nil
	for range 30 {
		w.wake()
		w.time = w.time.Add(10 * time.Hour)
	}
	if n := w.times("POST", "/join"); n != maxTries {
		t.Errorf("it tried %d times", n)
	}
}

// TestAProxyIsNoHomeserver: what refuses without a code is not who knows.
func TestAProxyIsNoHomeserver(t *testing.T) {
	for _, answer := range []string{"<html>not here</html>", "", "{}"} {
		w := newWorld(t)
		w.answers = func(string, string) (int, string) { return 404, answer }
		if status, text := w.posts(w.room, "hello"); status != 202 {
			t.Errorf("%q: %d %s", answer, status, text)
		}
		if status, text := w.posts("!unknown:example.org", "hello"); status != 503 {
			t.Errorf("%q, in a room that is not known: %d %s", answer, status, text)
		}
		w.answers = nil
		if fault := w.wake(); fault != "" || w.waiting() != 0 {
			t.Errorf("%q: %q, %d wait", answer, fault, w.waiting())
		}
	}
}

func (w *world) waiting() int { return w.queue.waiting() }

// TestHooksDoNotDisturb a homeserver that asks to be left alone.
func TestHooksDoNotDisturb(t *testing.T) {
	w := newWorld(t)
	w.answers = func(string, string) (int, string) {
		return 429, `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":60000}`
	}
	w.asked = nil
	for i := range 5 {
		if status, text := w.posts(w.room, strconv.Itoa(i)); status != 202 {
			t.Errorf("%d %s", status, text)
		}
	}
	if len(w.asked) != 1 {
		t.Errorf("it was asked %v", w.asked)
	}
	w.answers = nil
	w.time = w.time.Add(time.Minute + time.Second)
	if status, text := w.posts(w.room, "after"); status != 200 || w.sends() != 6 {
		t.Errorf("%d %s, %d were sent", status, text, w.sends())
	}
}

// TestTheQueueIsTheMachines: who loses the store cannot write into it by the queue, also
// if the other one came before the queue was read.
func TestTheQueueIsTheMachines(t *testing.T) {
	w := newWorld(t)
	first := w.Bot
	w.open()
	_, err := first.queue.add(t.Context(), message{ID: "x", Room: w.room, Content: json.RawMessage("{}")})
	if !errors.Is(err, store.ErrStale) {
		t.Errorf("%v", err)
	}
	q, err := openQueue(context.Background(), first.queue.store, first.machine.StoreEpoch(), first.pace.now)
	w.check(err)
	if _, err := q.add(t.Context(), message{ID: "x", Room: w.room, Content: json.RawMessage("{}")}); !errors.Is(err, store.ErrStale) {
		t.Errorf("%v", err)
	}
}

// TestAHookOfANewRoom: what is posted to a room to which the bot was invited just now
// does not wait for the bot to wake.
func TestAHookOfANewRoom(t *testing.T) {
	w := newWorld(t)
	room := w.invited("alice", aliceID, "ALICE")
	if status, answer := w.posts(room, "hello"); status != 200 {
		t.Errorf("%d %s", status, answer)
	}
	if w.sends() != 1 {
		t.Errorf("%d were sent", w.sends())
	}
}
