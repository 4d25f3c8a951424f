//go:build js && wasm

// Package d1 is the store in a Cloudflare D1 database, which several devices can
// share, for Go programs in Workers:
//
//	s, err := d1.Open(cloudflare.GetBinding("DB"), "alerts")
//
// A commit is one batch, which D1 makes a transaction, and is durable when it
// returns. Its first statement compares the epoch and ends the batch if another
// owner has raised it: [store.ErrStale].
//
// A machine remembers what it knows between calls, so it belongs into a Durable
// Object, and there package store/durable is nearer and faster. This one is for
// state that is to outlive the object, or to be read from elsewhere.
//
// The store itself is written in TypeScript, once for programs in both languages
// (web/src/cloudflare/d1.ts). The class GoObject of mudpuppy/cloudflare, which
// hosts the program, lends it.
package d1

import (
	"syscall/js"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/jsstore"
)

// Open opens the store of a name in a database, which is a binding of the Worker.
// It returns [store.ErrUnavailable] where the program is not hosted by GoObject.
// The database is first asked by the methods of the store.
func Open(database js.Value, name string) (*jsstore.Store, error) {
	host, err := safejs.Global().Get("mudpuppy")
	if err != nil || host.IsUndefined() {
		return nil, store.ErrUnavailable
	}
	s, err := host.Call("d1Store", safejs.Safe(database), map[string]any{"name": name})
	if err != nil {
		return nil, jsstore.Thrown("d1Store", err)
	}
	return jsstore.New(s)
}
