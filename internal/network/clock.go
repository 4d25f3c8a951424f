package network

import (
	"container/heap"
	"time"
)

// Clock is a time that moves only from one thing that is to happen to the next.
type Clock struct {
	now    time.Time
	last   uint64 // number of what was planned last
	agenda agenda
}

// NewClock returns a clock that stands at a time.
func NewClock(start time.Time) *Clock { return &Clock{now: start} }

// Now is the present time.
func (c *Clock) Now() time.Time { return c.now }

// After plans something. Of what is to happen at one time, what was planned first
// happens first.
func (c *Clock) After(d time.Duration, do func()) {
	c.last++
	heap.Push(&c.agenda, plan{c.now.Add(d), c.last, do})
}

// Step lets the next thing happen, and reports whether there was one.
func (c *Clock) Step() bool {
	if len(c.agenda) == 0 {
		return false
	}
	next := heap.Pop(&c.agenda).(plan)
	c.now = next.at
	next.do()
	return true
}

// Run lets everything happen that is to happen within some time, and then moves on
// to its end.
func (c *Clock) Run(d time.Duration) {
	end := c.now.Add(d)
	for len(c.agenda) > 0 && !c.agenda[0].at.After(end) {
		c.Step()
	}
	c.now = end
}

type plan struct {
	at     time.Time
	number uint64
	do     func()
}

// agenda is a heap of plans, the next one first.
type agenda []plan

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if a[i].at.Equal(a[j].at) {
		return a[i].number < a[j].number
	}
	return a[i].at.Before(a[j].at)
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(plan)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}
