// Package indexeddb is a store in the browser's database, for pages and workers.
//
//	s, err := indexeddb.Open(ctx, "alice", indexeddb.Options{})
//	epoch, err := store.Claim(ctx, s)
//
// A commit is one transaction of IndexedDB, which the browser forces to the disk
// unless the changes are relaxed. If the connection to the database is lost, as
// happens to devices that sleep, the store opens it again and repeats what it
// was doing once, before it says [store.ErrLost].
//
// Besides the errors of package store, which are wrapped in an [Error] with the
// browser's own name for what happened, all methods return the error of a
// context that ended.
//
// Package store/owner settles which of several pages may have the store.
package indexeddb
