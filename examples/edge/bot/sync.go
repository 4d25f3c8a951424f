package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// filter leaves out what a bot has no use for.
const filter = `{"presence":{"types":[]},"account_data":{"types":[]},"room":{` +
	`"ephemeral":{"types":[]},"account_data":{"types":[]},"timeline":{"limit":50},"state":{"lazy_load_members":true}}}`

// synced is what the bot itself reads of an answer to /sync.
type synced struct {
	NextBatch string `json:"next_batch"`
	Rooms     struct {
		Join map[string]struct {
			Timeline struct {
				Events []json.RawMessage `json:"events"`
			} `json:"timeline"`
		} `json:"join"`
		Invite map[string]struct {
			State struct {
				Events []struct {
					Type     string `json:"type"`
					Sender   string `json:"sender"`
					StateKey string `json:"state_key"`
				} `json:"events"`
			} `json:"invite_state"`
		} `json:"invite"`
	} `json:"rooms"`
}

// sync asks for what is new, and deals with it. The position is kept when that is
// done: the machine has one of its own, which may be ahead after a crash, and does
// not mind to be told a thing twice.
func (b *Bot) sync(ctx context.Context) error {
	since := b.queue.since()
	path := "/_matrix/client/v3/sync?timeout=0&filter=" + url.QueryEscape(filter)
	if since != "" {
		path += "&since=" + url.QueryEscape(since)
	}
	status, text, err := b.homeserver.do(ctx, "GET", path, nil)
	if err != nil {
		return err
	}
	if err := failure(status, text); err != nil {
		return err
	}
	var answer synced
	if err := json.Unmarshal(text, &answer); err != nil || answer.NextBatch == "" {
		return &away{cause: errors.New("something else answers")}
	}
	if _, err := b.machine.ReceiveSync(ctx, text); err != nil {
		return err
	}
	if err := b.pump(ctx); err != nil {
		return err
	}
	invitations := b.invitations(ctx, &answer)
	if since != "" { // what was said before the bot came is not for it
		for room, joined := range answer.Rooms.Join {
			for _, e := range joined.Timeline.Events {
				if err := b.read(ctx, &pending{room: room, event: e}); err != nil {
					return err
				}
			}
		}
	}
	b.mu.Lock()
	b.synced = b.pace.now()
	b.mu.Unlock()
	return b.queue.keepSince(ctx, answer.NextBatch, invitations)
}

// pending is an event that waits for its key.
type pending struct {
	room, session string
	event         json.RawMessage
	come          bool // the key has, so that it is worth another try
}

// maxPending is how many events can wait for their keys.
const maxPending = 200

// read reads an event, and answers it if it is a command.
func (b *Bot) read(ctx context.Context, p *pending) error {
	var e struct {
		ID     string `json:"event_id"`
		Type   string `json:"type"`
		Sender string `json:"sender"`
	}
	if json.Unmarshal(p.event, &e) != nil || e.Type != "m.room.encrypted" || !slices.Contains(b.config.Allowed, e.Sender) {
		return nil
	}
	d, err := b.machine.Decrypt(ctx, p.room, p.event)
	var failed *machine.DecryptError
	switch {
	case errors.As(err, &failed):
		if errors.Is(err, machine.ErrUnknownSession) && failed.Withheld == nil && len(b.pending) < maxPending {
			p.session = failed.SessionID
			b.pending = append(b.pending, p)
		}
		return nil
	case err != nil:
		return err
	}
	if d.Type != "m.room.message" || d.Trust.Shield == machine.Red {
		return nil
	}
	var content struct {
		Type string `json:"msgtype"`
		Body string `json:"body"`
	}
	if json.Unmarshal(d.Content, &content) != nil || content.Type != "m.text" {
		return nil
	}
	b.pace.stir()
	return b.answer(ctx, p.room, e.ID, strings.TrimSpace(content.Body))
}

// keysHaveCome is called by the machine, so it must not wait for anything.
func (b *Bot) keysHaveCome(session string) {
	for _, p := range b.pending { // those who change it have the turn, and call the machine now
		if p.session == session {
			p.come = true
		}
	}
}

// retry reads again what has waited for its key.
func (b *Bot) retry(ctx context.Context) error {
	waiting := b.pending
	b.pending = nil
	for i, p := range waiting {
		if !p.come {
			b.pending = append(b.pending, p)
			continue
		}
		p.come = false
		if err := b.read(ctx, p); err != nil {
			b.pending = append(b.pending, waiting[i:]...)
			return err
		}
	}
	return nil
}
