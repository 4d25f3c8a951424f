package machine

import (
	"context"
	"errors"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// settings are what the machine remembers of its dealings with the homeserver.
type settings struct {
	syncToken string
	// outdated are the users whose device lists must be asked for. It is kept apart
	// from the lists, so that a machine that starts need not read them all.
	outdated map[string]bool
}

const (
	syncTokenKey    = "sync_token"
	outdatedKey     = "outdated"
	settingsVersion = 1
)

// errBroken means that a record cannot be read without which nothing works.
var errBroken = errors.New("machine: the store holds a broken record")

func (w *work) loadSettings(ctx context.Context) error {
	page, err := w.config.Store.Load(ctx, store.Query{Table: store.Settings, Keys: []string{syncTokenKey, outdatedKey, inboxKey}})
	if err != nil {
		return err
	}
	s := &w.state.settings
	s.outdated = make(map[string]bool)
	w.state.inbox = inbox{first: 1, next: 1}
	w.broken(page.Broken)
	for _, rec := range page.Records {
		if rec.Key == inboxKey {
			if !w.state.inbox.read(rec.Value) {
				w.quarantine(rec)
			}
			continue
		}
		r := record.Read(rec.Value, settingsVersion)
		switch rec.Key {
		case syncTokenKey:
			s.syncToken = r.Text()
		case outdatedKey:
			for range r.Count() {
				s.outdated[r.Text()] = true
			}
		}
		if !r.Done() {
			w.quarantine(rec)
		}
	}
	return nil
}

func (w *work) putSyncToken(token string) {
	w.state.settings.syncToken = token
	r := record.New(settingsVersion)
	r.Text(token)
	w.put(store.Settings, syncTokenKey, r.Done())
}

// keep is described at keeper.
func (s *settings) keep(w *work) {
	all := make([]string, 0, len(s.outdated))
	for user := range s.outdated {
		all = append(all, user)
	}
	slices.Sort(all)
	r := record.New(settingsVersion)
	r.Uint(uint64(len(all)))
	for _, user := range all {
		r.Text(user)
	}
	w.put(store.Settings, outdatedKey, r.Done())
}

// quarantine puts a record aside that cannot be read, so that it is neither lost
// nor in the way.
func (w *work) quarantine(rec store.Record) {
	w.log(Failure, "a record of table "+string(rec.Table)+" cannot be read")
	w.put(store.Quarantine, string(rec.Table)+"/"+rec.Key, rec.Value)
	w.delete(rec.Table, rec.Key)
}

// broken tells of records that the store could not read.
func (w *work) broken(all []store.Broken) {
	for _, b := range all {
		w.log(Failure, "a record of table "+string(b.Table)+" is broken: "+b.Reason)
	}
}
