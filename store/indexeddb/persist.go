//go:build js

package indexeddb

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
)

// Persistence tells whether the browser may delete the database by itself, when
// the disk is full or the user has not come for a while.
type Persistence int

const (
	// Unknown: the browser cannot say, or has not answered yet.
	Unknown Persistence = iota
	// Evictable: it may.
	Evictable
	// Persistent: only the user may.
	Persistent
)

// PersistLimit is how many milliseconds Persist waits for an answer.
const PersistLimit = 3000

// Persist asks the browser to keep the databases of this origin. Some browsers
// ask the user, and some never answer, so that it returns after [PersistLimit]
// at the latest.
func Persist(ctx context.Context) Persistence {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	timer, err := browser.After(PersistLimit, cancel)
	if err != nil {
		return Unknown
	}
	defer timer.Stop()
	storage := browser.Get("navigator", "storage")
	if !browser.Has(storage, "persist") { // as in workers and in old browsers
		return Unknown
	}
	promise, err := storage.Call("persist")
	if err != nil {
		return Unknown
	}
	granted, err := browser.Await(ctx, promise)
	if err != nil {
		return Unknown
	}
	if is, err := granted.Bool(); err == nil && is {
		return Persistent
	}
	return Evictable
}
