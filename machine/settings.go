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
}

const (
	syncTokenKey    = "sync_token"
	settingsVersion = 1
)

// errBroken means that a record cannot be read without which nothing works.
var errBroken = errors.New("machine: the store holds a broken record")

func (w *work) loadSettings(ctx context.Context) error {
	page, err := w.config.Store.Load(ctx, store.Query{Table: store.Settings, Keys: []string{syncTokenKey, outdatedKey, inboxKey}})
	if err != nil {
		return err
	}
	w.state.outdated.clear()
	w.state.inbox = inbox{first: 1, next: 1}
	w.broken(page.Broken)
	lost := slices.ContainsFunc(page.Broken, func(b store.Broken) bool { return b.Key == outdatedKey })
	for _, rec := range page.Records {
		ok := false
		switch rec.Key {
		case syncTokenKey:
			r := record.Read(rec.Value, settingsVersion)
			w.state.settings.syncToken = r.Text()
			ok = r.Done()
		case outdatedKey:
			ok = w.readOutdated(rec.Value)
			lost = lost || !ok
		case inboxKey:
			ok = w.state.inbox.read(rec.Value)
		}
		if !ok {
			w.quarantine(rec)
		}
	}
	return w.loadShards(ctx, lost)
}

func (w *work) putSyncToken(token string) {
	w.state.settings.syncToken = token
	r := record.New(settingsVersion)
	r.Text(token)
	w.put(store.Settings, syncTokenKey, r.Done())
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
