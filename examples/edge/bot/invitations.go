package bot

import (
	"context"
	"errors"
	"slices"
	"time"
)

// invitation is to be accepted. It is kept, since the homeserver tells of it once.
type invitation struct {
	Room  string `json:"room"`
	Tries int    `json:"tries,omitempty"`
	Next  int64  `json:"next,omitempty"` // not before this time, in seconds since 1970
}

// maxTries is how often the bot tries to come into a room: for some hours.
const maxTries = 10

// invitations returns those of users who may invite the bot, and declines the others.
// That is a courtesy, and is not tried again: a homeserver cannot always do it, for
// instance if that of the room is gone, and strangers must not keep the bot from its
// work.
func (b *Bot) invitations(ctx context.Context, answer *synced) []invitation {
	var allowed []invitation
	reached := true
	for room, invited := range answer.Rooms.Invite {
		by := ""
		for _, e := range invited.State.Events {
			if e.Type == "m.room.member" && e.StateKey == b.config.UserID {
				by = e.Sender
			}
		}
		if slices.Contains(b.config.Allowed, by) {
			allowed = append(allowed, invitation{Room: room})
			continue
		}
		if !reached {
			continue
		}
		if err := b.homeserver.ask(ctx, "POST", inRoom(room, "leave"), struct{}{}, nil); err != nil {
			b.log("an invitation could not be declined: " + err.Error())
			reached = !errors.Is(err, errAway)
		}
	}
	return allowed
}

// comeIn joins the rooms that the bot was invited to just now, and learns what they are.
func (b *Bot) comeIn(ctx context.Context) error {
	if err := b.sync(ctx); err != nil || len(b.queue.invitations()) == 0 {
		return err
	}
	if err := b.accept(ctx); err != nil {
		return err
	}
	return b.sync(ctx)
}

// accept joins the rooms that the bot was invited to. One that cannot be joined now,
// as its homeserver does not answer, holds up nothing else, and is tried again later.
func (b *Bot) accept(ctx context.Context) error {
	invitations := b.queue.invitations()
	now := b.pace.now()
	var left []invitation
	tried := false
	for _, i := range invitations {
		if now.Unix() < i.Next {
			left = append(left, i)
			continue
		}
		tried = true
		err := b.homeserver.ask(ctx, "POST", inRoom(i.Room, "join"), struct{}{}, nil)
		if err == nil {
			b.pace.stir()
			continue
		}
		b.log("an invitation could not be accepted: " + err.Error())
		i.Tries++
		if errors.Is(err, errAway) && i.Tries < maxTries { // else it was taken back, maybe
			i.Next = now.Add(time.Minute << (i.Tries - 1)).Unix()
			left = append(left, i)
		}
	}
	if !tried {
		return nil
	}
	return b.queue.keepInvitations(ctx, left)
}
