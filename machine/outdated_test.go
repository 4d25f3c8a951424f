package machine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// asked answers all queries as if nobody had a device, and returns whom they were for.
func (c *client) asked() (users []string) {
	c.Helper()
	for {
		queries := c.outgoing(machine.KeysQuery)
		if len(queries) == 0 {
			return users
		}
		for _, r := range queries {
			var body struct {
				Users map[string]any `json:"device_keys"`
			}
			c.must(json.Unmarshal(r.Body, &body))
			for id := range body.Users {
				users = append(users, id)
			}
			c.must(c.MarkSent(ctx, r.ID, []byte(`{"device_keys":{}}`)))
		}
	}
}

func (c *client) outdatedRecords() (n, bytes int) {
	c.Helper()
	for ref, value := range c.contents(c.config.Store) {
		if ref.Table == store.Settings && strings.HasPrefix(ref.Key, "outdated") {
			n++
			bytes += len(value)
		}
	}
	return n, bytes
}

// More users have to be asked for than a record of the store takes.
func TestTensOfThousandsOfUsersAreAskedFor(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	var users []string
	for n := range 6000 {
		users = append(users, fmt.Sprintf("@%s%06d:example.org", strings.Repeat("long", 55), n))
	}
	w.must(a.TrackUsers(ctx, users))
	if n, bytes := a.outdatedRecords(); bytes < store.MaxValueLen || n < 10 {
		t.Fatalf("%d records, %d bytes", n, bytes)
	}
	a.open()
	// Part of them, so that records are left out in the middle.
	for _, r := range a.outgoing(machine.KeysQuery)[5:9] {
		w.must(a.MarkSent(ctx, r.ID, []byte(`{"device_keys":{}}`)))
	}
	a.open()
	got := a.asked()
	slices.Sort(got)
	if got = slices.Compact(got); len(got) != 5000 {
		t.Errorf("then %d users are asked for", len(got))
	}
	if n, bytes := a.outdatedRecords(); n != 1 || bytes > 10 {
		t.Errorf("%d records with %d bytes are left", n, bytes)
	}
	a.open()
	if got := a.asked(); len(got) > 0 {
		t.Errorf("%d users are asked for again", len(got))
	}
	w.must(a.TrackUsers(ctx, []string{bob}))
	a.open()
	if got := a.asked(); !slices.Equal(got, []string{bob}) {
		t.Errorf("%v are asked for", got)
	}
}

// changeRecords changes records of a device's store.
func (c *client) changeRecords(change func(ref store.Ref, value []byte) []byte) {
	c.Helper()
	c.must(c.Close())
	c.config.Store = c.copied(c.config.Store, change)
	c.open()
}

func TestUsersToAskForOfAnOlderStore(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	w.must(a.TrackUsers(ctx, []string{bob, carol}))
	a.changeRecords(func(ref store.Ref, value []byte) []byte {
		if ref.Key != "outdated" {
			return value
		}
		r := record.New(1)
		r.Uint(2)
		r.Text(bob)
		r.Text(carol)
		return r.Done()
	})
	a.open() // it was written anew
	got := a.asked()
	if slices.Sort(got); !slices.Equal(got, []string{bob, carol}) {
		t.Errorf("%v are asked for", got)
	}
}

// T37: if it is lost who has to be asked for, all are.
func TestT37WhoIsAskedForIsNotForgotten(t *testing.T) {
	for what, damage := range map[string]func([]byte) []byte{
		"empty":     func([]byte) []byte { return nil },
		"truncated": func(b []byte) []byte { return b[:len(b)-3] },
		"version":   func(b []byte) []byte { b[0] = 9; return b },
	} {
		for _, key := range []string{"outdated", "outdated/1"} {
			w := newWorld(t)
			a := w.device(alice, "ALICE")
			var users []string
			for n := range 200 {
				users = append(users, fmt.Sprintf("@%s%06d:example.org", strings.Repeat("long", 55), n))
			}
			w.must(a.TrackUsers(ctx, users))
			found := false
			a.changeRecords(func(ref store.Ref, value []byte) []byte {
				if ref.Table != store.Settings || ref.Key != key {
					return value
				}
				found = true
				return damage(value)
			})
			a.open()
			if got := a.asked(); len(got) != 201 || !found {
				t.Errorf("%s %s: %d users are asked for (%v)", key, what, len(got), found)
			}
		}
	}
}
