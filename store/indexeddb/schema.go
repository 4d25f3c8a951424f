//go:build js

package indexeddb

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// steps lead from each version of the schema to the next. The version of the
// database is their number.
var steps = []func(db safejs.Value) error{
	schema1,
}

// owners is the object store for what is about the store as a whole: the epoch
// and the identity.
const (
	owners      = "owners"
	epochKey    = "epoch"
	identityKey = "identity"
)

// The properties of a record. Besides these it has one for each index that it
// is in, with the index's name.
const (
	keyProperty   = "key"
	valueProperty = "value"
)

// schema1 makes an object store for each table. An index is on the text and the
// key, so that one can go on in it after any record. A record without the text
// is not in it.
func schema1(db safejs.Value) error {
	var c calls
	c.call(db, "createObjectStore", owners)
	byKey := c.value(map[string]any{"keyPath": keyProperty})
	for _, d := range tables1 {
		table := c.call(db, "createObjectStore", string(d.Table), byKey)
		for _, i := range d.Indexes {
			c.call(table, "createIndex", string(i), c.value([]any{string(i), keyProperty}))
		}
	}
	return c.err
}

// tables1 are the tables of schema 1, for good: a table that store.Tables gets
// later needs a step of its own.
var tables1 = []store.Definition{
	{Table: store.Meta},
	{Table: store.Account},
	{Table: store.OlmSessions, Indexes: []store.Index{store.BySender}},
	{Table: store.OutboundSessions},
	{Table: store.InboundSessions, Indexes: []store.Index{store.ByRoom, store.Pending}},
	{Table: store.Users},
	{Table: store.Rooms},
	{Table: store.Requests},
	{Table: store.Withheld, Indexes: []store.Index{store.ByRoom}},
	{Table: store.Secrets},
	{Table: store.Settings},
	{Table: store.Quarantine},
}
