package sealed

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Load is described at [store.Store].
func (s *Store) Load(ctx context.Context, q store.Query) (store.Page, error) {
	if err := s.enter(); err != nil {
		return store.Page{}, err
	}
	defer s.open.RUnlock()
	if err := q.Validate(); err != nil {
		return store.Page{}, err
	}
	return s.load(ctx, q)
}

func (s *Store) load(ctx context.Context, q store.Query) (store.Page, error) {
	if store.Defined(q.Table).Hot {
		return s.loadHot(ctx, q)
	}
	return s.loadCold(ctx, q)
}

// loadCold asks the store below nearly the same.
func (s *Store) loadCold(ctx context.Context, q store.Query) (store.Page, error) {
	o, st := s.known()
	below, asked := s.askCold(&q)
	found, err := s.findCold(ctx, o, st, below, asked)
	if err != nil {
		return store.Page{}, err
	}
	page, marks := s.openCold(asked, &found)
	if o != nil && found.Epoch == st.inner {
		o.note(st, marks)
		page.Epoch = st.outer
		return page, nil
	}
	_, page.Epoch, err = s.readOwner(ctx)
	return page, err
}

// askCold returns what is asked of the store below.
func (s *Store) askCold(q *store.Query) (below store.Query, a asked) {
	below = store.Query{Table: q.Table, Index: q.Index, Limit: q.Limit, After: q.After}
	if q.Index != "" {
		hashed := s.keys.index(q.Table, q.Index, q.Value)
		below.Value = hashed.text()
	}
	a, below.Keys = s.askFor(q)
	return below, a
}

// openCold opens what was found, and returns the marks that were seen. The epoch of the
// page is for the caller to fill in.
func (s *Store) openCold(asked asked, found *store.Page) (page store.Page, marks map[name]seen) {
	page.Next = found.Next
	marks = make(map[name]seen, len(found.Records))
	for _, n := range asked {
		marks[n.name] = seen{}
	}
	for i := range found.Records {
		r := &found.Records[i]
		if isOurs(r) {
			continue
		}
		opened, err := s.keys.openRecord(r)
		if n, ok := parseName(r.Key); ok {
			marks[n] = seen{opened.mark, uint8(numberOf(r.Table))}
			if err != nil {
				delete(marks, n)
			}
		}
		if err != nil {
			s.aside.add(r.Ref)
			page.Broken = append(page.Broken, store.Broken{Ref: asked.ref(r.Ref), Reason: err.Error()})
			continue
		}
		page.Records = append(page.Records, opened.Record)
	}
	return page, marks
}

// findCold asks the store below, but not for records of which it is known that there
// are none.
func (s *Store) findCold(ctx context.Context, o *owner, st *state, q store.Query, asked asked) (store.Page, error) {
	if o != nil {
		found, err := s.below.Load(ctx, o.without(st, q, asked))
		if err != nil || found.Epoch == st.inner {
			return found, err
		} // somebody else has come, and nothing is known
	}
	return s.below.Load(ctx, q)
}

// asked are the keys that a query names.
type asked []struct {
	key  string
	name name
}

// askFor returns the keys of a query, and their names as the store below knows
// them: nil if there are none, since no keys at all are another question.
func (s *Store) askFor(q *store.Query) (a asked, names []string) {
	if q.Keys == nil {
		return nil, nil
	}
	a, names = make(asked, len(q.Keys)), make([]string, len(q.Keys))
	for i, key := range q.Keys {
		a[i].key, a[i].name = key, s.keys.name(store.Ref{Table: q.Table, Key: key})
		names[i] = a[i].name.text()
	}
	return a, names
}

// ref returns what a broken record is called: by its key if that was asked for,
// and else by what the store below calls it.
func (a asked) ref(below store.Ref) store.Ref {
	n, ok := parseName(below.Key)
	for i := range a {
		if ok && a[i].name == n {
			below.Key = a[i].key
		}
	}
	return below
}

// loadHot asks for records whose versions are known. What seems broken may have
// been changed between two looks. So it is looked at again while nobody commits,
// or until nobody has committed meanwhile.
func (s *Store) loadHot(ctx context.Context, q store.Query) (store.Page, error) {
	if _, st := s.known(); st != nil {
		found, err := s.readHot(ctx, st, &q)
		if err != nil {
			return store.Page{}, err
		}
		if found.inner == st.inner && len(found.page.Broken) == 0 {
			return found.page, nil
		}
	}
	if err := s.lock(ctx); err != nil {
		return store.Page{}, err
	}
	defer s.unlock()
	for range tries {
		st, still, err := s.view(ctx)
		if err != nil {
			return store.Page{}, err
		}
		found, err := s.readHot(ctx, st, &q)
		if err != nil {
			return store.Page{}, err
		}
		sure := len(found.page.Broken) == 0 && found.inner == st.inner
		if !sure {
			if sure, err = still(ctx, found.inner); err != nil {
				return store.Page{}, err
			}
		}
		if sure {
			s.aside.add(found.broken...)
			return found.page, nil
		}
	}
	return store.Page{}, store.ErrFailed
}

// view returns the present state, and how to learn whether it still was when
// something was read after it, in some epoch of the store below. The caller
// holds the lock.
func (s *Store) view(ctx context.Context) (st *state, still func(ctx context.Context, inner uint64) (bool, error), err error) {
	if _, st = s.known(); st != nil {
		return st, func(_ context.Context, inner uint64) (bool, error) {
			if inner != st.inner {
				s.drop()
			}
			return inner == st.inner, nil
		}, nil
	}
	if st, err = s.readState(ctx); err != nil {
		return nil, nil, err
	}
	s.learn(st)
	return st, func(ctx context.Context, _ uint64) (bool, error) {
		again, err := s.readState(ctx)
		return err == nil && again.inner == st.inner && again.mark == st.mark && again.broken == st.broken, err
	}, nil
}

// hotPage is what was found of hot records.
type hotPage struct {
	page   store.Page
	inner  uint64      // the epoch of the store below
	broken []store.Ref // as the store below calls them
}

func (s *Store) readHot(ctx context.Context, st *state, q *store.Query) (*hotPage, error) {
	asked, names := s.askFor(q)
	var next string
	if q.Keys == nil {
		var err error
		if names, next, err = s.listHot(st, q); err != nil {
			return nil, err
		}
	}
	found, err := s.below.Load(ctx, store.Query{Table: q.Table, Keys: names})
	if err != nil {
		return nil, err
	}
	p := s.openHotPage(st, q.Table, asked, names, &found)
	p.page.Next = next
	if q.Keys == nil {
		p.page.Broken = append(st.doubts(), p.page.Broken...)
	}
	return p, nil
}

// openHotPage opens what was found under some names.
func (s *Store) openHotPage(st *state, t store.Table, asked asked, names []string, found *store.Page) *hotPage {
	p := &hotPage{page: store.Page{Epoch: st.outer}, inner: found.Epoch}
	report := func(ref store.Ref, reason string) {
		p.broken = append(p.broken, ref)
		p.page.Broken = append(p.page.Broken, store.Broken{Ref: asked.ref(ref), Reason: reason})
	}
	seen := make(map[string]bool, len(names))
	for i := range found.Records {
		r := &found.Records[i]
		seen[r.Key] = true
		if opened, reason := s.openHot(st, r); reason != "" {
			report(r.Ref, reason)
		} else {
			p.page.Records = append(p.page.Records, opened.Record)
		}
	}
	for _, text := range names {
		if n, _ := parseName(text); !seen[text] {
			if reason := st.missing(&n); reason != "" {
				report(store.Ref{Table: t, Key: text}, reason)
			}
		}
	}
	return p
}

// openHot opens a hot record of the store below, or tells why not.
func (s *Store) openHot(st *state, r *store.Record) (o opened, reason string) {
	o, err := s.keys.openRecord(r)
	if err != nil {
		return o, err.Error()
	}
	n, _ := parseName(r.Key)
	return o, st.judge(&n, &o)
}

// missing says why it is wrong that a hot record is missing, or "".
func (s *state) missing(n *name) string {
	if reason := s.doubt(n); reason != "" {
		return reason
	}
	if s.find(n) != nil {
		return ReasonDropped
	}
	return ""
}

// listHot returns the names of the next page of hot records.
func (s *Store) listHot(st *state, q *store.Query) (names []string, next string, err error) {
	var index, after name
	if q.Index != "" {
		index = s.keys.index(q.Table, q.Index, q.Value)
	}
	if q.After != "" {
		var ok bool
		if after, ok = parseName(q.After); !ok {
			return nil, "", store.ErrInvalid
		}
	}
	limit := min(q.PageLen(), store.MaxChanges)
	names = make([]string, 0, limit) // not nil, which would ask for all
	for _, n := range st.list(numberOf(q.Table), &index, &after, limit) {
		names = append(names, n.text())
	}
	if len(names) == limit {
		next = names[limit-1]
	}
	return names, next, nil
}
