package machine

import (
	"context"
	"errors"
	"iter"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// work is one step of the machine: what it changes in memory and what it is to
// change in the store, which must be the same.
//
//	w, err := m.begin(ctx)
//	if err != nil { return err }
//	defer w.end()
//	…                        // reads, computes, changes memory, w.keep(what was changed)
//	return w.commit(ctx)
//
// From begin to commit nothing else touches the state. The order of the commits is
// that of the steps; while one waits to be durable, others go on.
type work struct {
	*Machine
	changed map[store.Ref]*store.Record // nil to delete
	order   []store.Ref
	kept    []keeper // in order
	isKept  map[keeper]bool
	secrets [][]byte
	events  []Event
	// received are the events to this device that the step is about.
	received []incoming
	// absent are the inbound sessions that were looked for in vain.
	absent map[string]bool
	// reserved are the indexes that the step sets aside.
	reserved []reservation
	// passing are sessions that are in memory until the store has them.
	passing map[string]arrival
	pace    *pace // of the work that the step is a slice of
	held    bool
}

// keeper is something in memory that has a record in the store.
type keeper interface {
	keep(w *work) // puts the record
}

// begin waits for its turn, and reads what every step needs if it is not there.
func (m *Machine) begin(ctx context.Context) (*work, error) {
	m.mu.Lock()
	return m.beginLocked(ctx)
}

func (m *Machine) beginLocked(ctx context.Context) (*work, error) {
	w := &work{Machine: m, held: true}
	if err := m.state.closed; err != nil {
		w.end()
		return nil, err
	}
	if m.state.group == nil {
		if err := w.load(ctx); err != nil {
			m.forget()
			w.end()
			return nil, err
		}
	}
	if w.state.flying == 0 {
		w.state.inbound.evict()
	}
	return w, nil
}

// keep has the record of something that was changed written at the end of the step.
func (w *work) keep(k keeper) {
	if w.isKept == nil {
		w.isKept = make(map[keeper]bool)
	}
	if !w.isKept[k] {
		w.isKept[k] = true
		w.kept = append(w.kept, k)
	}
}

// unkeep takes keep back.
func (w *work) unkeep(k keeper) { delete(w.isKept, k) }

// put adds a record to what the step changes.
func (w *work) put(t store.Table, key string, value []byte) {
	w.putIndexed(t, key, value, store.Indexes{})
}

func (w *work) putIndexed(t store.Table, key string, value []byte, x store.Indexes) {
	ref := store.Ref{Table: t, Key: key}
	w.change(ref, &store.Record{Ref: ref, Value: value, Indexes: x})
	w.secrets = append(w.secrets, value)
}

func (w *work) delete(t store.Table, key string) { w.change(store.Ref{Table: t, Key: key}, nil) }

func (w *work) change(ref store.Ref, r *store.Record) {
	if w.changed == nil {
		w.changed = make(map[store.Ref]*store.Record)
	}
	if _, known := w.changed[ref]; !known {
		w.order = append(w.order, ref)
	}
	w.changed[ref] = r
}

// take returns what the step changes so far, which is done with then. What is in
// memory comes first, and then what was made of it, such as requests: see inParts.
func (w *work) take() (c store.Changes) {
	if len(w.kept) > 0 {
		w.flushReplays()
	}
	made := w.order
	w.order = nil
	for _, k := range w.kept {
		if w.isKept[k] {
			k.keep(w)
		}
	}
	for _, ref := range append(w.order, made...) {
		if r := w.changed[ref]; r != nil {
			c.Put(*r)
		} else {
			c.Delete(ref)
		}
	}
	w.kept, w.isKept, w.changed, w.order = nil, nil, nil, nil
	return c
}

// emit tells the application of something, once the step is durable.
func (w *work) emit(e Event) { w.events = append(w.events, e) }

// commit lets the next step begin, and returns when this one is durable.
func (w *work) commit(ctx context.Context) error {
	s, err := w.start()
	if err != nil {
		return err
	}
	return s.wait(ctx)
}

// started is a step that is not yet known to be durable.
type started struct {
	*work
	group   *store.Group
	changes store.Started
	nothing bool
	// Steps land in order: after is closed when the one before has, done when this has.
	after, done chan struct{}
}

// start is the first half of commit.
func (w *work) start() (*started, error) {
	s, err := w.launch(w.take())
	w.end()
	return s, err
}

// launch gives changes their place in the order of commits. A step without changes
// waits for those before it, because it may tell of what they changed.
func (w *work) launch(c store.Changes) (*started, error) {
	s := &started{work: w, group: w.state.group}
	if c.Len() == 0 {
		if s.nothing = w.state.flying == 0; !s.nothing {
			w.state.flying++
			s.changes = w.state.last
			s.queue()
		}
		return s, nil
	}
	for part := range inParts(c) {
		started, err := s.group.Start(part)
		if err != nil {
			w.forget()
			return nil, err
		}
		if s.changes == (store.Started{}) {
			w.state.flying++
		}
		s.changes, w.state.last = started, started
	}
	s.queue()
	return s, nil
}

// queue has a step land after those before it.
func (s *started) queue() {
	s.after, s.done = s.Machine.landing, make(chan struct{})
	s.Machine.landing = s.done
}

// inParts gives out changes as one commit. If they are more than a store takes at a
// time they are several, in order: a ratchet that was used is kept before what was
// encrypted with it, so that if the machine ends between the two, a message is lost,
// and no key is used twice.
func inParts(c store.Changes) iter.Seq[store.Changes] {
	return func(yield func(store.Changes) bool) {
		var part store.Changes
		bytes := 0
		for _, r := range c.Puts {
			if bytes += len(r.Value); bytes > store.MaxBytes || part.Len() == store.MaxChanges {
				if !yield(part) {
					return
				}
				part, bytes = store.Changes{}, len(r.Value)
			}
			part.Put(r)
		}
		for _, r := range c.Deletes {
			if part.Len() == store.MaxChanges {
				if !yield(part) {
					return
				}
				part = store.Changes{}
			}
			part.Delete(r)
		}
		yield(part)
	}
}

// wait returns when the step is durable. Even if ctx ends before, the machine learns
// of it.
func (s *started) wait(ctx context.Context) error {
	done := make(chan error, 1)
	s.follow(done)
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// follow sees to what must happen when the step is durable, or has failed.
func (s *started) follow(done chan<- error) {
	if s.nothing {
		s.landed(nil)
		done <- nil
		return
	}
	go func() {
		err := s.changes.Wait(context.Background())
		s.landed(err)
		done <- err
	}()
}

// landed is called when a step is durable, or has failed.
func (s *started) landed(err error) {
	for _, b := range s.secrets {
		secret.Wipe(b)
	}
	if s.after != nil {
		<-s.after
	}
	m := s.Machine
	m.mu.Lock()
	if !s.nothing && s.group == m.state.group {
		m.state.flying--
		if err != nil {
			m.failed(err)
		}
	}
	if err == nil {
		for _, r := range s.work.reserved {
			r.durable = max(r.durable, r.promised)
		}
		m.incoming = append(m.incoming, s.work.received...)
		s.work.letGo()
	}
	m.mu.Unlock()
	if s.done != nil {
		close(s.done) // before the events, which may call the machine
	}
	if err == nil {
		m.events.add(s.work.events)
	}
}

// failed forgets what the store may not have. If it is lost for good, the machine is
// closed.
func (m *Machine) failed(err error) {
	m.forget()
	m.log(Warning, "a commit failed: "+err.Error())
	for _, final := range []error{store.ErrStale, store.ErrGone, store.ErrClosed} {
		if errors.Is(err, final) {
			m.state.closed = errors.Join(ErrClosed, err)
			go m.events.add([]Event{StoreLost{err}})
		}
	}
}

// forget drops and overwrites what is in memory.
func (m *Machine) forget() {
	s := &m.state
	if s.own != nil {
		s.own.account.Wipe()
	}
	for _, p := range s.peers {
		p.wipe()
	}
	for _, r := range s.rooms {
		r.wipe()
	}
	s.inbound.clear()
	for i := range s.waiting {
		s.waiting[i].content.Wipe()
	}
	if s.secrets != nil {
		s.secrets.wipe()
	}
	before := s.before
	if last := s.last; s.flying > 0 {
		before = &last
	}
	m.state = state{closed: s.closed, changes: s.changes, before: before}
}

// end lets the next step begin if commit did not. A step that ends with changes in
// hand has changed memory, too, which must be forgotten.
func (w *work) end() {
	if !w.held {
		return
	}
	if len(w.order) > 0 || len(w.kept) > 0 {
		w.forget()
	}
	if w.pace != nil {
		w.pace.end(w.config.Now())
	}
	w.held = false
	w.mu.Unlock()
}
