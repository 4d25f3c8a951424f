package sealed

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/seal"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Commit is described at [store.Store]. It returns [ErrDamaged] if it would have
// to change what is broken.
func (s *Store) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	if c.Sealed {
		return store.ErrInvalid
	}
	if err := c.Validate(); err != nil {
		return err
	}
	return s.alone(ctx, func() error { return s.commit(ctx, epoch, &c) })
}

// alone runs what must not be disturbed through this handle, and again if
// somebody else disturbed it.
func (s *Store) alone(ctx context.Context, run func() error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.open.RUnlock()
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.unlock()
	for range tries {
		if err := run(); err != errAgain {
			return err
		}
	}
	return store.ErrStale
}

func (s *Store) commit(ctx context.Context, epoch uint64, c *store.Changes) error {
	owned := epoch
	if c.Claim {
		if c.Len() == 0 {
			return s.claim(ctx, epoch)
		}
		owned--
	}
	o, err := s.own(ctx, owned)
	if err != nil {
		return err
	}
	st := o.now()
	p, done, err := s.prepare(ctx, o, st, c)
	if err != nil {
		return err
	}
	p.changes.Relaxed = c.Relaxed
	if c.Claim {
		p.next.inner, p.next.outer = st.inner+1, epoch
		p.changes.Claim = true
		p.changes.Put(s.keys.sealOwner(epoch))
	}
	p.finish()
	if err := s.commitBelow(ctx, p.next.inner, p.changes); err != nil {
		return err
	}
	o.advance(&p.next, p.marks)
	s.aside.remove(done)
	return nil
}

// prepare works out what a commit is to change below. It also returns the
// records that need not be put aside any more after it.
func (s *Store) prepare(ctx context.Context, o *owner, st *state, c *store.Changes) (*plan, []store.Ref, error) {
	slots := s.slots(c)
	p := newPlan(s.keys, st, len(slots))

	broken, done, err := s.suspects(ctx, st)
	if err != nil {
		return nil, nil, err
	}
	for i := range broken {
		if n, ok := parseName(broken[i].Key); ok {
			p.before[n] = o.previous(broken[i].Table, &n)
		}
	}
	overwritten, err := s.lookUp(ctx, o, st, p, slots)
	if err != nil {
		return nil, nil, err
	}
	broken = append(broken, overwritten...)
	if err := s.putAside(ctx, o, st, p, broken, slots); err != nil {
		return nil, nil, err
	}
	puts, deletes := slots[:len(c.Puts)], slots[len(c.Puts):]
	p.ivs = seal.DrawIVs(len(puts))
	p.changes.Puts = slices.Grow(p.changes.Puts, len(puts)+2) // with head and owner
	for i := range puts {
		if err := p.put(&c.Puts[i], &puts[i]); err != nil {
			return nil, nil, err
		}
	}
	for i := range deletes {
		if err := p.remove(deletes[i].Table, &deletes[i].name); err != nil {
			return nil, nil, err
		}
		p.changes.Delete(deletes[i].Ref)
	}
	return p, done, nil
}

// slots are those of the records that a commit puts, and then of those that it
// deletes.
func (s *Store) slots(c *store.Changes) []slot {
	slots := make([]slot, 0, c.Len())
	for i := range c.Puts {
		slots = append(slots, s.keys.slot(c.Puts[i].Ref))
	}
	for _, ref := range c.Deletes {
		slots = append(slots, s.keys.slot(ref))
	}
	return slots
}

// putAside moves broken records to table Quarantine. Of those that the commit
// itself changes, in some slots, it keeps a copy.
func (s *Store) putAside(ctx context.Context, o *owner, st *state, p *plan, broken []suspect, changed []slot) error {
	if len(broken) == 0 {
		return nil
	}
	taken := make(map[store.Ref]bool)
	for i := range changed {
		taken[changed[i].Ref] = true
	}
	var copies []store.Record
	var slots []slot
	for i := range broken {
		r := s.keys.asideRecord(&broken[i])
		if at := s.keys.slot(r.Ref); !broken[i].gone && !taken[at.Ref] {
			taken[at.Ref] = true
			copies, slots = append(copies, r), append(slots, at)
		}
	}
	if _, err := s.lookUp(ctx, o, st, p, slots); err != nil {
		return err
	}
	for i := range copies {
		if err := p.put(&copies[i], &slots[i]); err != nil {
			return err
		}
	}
	for i := range broken {
		x := &broken[i]
		if taken[x.Ref] {
			continue
		}
		if n, ok := parseName(x.Key); ok {
			if err := p.remove(x.Table, &n); err != nil {
				return err
			}
		}
		p.changes.Delete(x.Ref)
	}
	return nil
}

// loadTogether is how many records are loaded at once, only to learn their
// marks: their values may be long.
const loadTogether = 200

// lookUp finds out what there is in place of records that are not hot. It
// returns those that are broken.
func (s *Store) lookUp(ctx context.Context, o *owner, st *state, p *plan, slots []slot) (broken []suspect, err error) {
	var missing []store.Ref
	for i := range slots {
		at := &slots[i]
		if store.Defined(at.Table).Hot {
			continue
		}
		if _, ok := p.before[at.name]; ok {
			continue
		}
		before := o.previous(at.Table, &at.name)
		if !before.known {
			before = previous{} // unless it is found
			missing = append(missing, at.Ref)
		}
		p.before[at.name] = before
	}
	if len(missing) == 0 {
		return nil, nil
	}
	return s.loadBefore(ctx, st, p, missing)
}

// loadBefore loads the records that nothing is known of, and returns those that
// are broken.
func (s *Store) loadBefore(ctx context.Context, st *state, p *plan, missing []store.Ref) (broken []suspect, err error) {
	keys := make(map[store.Table][]string)
	for _, r := range missing {
		keys[r.Table] = append(keys[r.Table], r.Key)
	}
	for table, keys := range keys {
		for some := range slices.Chunk(keys, loadTogether) {
			found, err := s.below.Load(ctx, store.Query{Table: table, Keys: some})
			if err != nil {
				return nil, err
			}
			if found.Epoch != st.inner {
				s.drop()
				return nil, errAgain
			}
			for i := range found.Records {
				r := &found.Records[i]
				n, _ := parseName(r.Key)
				opened, err := s.keys.openRecord(r)
				p.before[n] = previous{mark: opened.mark, there: true, known: err == nil}
				if err != nil {
					broken = append(broken, suspect{Record: *r})
				}
			}
		}
	}
	return broken, nil
}
