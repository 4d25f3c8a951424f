package sealed

import (
	"context"
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// LoadAll is described at [store.Together]. It asks the store below for everything in
// one look, also for the state if that is not known.
func (s *Store) LoadAll(ctx context.Context, queries []store.Query) ([]store.Page, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.open.RUnlock()
	for i := range queries {
		if err := queries[i].Validate(); err != nil {
			return nil, err
		}
	}
	pages, err := s.glance(ctx, queries)
	if err != errUnclear {
		return pages, err
	}
	pages = make([]store.Page, len(queries))
	for i := range queries {
		if pages[i], err = s.load(ctx, queries[i]); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// errUnclear means that something seems broken, or was changed meanwhile.
var errUnclear = errors.New("sealed: one look does not do")

// glance answers queries by one look. What it returns is as it was at some moment of it:
// records that do not fit the state, and those that others may have changed meanwhile,
// are left to load, which looks again.
func (s *Store) glance(ctx context.Context, queries []store.Query) (pages []store.Page, err error) {
	o, st := s.known()
	if o == nil {
		if err := s.lock(ctx); err != nil {
			return nil, err
		}
		defer s.unlock()
		o, st = s.known()
	}
	below, looks, err := s.askAll(o, st, queries)
	if err != nil {
		return nil, err
	}
	if o != nil && s.absent(st, looks, below) {
		for range queries {
			pages = append(pages, store.Page{Epoch: st.outer})
		}
		return pages, nil
	}
	found, err := store.LoadAll(ctx, s.below, below...)
	if err != nil {
		return nil, err
	}
	if st == nil {
		if found[0].Next != "" {
			return nil, errUnclear
		}
		if st, err = s.keys.openState(&found[0]); err != nil {
			return nil, err
		}
		o = s.learn(st)
		found = found[1:]
	}
	pages = make([]store.Page, len(queries))
	for i := range found {
		if found[i].Epoch != st.inner {
			return nil, errUnclear
		}
		if pages[i], err = s.openLook(o, st, &looks[i], &found[i]); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// lookFor is a query, and what its keys are called below.
type lookFor struct {
	table store.Table
	asked asked
	names []string // of hot records
}

// askAll returns what is asked of the store below, for the state first if there is none.
func (s *Store) askAll(o *owner, st *state, queries []store.Query) (below []store.Query, looks []lookFor, err error) {
	if st == nil {
		below = append(below, store.Query{Table: store.Meta})
	}
	for i := range queries {
		q := &queries[i]
		look := lookFor{table: q.Table}
		asking := store.Query{Table: q.Table}
		switch {
		case !store.Defined(q.Table).Hot:
			if asking, look.asked = s.askCold(q); o != nil {
				asking = o.without(st, asking, look.asked)
			}
		case q.Keys == nil: // their names stand in the state
			return nil, nil, errUnclear
		default:
			look.asked, look.names = s.askFor(q)
			asking.Keys = look.names
		}
		below, looks = append(below, asking), append(looks, look)
	}
	return below, looks, nil
}

// openLook opens what was found for a query.
func (s *Store) openLook(o *owner, st *state, l *lookFor, found *store.Page) (store.Page, error) {
	if store.Defined(l.table).Hot {
		p := s.openHotPage(st, l.table, l.asked, l.names, found)
		if len(p.page.Broken) > 0 {
			return store.Page{}, errUnclear
		}
		return p.page, nil
	}
	page, marks := s.openCold(l.asked, found)
	if o != nil {
		o.note(st, marks)
	}
	page.Epoch = st.outer
	return page, nil
}
