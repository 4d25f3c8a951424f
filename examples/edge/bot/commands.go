package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

const help = `!ping – whether I am here
!status – how I am
!help – this`

// answer answers a command. The answer is queued under the event's id, so that it is
// given once, however often the event is read.
func (b *Bot) answer(ctx context.Context, room, eventID, text string) error {
	var body string
	switch strings.ToLower(text) {
	case "!ping":
		body = "pong"
	case "!status":
		body = b.Status().String()
	case "!help":
		body = help
	default:
		return nil
	}
	content, err := Notice(body)
	if err != nil {
		return err
	}
	_, err = b.queue.add(ctx, message{ID: idOf("answer", room, eventID), Room: room, Content: content})
	if errors.Is(err, ErrOther) {
		return nil // it was answered before, when the status was another one
	}
	return err
}

// Status is how a bot is.
type Status struct {
	UserID  string
	Waiting int       // messages that are not sent yet
	Synced  time.Time // when it last heard from the homeserver; zero if it has not
	Since   time.Time // when it was opened
	Fault   string    // what the homeserver said last, if that was nothing good
}

// Status tells how the bot is.
func (b *Bot) Status() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Status{UserID: b.config.UserID, Waiting: b.queue.waiting(), Synced: b.synced, Since: b.begun, Fault: b.fault}
}

// String tells it in a line.
func (s Status) String() string {
	heard := "I have not heard from the homeserver"
	if !s.Synced.IsZero() {
		heard = "I last heard from the homeserver at " + s.Synced.UTC().Format(time.TimeOnly) + " UTC"
	}
	return fmt.Sprintf("I am awake since %s UTC. %s. %d messages wait to be sent.",
		s.Since.UTC().Format(time.DateTime), heard, s.Waiting)
}
