package bot

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	calm     = 5 * time.Minute  // after the last word it is quiet
	maxPause = 15 * time.Minute // between attempts to reach the homeserver
)

// pace says when to look again.
type pace struct {
	now         func() time.Time
	busy, quiet time.Duration

	mu       sync.Mutex
	active   time.Time // when a word was last said, by anybody
	until    time.Time // the homeserver has asked to be left alone
	failures int
}

// stir notes that somebody has said something.
func (p *pace) stir() {
	p.mu.Lock()
	p.active = p.now()
	p.mu.Unlock()
}

// leave notes how long the homeserver asks to be left alone.
func (p *pace) leave(err error) {
	if a := (*away)(nil); errors.As(err, &a) && a.pause > 0 {
		p.mu.Lock()
		p.until = p.now().Add(a.pause)
		p.mu.Unlock()
	}
}

// paused reports whether the homeserver is to be left alone.
func (p *pace) paused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now().Before(p.until)
}

// soon returns how long to wait if all goes well. What fails is left alone.
func (p *pace) soon() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failures > 0 {
		return maxPause
	}
	return p.usual()
}

func (p *pace) usual() time.Duration {
	if p.now().Sub(p.active) < calm {
		return p.busy
	}
	return p.quiet
}

// next returns how long to wait after a round. Failures double the time, so that a
// homeserver that comes back is not met by all its bots at once.
func (p *pace) next(err error) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.failures = 0
		return p.usual()
	}
	p.failures++
	wait := min(p.busy<<min(p.failures-1, 20), maxPause)
	var a *away
	if errors.As(err, &a) {
		wait = max(wait, a.pause)
	}
	return wait + time.Duration(rand.Int64N(int64(wait)/4+1))
}
