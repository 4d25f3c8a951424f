//go:build js && wasm

// Package durable is the store in the database of a Cloudflare Durable Object, for
// Go programs that live in one:
//
//	s, err := durable.Open(cloudflare.GetBinding("STATE").Get("storage"), "")
//
// A commit is one transaction (transactionSync), and is durable when it returns:
// it waits for storage.sync(). Relaxed commits leave that to the object's output
// gate, which holds back whatever the object sends until all is written. The class
// of the object must be declared in new_sqlite_classes.
//
// The store itself is written in TypeScript, once for programs in both languages
// (web/src/cloudflare/durable.ts). The class GoObject of mudpuppy/cloudflare, which
// hosts the program, lends it.
package durable

import (
	"syscall/js"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/jsstore"
)

// Open opens a store in the storage of a Durable Object (ctx.storage), which can
// hold several under different names. It returns [store.ErrUnavailable] where the
// program is not hosted by GoObject, or what the store says, as in its methods.
func Open(storage js.Value, name string) (*jsstore.Store, error) {
	host, err := safejs.Global().Get("mudpuppy")
	if err != nil || host.IsUndefined() {
		return nil, store.ErrUnavailable
	}
	s, err := host.Call("durableStore", safejs.Safe(storage), map[string]any{"name": name})
	if err != nil {
		return nil, jsstore.Thrown("durableStore", err)
	}
	return jsstore.New(s)
}
