package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// errUnshared means that the key of a room does not get to all who are to have it.
var errUnshared = errors.New("the room key could not be shared now")

// deliver says what waits to be said, in order. A room whose key cannot be shared does
// not hold up the others. It has the turn.
func (b *Bot) deliver(ctx context.Context) (failed error) {
	stuck := make(map[string]bool)
	for {
		m, err := b.queue.first(ctx, stuck)
		if err != nil || m == nil {
			return errors.Join(failed, err)
		}
		m.EventID, err = b.say(ctx, m)
		reason, final := isFinal(err)
		switch {
		case err == nil:
			m.State = sent
		case final:
			m.State, m.Reason = refused, reason
			b.log("a message was refused: " + reason)
		case errors.Is(err, errUnshared), errors.Is(err, machine.ErrNotShared):
			stuck[m.Room], failed = true, err
			continue
		default:
			return err
		}
		if err := b.queue.settle(ctx, *m); err != nil {
			return err
		}
		b.pace.stir()
	}
}

// isFinal says why a message will never be sent, if that is so.
func isFinal(err error) (reason string, is bool) {
	var r *refusal
	var p *machine.PolicyError
	switch {
	case errors.As(err, &r):
		return r.Error(), r.status != 401 // for a new access token, it waits
	case errors.As(err, &p):
		return fmt.Sprintf("%v (%d devices, %d users)", p.Err, len(p.Devices), len(p.Users)), true
	case errors.Is(err, machine.ErrNotEncrypted), errors.Is(err, machine.ErrAlgorithm):
		return err.Error(), true
	}
	return "", false
}

// say encrypts a message for those who are in its room now, and sends it. Said again
// under the same id it is the same event, even if it was encrypted anew.
func (b *Bot) say(ctx context.Context, m *message) (eventID string, err error) {
	settings, err := b.machine.RoomSettings(ctx, m.Room)
	if err != nil {
		return "", err
	}
	members, err := b.homeserver.members(ctx, m.Room, settings.SharedHistory)
	if err != nil {
		return "", err
	}
	if err := b.share(ctx, m.Room, members); err != nil {
		return "", err
	}
	content, err := b.machine.Encrypt(ctx, m.Room, "m.room.message", m.Content)
	if err != nil {
		return "", err
	}
	var answer struct {
		EventID string `json:"event_id"`
	}
	path := inRoom(m.Room, "send", "m.room.encrypted", m.ID)
	if err := b.homeserver.ask(ctx, "PUT", path, json.RawMessage(content), &answer); err != nil {
		return "", err
	}
	return answer.EventID, nil
}

// share sees to it that the members have the key of a room.
func (b *Bot) share(ctx context.Context, room string, members []string) error {
	for range rounds {
		s, err := b.machine.ShareRoomKey(ctx, room, members)
		if err != nil || s.Ready {
			return err
		}
		if err := b.pump(ctx); err != nil {
			return err
		}
	}
	return errUnshared
}
