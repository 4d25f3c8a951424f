package sealed

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Report is what [Store.Verify] finds.
type Report struct {
	Tables []TableReport

	// Broken are the records that are wrong and can be named: those that do not
	// open, and hot ones that are not the right version. Records of the sealed
	// store itself, such as the head, are named by their keys in table Meta;
	// others by what the store below calls them.
	Broken []store.Broken
}

// TableReport is what Verify finds in a table.
type TableReport struct {
	Table    store.Table
	Records  uint64 // that are as they should be, as far as can be told one by one
	Expected uint64 // how many there should be

	// Intact says that the records are just those that were put. If it is false
	// where nothing in the table is broken, some were rolled back, dropped, or
	// put back after they were deleted.
	Intact bool
}

// Intact reports whether nothing is wrong.
func (r *Report) Intact() bool {
	for i := range r.Tables {
		if !r.Tables[i].Intact {
			return false
		}
	}
	return len(r.Broken) == 0
}

// Verify reads the whole store, and compares it with what should be there.
// Meanwhile nobody can commit through this handle. It returns [store.ErrStale]
// if others commit all the time.
func (s *Store) Verify(ctx context.Context) (report Report, err error) {
	err = s.alone(ctx, func() error {
		st, still, err := s.view(ctx)
		if err != nil {
			return err
		}
		found, err := s.scan(ctx, st)
		if err != nil {
			return err
		}
		if sure, err := still(ctx, found.inner); err != nil || !sure {
			return or(err, errAgain)
		}
		report = found.report(st)
		return nil
	})
	return report, err
}

func or(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// inventory is what there is in a whole store.
type inventory struct {
	inner   uint64 // the highest epoch of the store below, meanwhile
	state   state  // that would fit what was found
	broken  []suspect
	reasons map[store.Ref]string // of those that are broken
	aside   map[name]previous    // what is in table Quarantine
}

// scan reads a whole store. Hot records are judged by st, as far as it can be
// believed.
func (s *Store) scan(ctx context.Context, st *state) (*inventory, error) {
	v := &inventory{inner: st.inner, reasons: make(map[store.Ref]string), aside: make(map[name]previous)}
	v.state.counter = st.counter
	for number, table := range numbered {
		q := store.Query{Table: table}
		for {
			page, err := s.below.Load(ctx, q)
			if err != nil {
				return nil, err
			}
			v.inner = max(v.inner, page.Epoch)
			for i := range page.Records {
				if r := &page.Records[i]; !isOurs(r) {
					s.count(v, st, number, r)
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	for i := range st.buckets {
		for _, e := range st.buckets[i].entries {
			ref := store.Ref{Table: numbered[e.table], Key: e.name.text()}
			if v.state.find(&e.name) == nil && v.reasons[ref] == "" {
				v.reject(ref, true, ReasonDropped)
			}
		}
	}
	return v, nil
}

func (v *inventory) reject(ref store.Ref, gone bool, reason string) {
	v.broken = append(v.broken, suspect{Record: store.Record{Ref: ref}, gone: gone})
	v.reasons[ref] = reason
}

// count takes a record that was found into the inventory.
func (s *Store) count(v *inventory, st *state, number int, r *store.Record) {
	o, err := s.keys.openRecord(r)
	if err != nil {
		v.reject(r.Ref, false, err.Error())
		return
	}
	v.state.counter = max(v.state.counter, o.counter)
	n, _ := parseName(r.Key)
	d := store.Defined(r.Table)
	if r.Table == store.Quarantine {
		v.aside[n] = previous{mark: o.mark, there: true, known: true}
	}
	if d.Hot {
		if reason := st.judge(&n, &o); st.doubt(&n) == "" && reason != "" && reason != ReasonHead {
			v.reject(r.Ref, false, reason)
			return
		}
		v.state.buckets[bucketOf(&n)].insert(s.keys.entry(n, number, o.mark, &o.Record))
	}
	v.state.totals[number].add(s.keys.element(n, o.mark))
}

func (v *inventory) report(st *state) Report {
	report := Report{Broken: st.doubts()}
	for i := range v.broken {
		report.Broken = append(report.Broken, store.Broken{Ref: v.broken[i].Ref, Reason: v.reasons[v.broken[i].Ref]})
	}
	for number, table := range numbered {
		have, want := v.state.totals[number], st.totals[number]
		report.Tables = append(report.Tables, TableReport{
			Table: table, Records: have.count, Expected: want.count, Intact: st.broken == "" && have == want,
		})
	}
	return report
}
