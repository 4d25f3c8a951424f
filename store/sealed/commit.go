package sealed

import (
	"context"

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
	var refs []store.Ref
	for i := range c.Puts {
		refs = append(refs, c.Puts[i].Ref)
	}
	refs = append(refs, c.Deletes...)
	p := newPlan(s.keys, st, refs)

	broken, done, err := s.suspects(ctx, st)
	if err != nil {
		return nil, nil, err
	}
	for i := range broken {
		if n, ok := parseName(broken[i].Key); ok {
			p.before[n] = o.previous(&n)
		}
	}
	overwritten, err := s.lookUp(ctx, o, st, p, refs)
	if err != nil {
		return nil, nil, err
	}
	broken = append(broken, overwritten...)
	if err := s.putAside(ctx, o, st, p, broken); err != nil {
		return nil, nil, err
	}
	for i := range c.Puts {
		if err := p.put(&c.Puts[i]); err != nil {
			return nil, nil, err
		}
	}
	for _, ref := range c.Deletes {
		n := s.keys.name(ref)
		if err := p.remove(ref.Table, &n); err != nil {
			return nil, nil, err
		}
		p.changes.Delete(store.Ref{Table: ref.Table, Key: n.text()})
	}
	return p, done, nil
}

// putAside moves broken records to table Quarantine. Of those that the commit
// replaces or deletes, it keeps a copy.
func (s *Store) putAside(ctx context.Context, o *owner, st *state, p *plan, broken []suspect) error {
	var copies []store.Record
	var refs []store.Ref
	for i := range broken {
		r := s.keys.asideRecord(&broken[i])
		n := s.keys.name(r.Ref)
		if at := (store.Ref{Table: r.Table, Key: n.text()}); !broken[i].gone && !p.taken[at] {
			p.taken[at] = true
			copies, refs = append(copies, r), append(refs, r.Ref)
		}
	}
	if _, err := s.lookUp(ctx, o, st, p, refs); err != nil {
		return err
	}
	for i := range copies {
		if err := p.put(&copies[i]); err != nil {
			return err
		}
	}
	for i := range broken {
		x := &broken[i]
		if p.taken[x.Ref] {
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
func (s *Store) lookUp(ctx context.Context, o *owner, st *state, p *plan, refs []store.Ref) (broken []suspect, err error) {
	missing := make(map[store.Table][]string)
	for _, ref := range refs {
		if store.Defined(ref.Table).Hot {
			continue
		}
		n := s.keys.name(ref)
		if _, ok := p.before[n]; ok {
			continue
		}
		if p.before[n] = o.previous(&n); !p.before[n].known {
			p.before[n] = previous{} // unless it is found
			missing[ref.Table] = append(missing[ref.Table], n.text())
		}
	}
	for table, names := range missing {
		for len(names) > 0 {
			some := names[:min(len(names), loadTogether)]
			names = names[len(some):]
			found, err := s.below.Load(ctx, store.Query{Table: table, Keys: some})
			if err != nil {
				return nil, err
			}
			if found.Epoch != st.inner {
				s.owner.Store(nil)
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
