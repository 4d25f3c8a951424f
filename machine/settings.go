package machine

import (
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

// settingsQuery asks for what is kept of the machine as a whole.
var settingsQuery = store.Query{Table: store.Settings, Keys: []string{syncTokenKey, outdatedKey, inboxKey, keyRequestsKey}}

// takeSettings takes what was found in the table of settings, and reports whether it is
// lost who is outdated.
func (w *work) takeSettings(page store.Page) (lost bool) {
	w.state.outdated.clear()
	w.state.inbox = inbox{first: 1, next: 1}
	w.state.keyRequests = make(keyRequests)
	w.takeKeys(settingsQuery.Keys, func(rec store.Record) bool {
		ok := w.readSetting(rec)
		lost = lost || rec.Key == outdatedKey && !ok
		return ok
	}, page)
	return lost
}

func (w *work) readSetting(rec store.Record) bool {
	switch rec.Key {
	case outdatedKey:
		return w.readOutdated(rec.Value)
	case inboxKey:
		return w.state.inbox.read(rec.Value)
	case keyRequestsKey:
		return w.state.keyRequests.read(rec.Value)
	}
	r := record.Read(rec.Value, settingsVersion)
	w.state.settings.syncToken = r.Text()
	return r.Done()
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
