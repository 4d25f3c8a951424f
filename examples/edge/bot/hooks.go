package bot

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

const (
	maxBody    = 16 << 10        // bytes; an event may have 64 KiB, encrypted
	maxDrained = 1 << 20         // bytes of what is too large
	maxKey     = 200             // characters
	patience   = 8 * time.Second // for which a hook waits for its message to be sent
)

// Handler serves the bot's hooks and its page.
func (b *Bot) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /hooks/{room}", b.serveHook)
	mux.HandleFunc("GET /{$}", b.servePage)
	return mux
}

// reply is what the caller of a hook is told, as JSON.
type reply struct {
	status  int
	State   string `json:"state,omitempty"` // sent, or waiting
	EventID string `json:"event_id,omitempty"`
	Error   string `json:"error,omitempty"`
}

func refuse(status int, why string) reply { return reply{status: status, Error: why} }

func (b *Bot) serveHook(w http.ResponseWriter, r *http.Request) {
	answer := b.hook(r)
	if answer.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "30")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.status)
	json.NewEncoder(w).Encode(answer)
}

func (b *Bot) hook(r *http.Request) reply {
	if !b.knowsSecret(r) {
		return refuse(http.StatusUnauthorized, "the secret is missing, or is another one")
	}
	key := r.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		return refuse(http.StatusBadRequest, "the Idempotency-Key is too long")
	}
	content, failed := readBody(r)
	if failed != nil {
		return *failed
	}
	ctx := r.Context()
	room, failed := b.roomOf(ctx, r.PathValue("room"))
	if failed != nil {
		return *failed
	}
	id := newID()
	if key != "" {
		id = idOf("hook", room, key)
	}
	m, err := b.queue.add(ctx, message{ID: id, Room: room, Content: content})
	switch {
	case errors.Is(err, ErrOther):
		return refuse(http.StatusUnprocessableEntity, err.Error())
	case errors.Is(err, ErrFull):
		return refuse(http.StatusServiceUnavailable, err.Error())
	case err != nil:
		b.log("a message could not be kept: " + err.Error())
		return refuse(http.StatusServiceUnavailable, "the message could not be kept")
	}
	b.pace.stir()
	return b.outcome(ctx, m)
}

// hurry says what waits now, and not with the next round, unless the homeserver has
// asked to be left alone.
func (b *Bot) hurry() {
	b.turn.Lock()
	defer b.turn.Unlock()
	if b.queue.waiting() > 0 && !b.pace.paused() {
		b.note(b.deliver(context.Background()))
	}
}

// outcome tells what becomes of a message, as far as one can wait for it.
func (b *Bot) outcome(ctx context.Context, m message) reply {
	ctx, cancel := context.WithTimeout(ctx, patience)
	go func() {
		b.hurry()
		cancel() // what is not sent by now waits for the homeserver
	}()
	m, err := b.queue.wait(ctx, m)
	switch {
	case err != nil:
		return refuse(http.StatusServiceUnavailable, "the message is kept, but nobody can tell what became of it")
	case m.State == refused:
		return refuse(http.StatusBadGateway, m.Reason)
	case m.State == sent:
		return reply{status: http.StatusOK, State: sent, EventID: m.EventID}
	}
	return reply{status: http.StatusAccepted, State: waiting}
}

// knowsSecret compares what the caller shows with the secret, in a time that depends
// on neither.
func (b *Bot) knowsSecret(r *http.Request) bool {
	shown, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	got, want := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(b.config.Secret))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// readBody makes a message of what is posted: text as it is, or an object with text
// and maybe html.
func readBody(r *http.Request) (content json.RawMessage, failed *reply) {
	no := func(status int, why string) (json.RawMessage, *reply) {
		answer := refuse(status, why)
		return nil, &answer
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Header.Get("Content-Type") == "" {
		kind, err = "text/plain", nil
	}
	if err != nil || kind != "text/plain" && kind != "application/json" {
		return no(http.StatusUnsupportedMediaType, "the body must be text/plain or application/json")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return no(http.StatusBadRequest, "the body ends too early")
	case len(body) > maxBody:
		io.Copy(io.Discard, io.LimitReader(r.Body, maxDrained)) // for the caller to come to read the answer
		return no(http.StatusRequestEntityTooLarge, "the body is too large: 16 KiB are the most")
	case !utf8.Valid(body):
		return no(http.StatusBadRequest, "the body is no UTF-8")
	}
	said := struct {
		Text string `json:"text"`
		HTML string `json:"html"`
	}{Text: string(body)}
	if kind == "application/json" {
		said.Text = ""
		if err := json.Unmarshal(body, &said); err != nil {
			return no(http.StatusBadRequest, `the body is no JSON like {"text":"…","html":"…"}`)
		}
	}
	if strings.TrimSpace(said.Text) == "" {
		return no(http.StatusBadRequest, "there is no text in the body")
	}
	message := map[string]string{"msgtype": "m.text", "body": said.Text}
	if said.HTML != "" {
		message["format"], message["formatted_body"] = "org.matrix.custom.html", said.HTML
	}
	content, err = json.Marshal(message)
	if err != nil {
		return no(http.StatusBadRequest, "the body cannot be sent")
	}
	return content, nil
}

// Notice is the content of a message by a bot, which others do not answer.
func Notice(text string) (json.RawMessage, error) {
	return json.Marshal(map[string]string{"msgtype": "m.notice", "body": text})
}

// roomOf finds the room that a hook names. One that was joined just now may not be
// known yet, so it looks again.
func (b *Bot) roomOf(ctx context.Context, name string) (room string, failed *reply) {
	room = name
	if id, ok := b.config.Rooms[name]; ok {
		room = id
	}
	_, err := b.machine.RoomSettings(ctx, room)
	var synced error
	if errors.Is(err, machine.ErrNotEncrypted) {
		b.turn.Lock()
		synced = b.comeIn(ctx)
		b.turn.Unlock()
		_, err = b.machine.RoomSettings(ctx, room)
	}
	switch {
	case errors.Is(err, machine.ErrNotEncrypted) && synced != nil:
		b.log("it could not be seen whether there is a room: " + synced.Error())
		answer := refuse(http.StatusServiceUnavailable, "the room is not known, and the homeserver cannot be asked now")
		return "", &answer
	case errors.Is(err, machine.ErrNotEncrypted), errors.Is(err, machine.ErrFormat):
		answer := refuse(http.StatusNotFound, "there is no such room here, or it is not encrypted")
		return "", &answer
	case err != nil:
		answer := refuse(http.StatusServiceUnavailable, "the store cannot be read")
		return "", &answer
	}
	return room, nil
}

const page = `<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%[1]s</title>
<style>body { font: 1rem/1.5 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
<h1>%[1]s</h1>
<p>%[2]s</p>
<p>%[3]s</p>
`

func (b *Bot) servePage(w http.ResponseWriter, _ *http.Request) {
	s := b.Status()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	fault := ""
	if s.Fault != "" {
		fault = "What went wrong last: " + s.Fault + "."
	}
	fmt.Fprintf(w, page, html.EscapeString(s.UserID), html.EscapeString(s.String()), html.EscapeString(fault))
}
