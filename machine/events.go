package machine

import "sync"

// Event tells the application of something that it did not ask for: [RoomKeys],
// [DevicesChanged], [IdentityEvent] or [StoreLost]. It comes when what it tells of is
// kept.
type Event interface{ event() }

// RoomKeys means that keys have come, so that events which could not be decrypted
// may be tried again.
type RoomKeys struct {
	RoomID     string
	SessionIDs []string
}

// DevicesChanged means that the devices of users are other ones than before.
type DevicesChanged struct{ UserIDs []string }

// IdentityEvent means that the identity of a user is another one than before, or
// that it was verified.
type IdentityEvent struct{ UserID string }

// StoreLost means that the machine cannot go on with its store: another owner
// has it, or it is gone. The machine is closed.
type StoreLost struct{ Err error }

func (RoomKeys) event()       {}
func (DevicesChanged) event() {}
func (IdentityEvent) event()  {}
func (StoreLost) event()      {}

// eventQueue delivers events one after the other. A handler that calls the machine,
// and so causes events, gets those when it has returned.
type eventQueue struct {
	deliver func(Event)

	mu      sync.Mutex
	waiting []Event
	busy    bool
}

func (q *eventQueue) add(events []Event) {
	if q.deliver == nil || len(events) == 0 {
		return
	}
	q.mu.Lock()
	q.waiting = append(q.waiting, events...)
	if q.busy {
		q.mu.Unlock()
		return
	}
	q.busy = true
	for len(q.waiting) > 0 {
		e := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.mu.Unlock()
		q.deliver(e)
		q.mu.Lock()
	}
	q.busy = false
	q.mu.Unlock()
}
