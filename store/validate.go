package store

import "unicode/utf8"

// Validate returns [ErrInvalid] for changes that no store need take. It is for
// those who implement one.
func (c *Changes) Validate() error {
	if c.Len() > MaxChanges || c.Bytes() > MaxBytes {
		return ErrInvalid
	}
	seen := make(map[Ref]bool, c.Len())
	again := func(r Ref) bool {
		before := seen[r]
		seen[r] = true
		return before
	}
	for i := range c.Puts {
		r := &c.Puts[i]
		if again(r.Ref) || r.Validate() != nil {
			return ErrInvalid
		}
	}
	for _, r := range c.Deletes {
		if again(r) || !r.valid() {
			return ErrInvalid
		}
	}
	return nil
}

// Validate returns [ErrInvalid] for a record that no store can hold.
func (r *Record) Validate() error {
	if !r.valid() || len(r.Value) > MaxValueLen || !validIndexes(r) {
		return ErrInvalid
	}
	return nil
}

func (r *Ref) valid() bool { return Defined(r.Table) != nil && ValidKey(r.Key) }

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
		if v := r.Indexes.Get(i); v != "" && (!d.Has(i) || !ValidKey(v)) {
			return false
		}
	}
	return true
}

// ValidKey reports whether a text can be a key, or stand in an index.
func ValidKey(key string) bool {
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
