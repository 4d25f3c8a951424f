package sealed

import "github.com/mudpuppy-e2ee/mudpuppy/store"

// absent reports whether none of what is asked for exists, as far as that can be known
// while a commit of this handle is under way. A look would have to wait for its end, in
// IndexedDB, and nobody else could commit before: if the commit succeeds, this handle has
// been the owner all the time, and if it does not, everyone who relies on the state fails
// with it. At other times one must look whether the store has another owner.
func (s *Store) absent(st *state, looks []lookFor, below []store.Query) bool {
	if !s.underWay.Load() {
		return false
	}
	for i := range looks {
		if !looks[i].absent(st, &below[i]) {
			return false
		}
	}
	return true
}

// absent reports whether a query asks for nothing that exists. Of what is not hot, that
// is no longer in what is asked of the store below.
func (l *lookFor) absent(st *state, below *store.Query) bool {
	if !store.Defined(l.table).Hot {
		return below.Keys != nil && len(below.Keys) == 0
	}
	for i := range l.asked {
		if n := &l.asked[i].name; st.doubt(n) != "" || st.find(n) != nil {
			return false
		}
	}
	return true
}
