//go:build js

package indexeddb

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
)

// scratch is the name of the database that startLog makes and deletes.
const scratch = "mudpuppy: scratch"

// logDelay is how many milliseconds after a connection was made startLog is called:
// not at once, because what is read first would have to wait for it.
const logDelay = 100

// startLog makes Chromium start a new log for the databases of this origin.
//
// Chromium keeps them all in one LevelDB. If it is killed after the header of an
// entry and before the entry, it goes on writing behind that header when it has
// been started again, and at the start after that finds an entry with a wrong
// checksum. Then it discards all the databases
// (https://github.com/google/leveldb/issues/1287). A log that nobody reads again
// does no harm, and LevelDB starts a new one before it compacts, which Chromium
// lets it do when a database was deleted: an empty one is enough. It is done
// twice, because LevelDB may forget it if two commits wait at that moment.
//
// Pages cannot know whether the browser was killed before they came, so this is
// done for each connection. Nobody waits for it, or is told if it fails: then all
// is as it would be without.
func startLog(patience int) {
	// Only Chromium tells of discarded data; the others have no LevelDB.
	var c calls
	event := browser.Get("IDBVersionChangeEvent", "prototype")
	if tells, _ := c.call(browser.Get("Reflect"), "has", event, "dataLoss").Truthy(); !tells {
		return
	}
	for range 2 {
		if err := makeAndDelete(scratch, patience); err != nil {
			return
		}
	}
}

// makeAndDelete makes a database that has nothing, and deletes it.
func makeAndDelete(name string, patience int) error {
	made, err := ask("open", name)
	if err != nil {
		return err
	}
	made.abandoned = true // so that it is closed at once, and can be deleted
	deleted, err := ask("deleteDatabase", name)
	if err != nil {
		return err
	}
	return deleted.wait(context.Background(), patience)
}
