package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/schema"
)

// load reads what is always in memory. In a new store it makes it.
func (w *work) load(ctx context.Context) error {
	// What was on its way when the state was forgotten must have arrived, or failed:
	// else what is read now would be older than what has left the machine.
	if before := w.state.before; before != nil {
		if before.Wait(ctx); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	w.state = state{
		group:   store.NewGroup(w.config.Store, w.epoch),
		users:   make(map[string]*user),
		peers:   make(map[peerID]*peer),
		rooms:   make(map[string]*room),
		queries: make(map[string]*keysQuery),
		answers: make(map[string]*keyAnswers),
		changes: w.state.changes + 1,
	}
	w.state.inbound.clear()
	w.state.claims.clear()
	own := []string{w.user}
	pages, err := w.loadCurrent(ctx,
		ownQuery,
		settingsQuery,
		store.Query{Table: store.Secrets, Keys: []string{crossSigningKey}},
		allRequests,
		store.Query{Table: store.Users, Keys: own},
	)
	if err != nil {
		return err
	}
	if err := w.takeOwn(pages[0]); err != nil {
		return err
	}
	lost := w.takeSettings(pages[1])
	w.takeSecrets(pages[2])
	if err := w.takeQueue(ctx, pages[3]); err != nil {
		return err
	}
	w.newUsers(own)
	w.takeKeys(own, w.readUser, pages[4:]...)
	if err := w.loadShards(ctx, lost); err != nil {
		return err
	}
	return w.track(ctx, own)
}

// loadCurrent asks a store all at once, since each look takes its time in a browser, and
// brings it up to date before anything of it is believed.
func (w *work) loadCurrent(ctx context.Context, queries ...store.Query) ([]store.Page, error) {
	queries = append(queries, schema.Query)
	last := len(queries) - 1
	pages, err := store.LoadAll(ctx, w.config.Store, queries...)
	if err == nil && !schema.IsCurrent(pages[last]) {
		if err = schema.Migrate(ctx, w.config.Store, w.epoch); err == nil {
			pages, err = store.LoadAll(ctx, w.config.Store, queries...)
		}
	}
	if err != nil {
		return nil, err
	}
	return pages[:last], nil
}

// loadKeys reads the records with these keys, as far as there are any: see takeKeys.
func (w *work) loadKeys(ctx context.Context, t store.Table, keys []string, read func(store.Record) bool) error {
	return w.loadTables(ctx, []store.Table{t}, keys, read)
}

// loadTables is loadKeys for several tables, one after the other.
func (w *work) loadTables(ctx context.Context, tables []store.Table, keys []string, read func(store.Record) bool) error {
	for some := range slices.Chunk(keys, store.MaxChanges) {
		var queries []store.Query
		for _, t := range tables {
			queries = append(queries, store.Query{Table: t, Keys: some})
		}
		pages, err := store.LoadAll(ctx, w.config.Store, queries...)
		if err != nil {
			return err
		}
		w.takeKeys(some, read, pages...)
	}
	return nil
}

// takeKeys has records read that were asked for by these keys, page after page. One that
// read refuses is put aside. Of one that the store has put aside there is no value.
func (w *work) takeKeys(keys []string, read func(store.Record) bool, pages ...store.Page) {
	for _, page := range pages {
		w.broken(page.Broken)
		for _, b := range page.Broken {
			if slices.Contains(keys, b.Key) {
				read(store.Record{Ref: b.Ref})
			}
		}
		for _, rec := range page.Records {
			if !read(rec) {
				w.quarantine(rec)
			}
		}
	}
}
