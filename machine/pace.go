package machine

import (
	"context"
	"runtime"
	"time"
)

// Work that takes long is done in slices, each a step of its own: between two of them
// the state is free for whoever waits for it, and where there is but one thread, as in
// a page, all else there has its turn.
//
//	for len(all) > 0 {
//		w, n, err := m.beginSlice(ctx, &m.paces.imports, len(all))
//		…                                    // with all[:n], as in any step
//		all = all[n:]
//		if err := m.rest(ctx); err != nil {
//			return err
//		}
//	}

// sliceTime is how long a slice should take. What it has changed is sealed after it, in
// about the same time and in the same task of a page, as may be a collection of garbage:
// together they are to stay below 50 ms.
const sliceTime = 15 * time.Millisecond

// pace finds out how many items make a slice, by how long the last one took.
type pace struct {
	size, most int
	items      int // in the slice under way
	began      time.Time
}

// newPace is for slices of so many items at most, and of so many at first.
func newPace(first, most int) pace { return pace{size: first, most: most} }

// begin returns how many of those that are left make the next slice.
func (p *pace) begin(left int, now time.Time) int {
	p.items, p.began = min(left, p.size), now
	return p.items
}

// end adapts the size, in steps, since what is measured varies.
func (p *pace) end(now time.Time) {
	size := 2 * p.size
	if took := now.Sub(p.began); took > 0 {
		size = int(min(int64(size), int64(p.items)*int64(sliceTime)/int64(took)))
	}
	if p.items == p.size || size < p.size { // few items say nothing of more
		p.size = min(max(size, p.size/2, 1), p.most)
	}
}

// paces are those of the kinds of long work.
type paces struct{ imports, exports, syncs, shares, queries, claims pace }

func newPaces() paces {
	return paces{
		imports: newPace(transferSlice, transferSlice),
		exports: newPace(transferSlice, transferSlice),
		syncs:   newPace(syncSlice/4, syncSlice),   // an engine has not compiled it well at first
		shares:  newPace(maxMessages, maxMessages), // each makes a request
		queries: newPace(answerSlice, answerSlice),
		claims:  newPace(answerSlice, answerSlice),
	}
}

// beginSlice is begin for a slice of long work, and tells how many items of those that
// are left are in it.
func (m *Machine) beginSlice(ctx context.Context, p *pace, left int) (w *work, n int, err error) {
	m.mu.LockForSlice()
	if w, err = m.beginLocked(ctx); err != nil {
		return nil, 0, err
	}
	return w, w.slice(p, left), nil
}

// slice makes a step a slice of long work, from here on.
func (w *work) slice(p *pace, left int) (n int) {
	w.pace = p
	return p.begin(left, w.config.Now())
}

// rest has all others have their turn. It returns the error of ctx if that has ended.
func (m *Machine) rest(ctx context.Context) error {
	if m.config.Rest != nil {
		m.config.Rest()
	} else {
		runtime.Gosched()
	}
	return ctx.Err()
}
