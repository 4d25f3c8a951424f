package sealed

import (
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/seal"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// plan is a commit in the making.
type plan struct {
	keys    *keys
	ivs     *seal.IVs // for the records that it puts
	next    state     // that comes after it
	changes store.Changes
	marks   map[name]seen     // of records that are not hot, after it
	before  map[name]previous // the same, before it
	touched [buckets]bool     // which buckets it changes
}

// previous is what there is before a commit.
type previous struct {
	mark  mark
	there bool
	known bool // whether the mark is that of what should be there
}

// newPlan begins a commit of some records.
func newPlan(k *keys, st *state, records int) *plan {
	p := &plan{keys: k, next: *st, marks: make(map[name]seen, records), before: make(map[name]previous, records)}
	p.next.counter++
	return p
}

// bucket returns the bucket of a hot record, to be changed.
func (p *plan) bucket(n *name) (*bucket, error) {
	i := bucketOf(n)
	b := &p.next.buckets[i]
	if b.broken != "" {
		return nil, ErrDamaged
	}
	if !p.touched[i] {
		p.touched[i] = true
		b.entries = slices.Clone(b.entries) // those of the state before stay
	}
	return b, nil
}

// put adds or replaces a record.
func (p *plan) put(r *store.Record, at *slot) error {
	sealed, m := p.keys.sealRecord(p.ivs, r, at.Ref, p.next.counter)
	if err := p.remove(at.Table, &at.name); err != nil {
		return err
	}
	number := numberOf(r.Table)
	p.next.totals[number].add(p.keys.element(at.name, m))
	p.changes.Put(sealed)
	d := store.Defined(r.Table)
	if !d.Hot {
		p.marks[at.name] = seen{m, uint8(number)}
		return nil
	}
	b, err := p.bucket(&at.name)
	if err != nil {
		return err
	}
	b.insert(p.keys.entry(at.name, number, m, r))
	return nil
}

// remove takes a record out of the totals, and out of its bucket.
func (p *plan) remove(t store.Table, n *name) error {
	total := &p.next.totals[numberOf(t)]
	if store.Defined(t).Hot {
		if p.next.missing(n) == "" {
			return nil
		}
		b, err := p.bucket(n)
		if err != nil {
			return err
		}
		if at, ok := b.search(n); ok {
			total.remove(p.keys.element(*n, b.entries[at].mark))
			b.entries = slices.Delete(b.entries, at, at+1)
		}
		return nil
	}
	switch before := p.before[*n]; {
	case before.known && before.there:
		total.remove(p.keys.element(*n, before.mark))
	case before.there && total.count > 0:
		total.count-- // the sum stays wrong, since nobody knows by how much
	}
	p.marks[*n] = seen{}
	return nil
}

// finish adds buckets and head.
func (p *plan) finish() {
	if p.changes.Len() == 0 {
		p.next.counter--
		return
	}
	for i, touched := range p.touched {
		if !touched {
			continue
		}
		b := &p.next.buckets[i]
		var r store.Record
		r, b.mark = p.keys.sealBucket(i, b.entries, p.next.counter)
		p.changes.Put(r)
	}
	var head store.Record
	head, p.next.mark = p.keys.sealHead(&p.next)
	p.changes.Put(head)
}
