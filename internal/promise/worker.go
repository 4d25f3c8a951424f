//go:build js

package promise

// worker is a goroutine that makes one call after the other. It is kept, with its
// stack, because a new one would have to make it grow again.
type worker struct{ calls chan *Call }

// idle are workers that wait.
var idle []*worker

// maxIdle is how many are kept.
const maxIdle = 16

// dispatch hands a call to a worker, which begins when it is scheduled.
func dispatch(c *Call) {
	last := len(idle) - 1
	if last < 0 {
		w := &worker{make(chan *Call, 1)}
		w.calls <- c
		go w.work()
		return
	}
	w := idle[last]
	idle = idle[:last]
	w.calls <- c
}

// Go calls f on a goroutine of its own, and leaves nothing on its stack.
func Go(f func()) {
	go func() {
		Grow()
		f()
		Scrub()
	}()
}

func (w *worker) work() {
	Grow()
	for {
		c := <-w.calls
		c.run()
		Scrub()
		if len(idle) == maxIdle {
			return
		}
		idle = append(idle, w)
	}
}
