package schema

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// toTwo is a step for tests: what was a value "1:x" of Rooms becomes "2:x", and
// gets a copy in Settings.
var toTwo = []step{{
	tables: []store.Table{store.Rooms},
	record: func(r *store.Record, c *store.Changes) error {
		if r.Value[0] == '2' {
			return nil
		}
		r.Value[0] = '2'
		c.Put(*r)
		c.Put(store.Record{Ref: store.Ref{Table: store.Settings, Key: r.Key}, Value: r.Value})
		return nil
	},
}}

func ofVersionOne(t *testing.T, rooms int) (*memory.Store, uint64) {
	t.Helper()
	s := memory.New()
	epoch, err := store.Claim(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if err := Migrate(t.Context(), s, epoch); err != nil {
		t.Fatal(err)
	}
	var c store.Changes
	for i := range rooms {
		c.Put(store.Record{Ref: store.Ref{Table: store.Rooms, Key: fmt.Sprint(i)}, Value: fmt.Appendf(nil, "1:%d", i)})
	}
	if err := s.Commit(t.Context(), epoch, c); err != nil {
		t.Fatal(err)
	}
	return s, epoch
}

func wantVersion(t *testing.T, s store.Store, wantHas, wantTo int) {
	t.Helper()
	if has, to, err := read(t.Context(), s); err != nil || has != wantHas || to != wantTo {
		t.Errorf("version %d on the way to %d, %v; want %d, %d", has, to, err, wantHas, wantTo)
	}
}

func values(t *testing.T, s store.Store, table store.Table) map[string]string {
	t.Helper()
	all := make(map[string]string)
	q := store.Query{Table: table}
	for {
		page, err := s.Load(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			all[r.Key] = string(r.Value)
		}
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

// wantMigrated looks whether each room became what it should, once.
func wantMigrated(t *testing.T, s store.Store, rooms int) {
	t.Helper()
	wantVersion(t, s, 2, 2)
	for _, table := range []store.Table{store.Rooms, store.Settings} {
		got := values(t, s, table)
		if len(got) != rooms {
			t.Errorf("%s: %d records, want %d", table, len(got), rooms)
		}
		for key, value := range got {
			if value != "2:"+key {
				t.Errorf("%s: %s is %q", table, key, value)
			}
		}
	}
}

func TestNewStoreGetsTheVersion(t *testing.T) {
	s, epoch := ofVersionOne(t, 0)
	wantVersion(t, s, Version, Version)
	if Version != len(steps)+1 {
		t.Errorf("version %d after %d steps", Version, len(steps))
	}
	if err := Migrate(t.Context(), s, epoch); err != nil {
		t.Error(err)
	}
}

func TestMigrates(t *testing.T) {
	const rooms = 1700 // several pages, and several commits
	s, epoch := ofVersionOne(t, rooms)
	if err := migrate(t.Context(), s, epoch, toTwo); err != nil {
		t.Fatal(err)
	}
	wantMigrated(t, s, rooms)
}

func TestTooNew(t *testing.T) {
	s, epoch := ofVersionOne(t, 3)
	for _, v := range [][2]int{{2, 2}, {1, 2}, {7, 7}} {
		if err := s.Commit(t.Context(), epoch, version(v[0], v[1])); err != nil {
			t.Fatal(err)
		}
		if err := Migrate(t.Context(), s, epoch); !errors.Is(err, store.ErrTooNew) {
			t.Errorf("version %v: %v", v, err)
		}
	}
}

func TestMissingVersion(t *testing.T) {
	s, epoch := ofVersionOne(t, 1)
	if err := s.Commit(t.Context(), epoch, store.Changes{Deletes: []store.Ref{place}}); err != nil {
		t.Fatal(err)
	}
	if err := Migrate(t.Context(), s, epoch); !errors.Is(err, ErrMissing) {
		t.Errorf("without a version: %v", err)
	}
	for _, damaged := range []string{"", "\x00\x01", "\x00\x00\x00\x01", "\x00\x01\x00\x01\x00"} {
		c := store.Changes{Puts: []store.Record{{Ref: place, Value: []byte(damaged)}}}
		if err := s.Commit(t.Context(), epoch, c); err != nil {
			t.Fatal(err)
		}
		if err := Migrate(t.Context(), s, epoch); !errors.Is(err, ErrMissing) {
			t.Errorf("version %x: %v", damaged, err)
		}
	}
}

var errCrash = errors.New("crash")

// crashing lets some commits pass. The next one does or does not take effect,
// and nothing more comes after it.
type crashing struct {
	*memory.Store
	left  int
	takes bool
}

func (s *crashing) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	s.left--
	if s.left > 0 || s.left == 0 && s.takes {
		if err := s.Store.Commit(ctx, epoch, c); err != nil {
			return err
		}
	}
	if s.left <= 0 {
		return errCrash
	}
	return nil
}

// TestCrashWhileMigrating stops at every commit in turn, and goes on from there.
func TestCrashWhileMigrating(t *testing.T) {
	const rooms = 1200
	for _, takes := range []bool{false, true} {
		for n := 1; ; n++ {
			s, epoch := ofVersionOne(t, rooms)
			err := migrate(t.Context(), &crashing{s, n, takes}, epoch, toTwo)
			if err == nil {
				if n < 5 {
					t.Errorf("it takes %d commits", n)
				}
				break
			}
			if !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			began := n > 1 || takes
			if err := Migrate(t.Context(), s, epoch); began != errors.Is(err, store.ErrTooNew) {
				t.Errorf("crash %d (%v): the old version opens it with %v", n, takes, err)
			}
			if err := migrate(t.Context(), s, epoch, toTwo); err != nil {
				t.Errorf("crash %d (%v): %v", n, takes, err)
			}
			wantMigrated(t, s, rooms)
		}
	}
}
