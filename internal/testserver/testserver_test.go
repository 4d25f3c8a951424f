//go:build !js && !purego

package testserver

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"syscall"
	"testing"
	"time"
)

func TestRegisterAndLogin(t *testing.T) {
	s := Start(t)
	first := s.Register("alice", Password)
	second := s.Login("alice", Password)
	if first.UserID != "@alice:"+Name || second.UserID != first.UserID {
		t.Errorf("the user is %q and %q", first.UserID, second.UserID)
	}
	if first.DeviceID == second.DeviceID {
		t.Errorf("both devices are %q", first.DeviceID)
	}
	for _, c := range []*Client{first, second} {
		var who struct {
			DeviceID string `json:"device_id"`
		}
		c.must("GET", "/_matrix/client/v3/account/whoami", nil, &who)
		if who.DeviceID != c.DeviceID {
			t.Errorf("the server takes %q for %q", c.DeviceID, who.DeviceID)
		}
	}
}

func TestRefusalIsAnAnswer(t *testing.T) {
	nobody := Start(t).anybody()
	status, body, err := nobody.Do(context.Background(), "POST", "/_matrix/client/v3/keys/upload", []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	var refusal struct {
		Code string `json:"errcode"`
	}
	if err := json.Unmarshal(body, &refusal); err != nil || refusal.Code != "M_MISSING_TOKEN" || status != http.StatusUnauthorized {
		t.Errorf("the answer is %d %s", status, body)
	}
}

// TestConversation passes an event on, and keeps it while the server is stopped
// and while it is killed.
func TestConversation(t *testing.T) {
	s := Start(t)
	alice, bob := s.Register("alice", Password), s.Register("bob", Password)
	since := bob.Sync("", "", 0).NextBatch
	room := alice.CreateRoom(bob.UserID)
	if _, invited := bob.Sync(since, "", time.Minute).Rooms.Invite[room]; !invited {
		t.Fatal("bob was not invited")
	}
	bob.Join(room)

	first := alice.SendEvent(room, "m.room.message", message("first"))
	since, _ = waitForEvent(t, bob, since, room, first)
	s.Restart()
	second := alice.SendEvent(room, "m.room.message", message("second"))
	waitForEvent(t, bob, since, room, second)
	s.Kill()
	if _, _, err := alice.Do(context.Background(), "GET", "/_matrix/client/versions", nil); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a server that was killed gives %v", err)
	}
	s.Restart()

	_, event := waitForEvent(t, bob, since, room, second)
	if event.Type != "m.room.message" || event.Sender != alice.UserID || !json.Valid(event.Raw) {
		t.Errorf("the event came as %s", event.Raw)
	}
	state := bob.Sync("", "", 0).Rooms.Join[room]
	if !slices.ContainsFunc(append(state.State.Events, state.Timeline.Events...), func(e Event) bool {
		return e.Type == "m.room.encryption" && e.StateKey != nil
	}) {
		t.Error("the room is not encrypted")
	}
}

// waitForEvent syncs until an event has come.
func waitForEvent(t *testing.T, c *Client, since, room, id string) (nextBatch string, event Event) {
	t.Helper()
	for limit := time.Now().Add(2 * time.Minute); time.Now().Before(limit); {
		s := c.Sync(since, "", 10*time.Second)
		since = s.NextBatch
		for _, e := range s.Rooms.Join[room].Timeline.Events {
			if e.ID == id {
				return since, e
			}
		}
	}
	t.Fatalf("%s does not come", id)
	return "", Event{}
}

func TestFilter(t *testing.T) {
	s := Start(t)
	alice := s.Register("alice", Password)
	room := alice.CreateRoom()
	alice.SendEvent(room, "m.room.message", message("hello"))
	filtered := alice.Sync("", `{"room":{"timeline":{"types":["m.room.message"]}}}`, 0).Rooms.Join[room].Timeline.Events
	if len(filtered) != 1 || filtered[0].Type != "m.room.message" {
		t.Errorf("the filter lets %d events pass", len(filtered))
	}
}

// TestWaitingSync stops a server that still owes an answer. It must not wait for
// that, and go on from there afterwards.
func TestWaitingSync(t *testing.T) {
	s := Start(t)
	alice := s.Register("alice", Password)
	since := alice.Sync("", "", 0).NextBatch
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		alice.Do(context.Background(), "GET", "/_matrix/client/v3/sync?timeout=120000&since="+since, nil)
	}()
	time.Sleep(100 * time.Millisecond) // for it to arrive, though it matters little if not
	s.Restart()
	<-ended
	room := alice.CreateRoom()
	if _, joined := alice.Sync(since, "", time.Minute).Rooms.Join[room]; !joined {
		t.Error("the server does not go on from before it was stopped")
	}
}

// TestServerEndsWithItsStarter sees the server gone when its input is closed, as
// it is by the system when the process that started it dies.
func TestServerEndsWithItsStarter(t *testing.T) {
	s := Start(t)
	s.process.in.Close()
	<-s.process.ended
	if s.answers() {
		t.Error("it still answers")
	}
}

func message(text string) any { return map[string]string{"msgtype": "m.text", "body": text} }
