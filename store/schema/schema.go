// Package schema keeps the version of what is in a store, and brings old stores
// up to date:
//
//	epoch, err := store.Claim(ctx, s)
//	err = schema.Migrate(ctx, s, epoch) // before anything else is read
//
// The version counts the changes to what the records of [store.Tables] hold and
// mean. Each step from one version to the next has a file of its own here, named
// after the version it leads to, and a test with a store of the version before.
//
// A step works record by record, in commits of bounded size, and can end at any
// of them: the store says that it is on its way, no older program opens it any
// more, and the next call of Migrate begins that step again. So a step must
// leave alone what it has changed already.
package schema

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Version is that of the stores which this version of the module writes.
const Version = 1

// ErrMissing means that the store has records, but does not say of what version.
var ErrMissing = errors.New("schema: the store does not tell its version")

// step leads from one version to the next.
type step struct {
	tables []store.Table // whose records it looks at

	// record adds to c what is to become of a record: nothing, if it is as it
	// should be already.
	record func(r *store.Record, c *store.Changes) error
}

// steps are all there ever were. The first leads from version 1 to 2.
var steps []step

// place is where the version stands.
var place = store.Ref{Table: store.Meta, Key: "schema"}

// Query asks for what tells the version of a store. Whoever wants more of the store may
// ask for that at the same time, and must not believe it unless [IsCurrent].
var Query = store.Query{Table: place.Table, Keys: []string{place.Key}}

// IsCurrent reports whether a store is at [Version], by the answer to [Query], so that
// [Migrate] need not be called.
func IsCurrent(page store.Page) bool {
	has, to, err := versionIn(page)
	return err == nil && has == Version && to == Version
}

// Migrate brings a store to [Version], which is nothing but a look if it is
// there, and gives a new store its version. It returns [store.ErrTooNew] if the
// store is ahead.
func Migrate(ctx context.Context, s store.Store, epoch uint64) error {
	return migrate(ctx, s, epoch, steps)
}

func migrate(ctx context.Context, s store.Store, epoch uint64, steps []step) error {
	newest := len(steps) + 1
	has, to, err := read(ctx, s)
	if err != nil {
		return err
	}
	if has == 0 {
		if empty, err := isEmpty(ctx, s); err != nil {
			return err
		} else if !empty {
			return ErrMissing
		}
		return s.Commit(ctx, epoch, version(newest, newest))
	}
	if has > newest || to > newest {
		return store.ErrTooNew
	}
	for ; has < newest; has++ {
		// From here on no program that knows only the old version opens it.
		if err := s.Commit(ctx, epoch, version(has, has+1)); err != nil {
			return err
		}
		if err := steps[has-1].run(ctx, s, epoch); err != nil {
			return err
		}
		if err := s.Commit(ctx, epoch, version(has+1, has+1)); err != nil {
			return err
		}
	}
	return nil
}

// read returns the version of a store, 0 if it has none, and the version to
// which it is on its way.
func read(ctx context.Context, s store.Store) (has, to int, err error) {
	page, err := s.Load(ctx, Query)
	if err != nil {
		return 0, 0, err
	}
	return versionIn(page)
}

func versionIn(page store.Page) (has, to int, err error) {
	if len(page.Broken) > 0 {
		return 0, 0, ErrMissing
	}
	if len(page.Records) == 0 {
		return 0, 0, nil
	}
	v := page.Records[0].Value
	if len(v) != 4 || v[0]|v[1] == 0 {
		return 0, 0, ErrMissing
	}
	return int(binary.BigEndian.Uint16(v)), int(binary.BigEndian.Uint16(v[2:])), nil
}

func version(has, to int) store.Changes {
	v := binary.BigEndian.AppendUint16(nil, uint16(has))
	v = binary.BigEndian.AppendUint16(v, uint16(to))
	return store.Changes{Puts: []store.Record{{Ref: place, Value: v}}}
}

// isEmpty reports whether there is no record in any table.
func isEmpty(ctx context.Context, s store.Store) (bool, error) {
	for _, d := range store.Tables {
		q := store.Query{Table: d.Table, Limit: 1}
		for {
			page, err := s.Load(ctx, q)
			if err != nil {
				return false, err
			}
			if len(page.Records) > 0 || len(page.Broken) > 0 {
				return false, nil
			}
			if q.After = page.Next; q.After == "" { // there are pages without a record
				break
			}
		}
	}
	return true, nil
}

// run takes a whole store through a step, a page at a time.
func (st *step) run(ctx context.Context, s store.Store, epoch uint64) error {
	for _, table := range st.tables {
		q := store.Query{Table: table}
		for {
			page, err := s.Load(ctx, q)
			if err != nil {
				return err
			}
			if err := st.change(ctx, s, epoch, page.Records); err != nil {
				return err
			}
			if page.Next == "" {
				break
			}
			q.After = page.Next
		}
	}
	return nil
}

// change commits what is to become of some records. What becomes of one goes in
// one commit.
func (st *step) change(ctx context.Context, s store.Store, epoch uint64, records []store.Record) error {
	var all store.Changes
	for i := range records {
		var c store.Changes
		if err := st.record(&records[i], &c); err != nil {
			return err
		}
		if all.Len()+c.Len() > store.MaxChanges || all.Bytes()+c.Bytes() > store.MaxBytes {
			if err := s.Commit(ctx, epoch, all); err != nil {
				return err
			}
			all = store.Changes{}
		}
		all.Puts = append(all.Puts, c.Puts...)
		all.Deletes = append(all.Deletes, c.Deletes...)
	}
	if all.Len() == 0 {
		return nil
	}
	return s.Commit(ctx, epoch, all)
}
