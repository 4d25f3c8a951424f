// Package bot is a device that speaks in encrypted rooms for others who cannot: what
// is posted to its hooks it says there. It needs nobody who waits: it lives as long
// as a request takes, and goes on from its store with the next.
package bot

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// Bot is one account. Its methods can be called from several goroutines at once.
type Bot struct {
	config     Config
	homeserver *homeserver
	machine    *machine.Machine
	queue      *queue
	pace       pace
	log        func(string)

	turn    sync.Mutex // of what speaks with the homeserver
	pending []*pending // events whose keys have not come
	begun   time.Time

	mu     sync.Mutex // of what the status tells
	synced time.Time
	fault  string // why the last round failed, empty if it did not
	lost   error  // why there is no machine any more
}

// Options are what a bot needs besides its configuration.
type Options struct {
	Store     store.Store // which nobody else has
	Transport http.RoundTripper
	Now       func() time.Time // time.Now if nil
	Log       func(string)     // is told what goes wrong; no secret is ever in it
}

// Open makes a bot, or has it go on with what is in its store.
func Open(ctx context.Context, c Config, o Options) (*Bot, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	key := sealed.RawKey((*[32]byte)(c.Key))
	defer key.Wipe()
	s, err := sealed.Open(ctx, o.Store, key)
	if err != nil {
		return nil, err
	}
	b := &Bot{config: c, log: o.Log, begun: o.Now(), homeserver: &homeserver{
		url: c.Homeserver, token: c.AccessToken, http: &http.Client{Transport: o.Transport},
	}}
	b.pace = pace{now: o.Now, busy: seconds(c.Busy), quiet: seconds(c.Quiet)}
	b.machine, err = machine.Open(ctx, machine.Config{
		UserID: c.UserID, DeviceID: c.DeviceID, Store: s, Policy: c.Policy, Now: o.Now, Events: b.hear,
		Log: func(l machine.Level, text string) {
			if l >= machine.Warning {
				o.Log(text)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	if b.queue, err = openQueue(ctx, s, b.machine.StoreEpoch(), o.Now); err != nil {
		b.machine.Close()
		return nil, err
	}
	return b, nil
}

// Close ends the bot. What it has to say stays in its store.
func (b *Bot) Close() error { return b.machine.Close() }

// hear is told by the machine what happens.
func (b *Bot) hear(e machine.Event) {
	switch e := e.(type) {
	case machine.StoreLost:
		b.mu.Lock()
		b.lost = e.Err
		b.mu.Unlock()
	case machine.RoomKeys:
		for _, id := range e.SessionIDs {
			b.keysHaveCome(id)
		}
	}
}

// Lost returns why the bot cannot go on, such as that another one has its store, or
// nil: whoever holds it then opens it anew.
func (b *Bot) Lost() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lost
}

// Wake has the bot look for what is new, answer it, and say what waits to be said.
// It returns after how long it is to be woken again.
func (b *Bot) Wake(ctx context.Context) time.Duration {
	b.turn.Lock()
	defer b.turn.Unlock()
	err := b.round(ctx)
	b.note(err)
	return b.pace.next(err)
}

// Soon is within which time the bot is to be woken, as far as one can tell.
func (b *Bot) Soon() time.Duration { return b.pace.soon() }

// round is what there is to do at a time.
func (b *Bot) round(ctx context.Context) error {
	if err := b.pump(ctx); err != nil {
		return err
	}
	heard := b.listen(ctx)
	if heard != nil && !errors.Is(heard, ErrFull) { // in which no answer has a place before others are said
		return heard
	}
	return errors.Join(heard, b.deliver(ctx))
}

// listen deals with what others have said.
func (b *Bot) listen(ctx context.Context) error {
	if err := b.sync(ctx); err != nil {
		return err
	}
	if err := b.identify(ctx); err != nil {
		return err
	}
	if err := b.accept(ctx); err != nil {
		return err
	}
	return b.retry(ctx)
}

// identify gives the bot an identity that has signed its device, once, so that
// others need not be warned of it.
func (b *Bot) identify(ctx context.Context) error {
	has, err := b.machine.CrossSigningStatus(ctx)
	if err != nil || has.Master {
		return err
	}
	err = b.machine.SetUpCrossSigning(ctx, false)
	if errors.Is(err, machine.ErrIdentityExists) {
		return nil // of another device, whose owner may sign this one
	}
	if err != nil {
		return err
	}
	return b.pump(ctx)
}

// note keeps how a round went, for the status.
func (b *Bot) note(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pace.leave(err)
	b.fault = ""
	if err != nil {
		b.fault = err.Error()
		b.log("a round failed: " + b.fault)
	}
}
