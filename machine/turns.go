package machine

import "sync"

// turns is the lock of a machine's state. Those who wait for it have it in the order
// in which they came, except that slices of long work let all others pass: somebody
// waits for these.
type turns struct {
	mu      sync.Mutex // for what is below
	taken   bool
	waiting []chan struct{}
	slices  []chan struct{}
}

// Lock waits for the state.
func (t *turns) Lock() { t.wait(&t.waiting) }

// LockForSlice waits for the state until nobody else does.
func (t *turns) LockForSlice() { t.wait(&t.slices) }

func (t *turns) wait(queue *[]chan struct{}) {
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return
	}
	mine := make(chan struct{})
	*queue = append(*queue, mine)
	t.mu.Unlock()
	<-mine
}

// Unlock hands the state to the next.
func (t *turns) Unlock() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, queue := range []*[]chan struct{}{&t.waiting, &t.slices} {
		if len(*queue) > 0 {
			close((*queue)[0])
			*queue = (*queue)[1:]
			return
		}
	}
	t.taken = false
}
