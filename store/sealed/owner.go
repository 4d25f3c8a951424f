package sealed

import (
	"context"
	"errors"
	"sync"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// errAgain means that somebody else came in between, and all is to be tried
// again.
var errAgain = errors.New("sealed: somebody else came in between")

// owner is what a handle knows while it is the last one that began to commit.
type owner struct {
	mu    sync.Mutex
	state *state

	// marks are those of records that are not hot, as far as they were seen: to
	// replace one, its mark must be known. A zero mark means that there is none.
	marks map[name]seen
	// there is how many of the marks are of records that there are, by table. If these
	// are all records of a table, there is no other.
	there [len(numbered)]uint64
	// cleared is the counter of the state in which marks were last dropped.
	cleared uint64
}

// seen is a mark, and the number of the table where it was seen.
type seen struct {
	mark
	table uint8
}

func newOwner(st *state) *owner { return &owner{state: st, marks: make(map[name]seen)} }

// maxMarks bounds the marks in memory, which are about 100 bytes each.
const maxMarks = 1 << 15

// known returns the owner and its state, if this handle is the one, as far as it
// knows.
func (s *Store) known() (*owner, *state) {
	o := s.owner.Load()
	if o == nil {
		return nil, nil
	}
	return o, o.now()
}

func (o *owner) now() *state {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.state
}

// note keeps marks that were seen, of which it takes out those that are of no use:
// commits that have ended since the state was as given may have changed what was seen
// before. Of these, the marks are there, unless they were dropped.
func (o *owner) note(at *state, marks map[name]seen) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.state != at {
		if o.cleared > at.counter {
			return
		}
		for n := range marks {
			if _, known := o.marks[n]; known {
				delete(marks, n)
			}
		}
	}
	o.keep(marks)
}

// advance goes on to the state after a commit.
func (o *owner) advance(to *state, marks map[name]seen) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.state = to
	o.keep(marks)
}

func (o *owner) keep(marks map[name]seen) {
	if len(o.marks)+len(marks) > maxMarks {
		clear(o.marks)
		o.there = [len(numbered)]uint64{}
		o.cleared = o.state.counter
	}
	for n, m := range marks {
		if before := o.marks[n]; before.mark != (mark{}) {
			o.there[before.table]--
		}
		if m.mark != (mark{}) {
			o.there[m.table]++
		}
		o.marks[n] = m
	}
}

// previous returns what is known of a record without a look at it. Of one whose
// mark is not known it says that it is there.
func (o *owner) previous(t store.Table, n *name) previous {
	o.mu.Lock()
	defer o.mu.Unlock()
	m, known := o.marks[*n]
	known = known || o.knowsAll(t)
	return previous{mark: m.mark, there: !known || m.mark != mark{}, known: known}
}

// knowsAll reports whether the marks are of all records of a table.
func (o *owner) knowsAll(t store.Table) bool {
	number := numberOf(t)
	return o.there[number] == o.state.totals[number].count
}

// without takes out of a query to the store below what need not be looked for in a state,
// because there is none: each of these would cost as much as a record that is there.
func (o *owner) without(at *state, q store.Query, asked asked) store.Query {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.state != at || q.Keys == nil {
		return q
	}
	all := o.knowsAll(q.Table)
	names := q.Keys // of those that are asked for, in the same order
	q.Keys = make([]string, 0, len(names))
	for i := range asked {
		if m, known := o.marks[asked[i].name]; !(known || all) || m.mark != (mark{}) {
			q.Keys = append(q.Keys, names[i])
		}
	}
	return q
}

// readOwner returns the epoch of the store below and that of this one.
func (s *Store) readOwner(ctx context.Context) (inner, outer uint64, err error) {
	page, err := s.below.Load(ctx, store.Query{Table: store.Meta, Keys: []string{ownerPlace.Key}})
	if err != nil {
		return 0, 0, err
	}
	if len(page.Records) != 1 {
		return 0, 0, ErrDamaged
	}
	outer, err = s.keys.openOwner(&page.Records[0])
	return page.Epoch, outer, err
}

// readState reads all that makes up a state.
func (s *Store) readState(ctx context.Context) (*state, error) {
	page, err := s.below.Load(ctx, store.Query{Table: store.Meta, Keys: stateKeys})
	if err != nil {
		return nil, err
	}
	return s.keys.openState(&page)
}

// learn takes note of a state that was read. If this handle has claimed the store below,
// and nobody since, it goes on from there. The caller holds the lock.
func (s *Store) learn(st *state) *owner {
	s.seen = epochs{st.inner, st.outer}
	if st.inner != s.mine || st.broken != "" {
		return nil
	}
	o := newOwner(st)
	s.owner.Store(o)
	return o
}

// drop forgets what this handle knew as the one that commits.
func (s *Store) drop() {
	s.owner.Store(nil)
	s.mine, s.seen = 0, epochs{}
}

// own makes this handle the one that commits in an epoch.
func (s *Store) own(ctx context.Context, epoch uint64) (*owner, error) {
	o, st := s.known()
	if o == nil && s.mine != 0 {
		var err error
		if st, err = s.readState(ctx); err != nil {
			return nil, err
		}
		o = s.learn(st)
	}
	if o != nil && st.outer == epoch {
		return o, nil
	}
	inner, outer, err := s.readOwner(ctx)
	if err != nil {
		return nil, err
	}
	if outer != epoch {
		return nil, store.ErrStale
	}
	// From here on no other handle commits what it has in the making, so that
	// what is read now stays as it is.
	if err := s.claimBelow(ctx, inner+1, store.Changes{}); err != nil {
		return nil, err
	}
	if st, err = s.readState(ctx); err != nil {
		return nil, err
	}
	if st.inner != inner+1 {
		return nil, errAgain
	}
	if o = s.learn(st); o == nil {
		return nil, ErrDamaged
	}
	return o, nil
}

// claimBelow makes this handle the one that may commit to the store below.
func (s *Store) claimBelow(ctx context.Context, inner uint64, c store.Changes) error {
	c.Claim = true
	if err := s.commitBelow(ctx, inner, c); err != nil {
		return err
	}
	s.drop()
	s.mine = inner
	return nil
}

// commitBelow commits to the store below. After an error nobody knows what is in
// there, or who its owner is.
func (s *Store) commitBelow(ctx context.Context, inner uint64, c store.Changes) error {
	c.Sealed = true
	s.underWay.Store(true)
	err := s.below.Commit(ctx, inner, c)
	s.underWay.Store(false)
	if err == nil {
		return nil
	}
	s.drop()
	if errors.Is(err, store.ErrStale) {
		return errAgain
	}
	return err
}

// epochs are that of the store below and that of this one, which change only together.
type epochs struct{ inner, outer uint64 }

// claim raises the epoch, and nothing else. The state is read when it is asked for.
func (s *Store) claim(ctx context.Context, epoch uint64) error {
	// If that is not so any more, the store below refuses the claim.
	inner := s.seen.inner
	if inner == 0 || s.seen.outer+1 != epoch {
		var outer uint64
		var err error
		if inner, outer, err = s.readOwner(ctx); err != nil {
			return err
		}
		if outer+1 != epoch {
			return store.ErrStale
		}
	}
	return s.claimBelow(ctx, inner+1, store.Changes{Puts: []store.Record{s.keys.sealOwner(epoch)}})
}
