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
	failures int
}

// stir notes that somebody has said something.
func (p *pace) stir() {
	p.mu.Lock()
	p.active = p.now()
	p.mu.Unlock()
}

// soon is for when somebody has stirred. What fails is left alone all the same.
func (p *pace) soon() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failures > 0 {
		return maxPause
	}
	return p.busy
}

// next returns how long to wait after a round. Failures double the time, so that a
// homeserver that comes back is not met by all its bots at once.
func (p *pace) next(err error) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	wait := p.quiet
	if p.now().Sub(p.active) < calm {
		wait = p.busy
	}
	if err == nil {
		p.failures = 0
		return wait
	}
	p.failures++
	wait = min(p.busy<<min(p.failures-1, 20), maxPause)
	var a *away
	if errors.As(err, &a) {
		wait = max(wait, a.pause)
	}
	return wait + time.Duration(rand.Int64N(int64(wait)/4+1))
}
