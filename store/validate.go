package store

import "unicode/utf8"

// Validate returns [ErrInvalid] for changes that no store need take. It is for
// those who implement one.
func (c *Changes) Validate() error {
	changes, bytes, value := MaxChanges, MaxBytes, MaxValueLen
	if c.Sealed {
		changes, bytes, value = changes+SealedRoomChanges, bytes+SealedRoomBytes, value+SealedRoom
	}
	if c.Len() > changes || c.Bytes() > bytes {
		return ErrInvalid
	}
	seen := make(map[Ref]bool, c.Len())
	valid := func(r Ref) bool {
		seen[r] = true
		return Defined(r.Table) != nil && validKey(r.Key)
	}
	for i := range c.Puts {
		r := &c.Puts[i]
		if !valid(r.Ref) || len(r.Value) > value || !validIndexes(r) {
			return ErrInvalid
		}
	}
	for _, r := range c.Deletes {
		if !valid(r) {
			return ErrInvalid
		}
	}
	if len(seen) < c.Len() { // some stand in it twice
		return ErrInvalid
	}
	return nil
}

// Validate returns [ErrInvalid] for a query that makes no sense. It is for those
// who implement a store.
func (q *Query) Validate() error {
	d := Defined(q.Table)
	ok := d != nil && q.Limit >= 0 && len(q.Keys) <= MaxChanges
	if q.Index != "" {
		ok = ok && d.Has(q.Index) && q.Value != "" && q.Keys == nil
	} else {
		ok = ok && q.Value == ""
	}
	if !ok {
		return ErrInvalid
	}
	return nil
}

// PageLen is how many records may come at once.
func (q *Query) PageLen() int {
	if q.Limit == 0 {
		return DefaultLimit
	}
	return q.Limit
}

// validIndexes reports whether a record is only in indexes that its table has.
func validIndexes(r *Record) bool {
	d := Defined(r.Table)
	for _, i := range []Index{ByRoom, BySender, Pending} {
		if v := r.Indexes.Get(i); v != "" && (!d.Has(i) || !validKey(v)) {
			return false
		}
	}
	return true
}

func validKey(key string) bool {
	if key == "" || len(key) > MaxKeyLen || !utf8.ValidString(key) {
		return false
	}
	for i := range len(key) {
		if key[i] == 0 {
			return false
		}
	}
	return true
}

// ValidKey reports whether a text can be a key, or stand in an index.
func ValidKey(key string) bool { return validKey(key) }

// Validate returns [ErrInvalid] for a record that no store can hold, not even for
// a sealed one above it.
func (r *Record) Validate() error {
	if Defined(r.Table) == nil || !validKey(r.Key) || len(r.Value) > MaxValueLen+SealedRoom || !validIndexes(r) {
		return ErrInvalid
	}
	return nil
}
