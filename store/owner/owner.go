//go:build js

package owner

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
)

// Role is what a seat has become.
type Role int

const (
	// Waiting: somebody else is the owner.
	Waiting Role = iota + 1
	// Owning: it is ours.
	Owning
	// Robbed: it was ours, but somebody took it because we did not answer. The
	// seat does not wait for it again.
	Robbed
)

// Options are how a seat is asked for. The zero value will do.
type Options struct {
	// Silence is for how many milliseconds the owner may fail to answer before
	// it is robbed, if not [DefaultSilence].
	Silence int
}

// DefaultSilence is how many milliseconds an owner may be silent. Pages in the
// background answer within a second or so, but not while they compute.
const DefaultSilence = 10_000

// questions is how often the owner is asked within the time of silence. What
// counts are questions without an answer, so that who was asleep itself does not
// take that for the other's silence.
const questions = 4

// Seat is a place among those who want a store.
type Seat struct {
	lock    string
	silence int
	roles   chan Role
	role    Role
	channel *channel // nil before it is needed, and where there is none
	unheard int      // questions without an answer
	close   context.CancelFunc
	closed  chan struct{}
}

// Ask asks for the ownership of a store. What becomes of it is told by
// [Seat.Roles].
func Ask(name string, o Options) *Seat {
	if o.Silence == 0 {
		o.Silence = DefaultSilence
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Seat{
		lock: "mudpuppy:" + name, silence: o.Silence,
		roles:  make(chan Role, Robbed), // none comes twice
		close:  cancel,
		closed: make(chan struct{}),
	}
	go s.run(ctx)
	return s
}

// hearing is how many milliseconds after it was asked for a seat begins to hear those
// who wait. It takes a while to begin, and nobody asks so soon.
const hearing = 100

func (s *Seat) hear() {
	if s.channel == nil {
		s.channel = openChannel(s.lock, s.heard)
	}
}

// Roles tells each change of the role. It is closed after [Robbed], after
// [Seat.Close], and where the browser refuses locks.
func (s *Seat) Roles() <-chan Role { return s.roles }

// Close gives the seat up. If we are the owner, whoever waits becomes it; so
// close the store first.
func (s *Seat) Close() {
	s.close()
	<-s.closed
}

func (s *Seat) run(ctx context.Context) {
	defer close(s.closed)
	defer close(s.roles)
	defer func() { s.channel.close() }()
	timer, _ := browser.After(hearing, s.hear)
	defer timer.Stop()
	if !hasLocks() {
		s.become(Owning)
		<-ctx.Done()
		return
	}
	if s.hold(ctx, ifAvailable) || ctx.Err() != nil {
		return
	}
	s.hear()
	s.become(Waiting)
	if s.holdInTurn(ctx) || ctx.Err() != nil {
		return
	}
	s.hold(ctx, steal)
}

// holdInTurn waits until the lock is free, and holds it. It returns false if the
// owner has fallen silent instead.
func (s *Seat) holdInTurn(ctx context.Context) (held bool) {
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	if s.channel == nil {
		return s.hold(ctx, inTurn) // as nobody could hear an answer
	}
	timer, err := browser.Every(s.silence/questions, func() {
		if s.role == Waiting && s.unheard >= questions {
			giveUp()
		}
		s.unheard++
		s.channel.post(question)
	})
	if err == nil {
		defer timer.Stop()
	}
	return s.hold(ctx, inTurn)
}

// heard is called with what others say.
func (s *Seat) heard(message string) {
	switch message {
	case question:
		// By a timer, because those are what stands still in a page that is
		// frozen: it may still hear.
		browser.After(0, func() {
			if s.role == Owning {
				s.channel.post(answer)
			}
		})
	case answer:
		s.unheard = 0
	}
}

func (s *Seat) become(role Role) {
	s.role = role
	s.roles <- role
	if role == Owning {
		s.channel.post(answer) // lest somebody else robs the same owner too
	}
}
