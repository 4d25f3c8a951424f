package sealed

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Repair takes for true what it finds, where it cannot know better: it moves
// what is broken to table Quarantine, and makes head, buckets and totals anew of
// the rest. It claims the store, and returns the new epoch.
//
// It is the way out where [ErrDamaged] is returned, and after [Store.Verify] has
// found that a table is not intact. It is for users to decide, not for programs:
// if the head is broken, hot records that were rolled back are taken for true as
// well, and sessions that are used again then would encrypt twice with the same
// keys. They should be renewed.
func (s *Store) Repair(ctx context.Context) (epoch uint64, err error) {
	err = s.alone(ctx, func() error {
		st, err := s.takeOver(ctx)
		if err != nil {
			return err
		}
		found, err := s.scan(ctx, st)
		if err != nil {
			return err
		}
		if err := s.moveBroken(ctx, st.inner, found); err != nil {
			return err
		}
		// What was written by a head that is lost counted further than this one.
		p := newPlan(s.keys, &found.state, 0)
		p.next.inner, p.next.outer = st.inner+1, max(st.inner, st.outer)+1
		for i := range p.next.buckets {
			p.touched[i] = true
		}
		p.changes.Claim = true
		p.changes.Put(s.keys.sealOwner(p.next.outer))
		p.finish()
		if err := s.commitBelow(ctx, p.next.inner, p.changes); err != nil {
			return err
		}
		epoch = p.next.outer
		s.owner.Store(newOwner(&p.next))
		return nil
	})
	return epoch, err
}

// takeOver claims the store below, whatever is the matter with it, and returns
// what its state tells.
func (s *Store) takeOver(ctx context.Context) (*state, error) {
	page, err := s.below.Load(ctx, store.Query{Table: store.Meta, Keys: []string{ownerPlace.Key}})
	if err != nil {
		return nil, err
	}
	inner := page.Epoch + 1
	if err := s.commitBelow(ctx, inner, store.Changes{Claim: true}); err != nil {
		return nil, err
	}
	s.drop()
	st, err := s.readState(ctx)
	if err == ErrDamaged {
		return &state{inner: inner, broken: ReasonAltered}, nil
	}
	if err == nil && st.inner != inner {
		err = errAgain
	}
	return st, err
}

// moveBroken moves broken records, some at a time, and takes them into the
// inventory. If that ends halfway, they are found again the next time.
func (s *Store) moveBroken(ctx context.Context, inner uint64, v *inventory) error {
	for len(v.broken) > 0 {
		p := newPlan(s.keys, &v.state, maxAside)
		p.before = v.aside
		taken := make(map[store.Ref]bool)
		size := 0
		for len(v.broken) > 0 && p.changes.Len() < maxAside && size < maxAsideBytes {
			x := v.broken[0]
			r := s.keys.asideRecord(&x)
			at := s.keys.slot(r.Ref)
			if taken[at.Ref] || taken[x.Ref] { // no commit changes a record twice
				break
			}
			v.broken = v.broken[1:]
			page, err := s.below.Load(ctx, store.Query{Table: x.Table, Keys: []string{x.Key}})
			if err != nil {
				return err
			}
			if len(page.Records) == 0 {
				continue
			}
			x.Record = page.Records[0]
			if !s.isBroken(&p.next, &x) { // it became the copy of another one
				continue
			}
			r = s.keys.asideRecord(&x)
			if err := p.put(&r, &at); err != nil {
				return err
			}
			p.changes.Delete(x.Ref)
			taken[at.Ref], taken[x.Ref] = true, true
			v.aside[at.name] = previous{mark: p.marks[at.name].mark, there: true, known: true}
			size += len(r.Value)
		}
		v.state = p.next
		if err := s.commitBelow(ctx, inner, p.changes); err != nil {
			return err
		}
	}
	return nil
}
