package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	server "github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

const (
	aliceID = "@alice:example.org"
	botID   = "@bot:example.org"
)

// world is a bot, and Alice, who talks with it, at a homeserver in memory.
type world struct {
	*testing.T
	*Bot
	server *server.Server
	store  *memory.Store
	time   time.Time
	logged []string

	// answers stands in for the homeserver where it returns a status.
	answers func(method, path string) (status int, answer string)
	asked   []string // methods and paths, without what they begin with

	alice *machine.Machine
	since string
	room  string
	sent  int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, server: server.New(), store: memory.New(), time: time.Now()}
	w.server.Login(aliceID, "ALICE")
	w.server.Login(botID, "BOT")
	var err error
	if w.alice, err = machine.Open(t.Context(), machine.Config{UserID: aliceID, DeviceID: "ALICE", Store: memory.New()}); err != nil {
		t.Fatal(err)
	}
	w.pumpAlice()
	w.check(w.alice.SetUpCrossSigning(t.Context(), false))
	w.pumpAlice()
	w.open()
	w.wake()
	w.room = w.invited("alice", aliceID, "ALICE")
	w.wake()
	w.wake()
	return w
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// open has the bot begin, or begin again.
func (w *world) open() {
	w.Helper()
	c := Config{
		Homeserver: "https://example.org", UserID: botID, DeviceID: "BOT", AccessToken: "token",
		Key: bytes.Repeat([]byte{7}, 32), Secret: "a secret for tests", Allowed: []string{aliceID}, Busy: 2, Quiet: 4,
	}
	var err error
	w.Bot, err = Open(w.Context(), c, Options{
		Store: w.store, Transport: w, Now: func() time.Time { return w.time },
		Log: func(text string) { w.logged = append(w.logged, text) },
	})
	w.check(err)
}

// wake wakes the bot, and returns what went wrong.
func (w *world) wake() string {
	w.Wake(w.Context())
	return w.Status().Fault
}

// RoundTrip answers what the bot asks.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/_matrix/client/v3/")
	w.asked = append(w.asked, r.Method+" "+path)
	status, answer := 0, ""
	if w.answers != nil {
		status, answer = w.answers(r.Method, path)
	}
	switch {
	case status != 0:
	case strings.HasSuffix(path, "/members"):
		status, answer = 200, fmt.Sprintf(`{"chunk":[{"state_key":%q,"content":{"membership":"join"}},{"state_key":%q,"content":{"membership":"join"}}]}`, aliceID, botID)
	default:
		var text []byte
		status, text = w.server.Do(botID, "BOT", r.Method, r.URL.RequestURI(), body)
		answer = string(text)
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

// times counts what the bot asked.
func (w *world) times(method, suffix string) (n int) {
	for _, asked := range w.asked {
		if strings.HasPrefix(asked, method+" ") && strings.HasSuffix(asked, suffix) {
			n++
		}
	}
	return n
}

// invited makes an encrypted room to which a device invites the bot.
func (w *world) invited(what, user, device string) (room string) {
	w.Helper()
	body := fmt.Sprintf(`{"invite":[%q],"initial_state":[{"type":"m.room.encryption","content":{"algorithm":"m.megolm.v1.aes-sha2"}}]}`, botID)
	status, answer := w.server.Do(user, device, "POST", "/_matrix/client/v3/createRoom", []byte(body))
	var made struct {
		RoomID string `json:"room_id"`
	}
	if json.Unmarshal(answer, &made); status != 200 || made.RoomID == "" {
		w.Fatalf("the room of %s: %d %s", what, status, answer)
	}
	return made.RoomID
}

func (w *world) pumpAlice() {
	w.Helper()
	for {
		requests, err := w.alice.OutgoingRequests(w.Context())
		w.check(err)
		if len(requests) == 0 {
			return
		}
		for _, r := range requests {
			status, answer := w.server.Do(aliceID, "ALICE", r.Method, r.Path, r.Body)
			if status != 200 {
				w.Fatalf("%s: %d %s", r.Path, status, answer)
			}
			w.check(w.alice.MarkSent(w.Context(), r.ID, answer))
		}
	}
}

// says has Alice say something.
func (w *world) says(body string) {
	w.Helper()
	ctx := w.Context()
	answer := w.server.Sync(aliceID, "ALICE", w.since, 10)
	_, err := w.alice.ReceiveSync(ctx, answer)
	w.check(err)
	var synced struct {
		Next string `json:"next_batch"`
	}
	w.check(json.Unmarshal(answer, &synced))
	w.since = synced.Next
	for range rounds {
		w.pumpAlice()
		s, err := w.alice.ShareRoomKey(ctx, w.room, []string{aliceID, botID})
		w.check(err)
		if s.Ready {
			break
		}
	}
	content, err := w.alice.Encrypt(ctx, w.room, "m.room.message", fmt.Appendf(nil, `{"msgtype":"m.text","body":%q}`, body))
	w.check(err)
	w.sent++
	path := fmt.Sprintf("/_matrix/client/v3/rooms/%s/send/m.room.encrypted/t%d", strings.ReplaceAll(w.room, "!", "%21"), w.sent)
	if status, answer := w.server.Do(aliceID, "ALICE", "PUT", path, content); status != 200 {
		w.Fatalf("%d %s", status, answer)
	}
}

// posts posts to the hook of a room.
func (w *world) posts(room, body string) (status int, answer string) {
	r := httptest.NewRequestWithContext(context.Background(), "POST", "/hooks/"+room, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer a secret for tests")
	r.Header.Set("Content-Type", "text/plain")
	response := httptest.NewRecorder()
	w.Handler().ServeHTTP(response, r)
	return response.Code, response.Body.String()
}
