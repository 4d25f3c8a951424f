package sealed

import (
	"context"
	"sync"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// aside holds the broken records that are to be moved to table Quarantine, as
// the store below calls them. They are looked at again when that is done.
type aside struct {
	mu   sync.Mutex
	refs map[store.Ref]bool
}

// What one commit moves, at the most. The rest waits for the next one.
const (
	maxAside      = 50
	maxAsideBytes = 4 << 20
	maxAsideLen   = store.MaxValueLen + store.SealedRoom/2 // of one; what is longer, we did not write
)

func (a *aside) add(refs ...store.Ref) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range refs {
		if len(a.refs) < maxAside {
			if a.refs == nil {
				a.refs = make(map[store.Ref]bool)
			}
			a.refs[r] = true
		}
	}
}

func (a *aside) list() (refs []store.Ref) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for r := range a.refs {
		refs = append(refs, r)
	}
	return refs
}

func (a *aside) remove(refs []store.Ref) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range refs {
		delete(a.refs, r)
	}
}

// suspect is a record that is to be put aside, if it is broken.
type suspect struct {
	store.Record // as it lies below
	gone         bool
}

// suspects loads the records that are to be put aside, those that are broken
// indeed. All that were looked at are done with after the commit.
func (s *Store) suspects(ctx context.Context, st *state) (broken []suspect, done []store.Ref, err error) {
	size := 0
	for _, ref := range s.aside.list() {
		page, err := s.below.Load(ctx, store.Query{Table: ref.Table, Keys: []string{ref.Key}})
		if err != nil {
			return nil, nil, err
		}
		if page.Epoch != st.inner {
			s.owner.Store(nil)
			return nil, nil, errAgain
		}
		done = append(done, ref)
		x := suspect{Record: store.Record{Ref: ref}, gone: len(page.Records) == 0}
		if !x.gone {
			x.Record = page.Records[0]
		}
		if s.isBroken(st, &x) {
			broken = append(broken, x)
			size += min(len(x.Value), maxAsideLen)
		}
		if size > maxAsideBytes {
			break
		}
	}
	return broken, done, nil
}

// isBroken looks at a suspect again. Where nothing can be known of a record, it
// is left where it is.
func (s *Store) isBroken(st *state, x *suspect) bool {
	n, ok := parseName(x.Key)
	hot := ok && store.Defined(x.Table).Hot
	switch {
	case hot && st.doubt(&n) != "":
		return false
	case x.gone:
		return hot && st.missing(&n) != ""
	case hot:
		_, reason := s.openHot(st, &x.Record)
		return reason != "" && reason != ReasonHead
	}
	_, err := s.keys.openRecord(&x.Record)
	return err != nil
}

// asideRecord is what becomes of a broken record: its raw bytes, under its table
// and its name. If it breaks again, the later one takes its place.
func (k *keys) asideRecord(x *suspect) store.Record {
	key := x.Key
	if len(key) != nameLen {
		n := k.name(x.Ref)
		key = n.text()
	}
	return store.Record{
		Ref:   store.Ref{Table: store.Quarantine, Key: string(x.Table) + "/" + key},
		Value: x.Value[:min(len(x.Value), maxAsideLen)],
	}
}
