package machine_test

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// contents are all records of a store.
func (w *world) contents(s store.Store) map[store.Ref]string {
	w.Helper()
	all := make(map[store.Ref]string)
	for _, t := range store.Tables {
		q := store.Query{Table: t.Table}
		for {
			page, err := s.Load(ctx, q)
			w.must(err)
			for _, r := range page.Records {
				all[r.Ref] = string(r.Value)
			}
			if q.After = page.Next; page.Next == "" {
				break
			}
		}
	}
	return all
}

// leavesAlone checks that something changes nothing in the store of a device.
func (c *client) leavesAlone(what string, do func()) {
	c.Helper()
	before := c.contents(c.config.Store)
	do()
	after := c.contents(c.config.Store)
	if maps.Equal(before, after) {
		return
	}
	for _, ref := range slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after))) {
		if before[ref] != after[ref] {
			c.Errorf("%s changes record %s of table %s", what, ref.Key, ref.Table)
		}
	}
}

func parseCurve(w *world, text string) keys.Curve25519PublicKey {
	w.Helper()
	k, err := keys.ParseCurve25519(text)
	w.must(err)
	return k
}

func (w *world) unmarshal(text []byte, into any) {
	w.Helper()
	w.must(json.Unmarshal(text, into))
}
