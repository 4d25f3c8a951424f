// Package store is how a device keeps its state: records in tables, of which it
// loads some and commits changes to others. Whoever has a place for bytes can
// implement [Store]; its two methods carry everything.
//
//	epoch, err := store.Claim(ctx, s)          // become the store's only owner
//	page, err := s.Load(ctx, store.Query{Table: store.InboundSessions, Index: store.ByRoom, Value: room})
//	var c store.Changes
//	c.Put(store.Record{Ref: store.Ref{Table: store.Account, Key: "own"}, Value: pickle})
//	err = s.Commit(ctx, epoch, c)              // all of it is kept now, or nothing is
//
// A store does not look into what it is given. Keys and values that are to be
// secret are sealed before they come here: see package store/sealed.
//
// Package store/storetest tells whether an implementation is right.
package store

import (
	"context"
	"errors"
)

// Store keeps records. Its methods can be called from several goroutines at
// once.
//
// Only its present owner may change a store. Ownership is a number, the epoch,
// which a new owner raises by one: see [Claim].
type Store interface {
	// Load returns the records that a query asks for, in no particular order.
	// They are the caller's to keep and to change.
	Load(ctx context.Context, q Query) (Page, error)

	// Commit applies changes, all or none, and returns when they are durable.
	// It keeps nothing of what it was given.
	//
	// The epoch must be that of the store: else Commit returns [ErrStale] and
	// changes nothing. With Claim set it must be one more than the store's, and
	// is the store's from then on. It is compared and the changes are made in
	// one step that no other commit can come between.
	//
	// If it returns another error, the changes were made or not made, but not
	// in part.
	Commit(ctx context.Context, epoch uint64, c Changes) error
}

// Ref says which record is meant. Keys are text of 1 to [MaxKeyLen] bytes of
// UTF-8, without the character U+0000.
type Ref struct {
	Table Table
	Key   string
}

// Record is what is kept under a key of a table: up to [MaxValueLen] bytes, and
// the texts by which it can be found besides its key.
type Record struct {
	Ref
	Value   []byte
	Indexes Indexes
}

// Limits of what a store must take, at the least. Callers stay within them.
const (
	MaxKeyLen   = 512
	MaxValueLen = 1 << 20
	MaxChanges  = 2000    // records in a commit
	MaxBytes    = 8 << 20 // of all values in a commit
)

// What a store must take besides when changes are marked as [Changes.Sealed],
// so that the sealed store above it can keep the limits itself.
const (
	SealedRoom        = 16 << 10     // in each value
	SealedRoomChanges = 256          // more records
	SealedRoomBytes   = 3 * MaxBytes // more in all values
)

// Query asks for records of one table: those with given keys, or those with
// some text in an index, or all.
type Query struct {
	Table Table

	// Keys asks for the records with these keys, as far as they exist. All of
	// them come in one page. There are at most [MaxChanges].
	Keys []string

	// Index and Value ask for the records that have this text in this index.
	Index Index
	Value string

	// Limit is how many records may come at once, if not [DefaultLimit]. There
	// may be fewer, also if more follow.
	Limit int
	// After is the Next of the page before.
	After string
}

// DefaultLimit is how many records come at once, if a query does not say.
const DefaultLimit = 500

// Page is an answer to a query.
type Page struct {
	Records []Record
	// Next is what to ask for more with, empty if there is none. Records that
	// are not changed meanwhile come in exactly one page.
	Next string
	// Epoch is that of the store's owner, 0 if it never had one.
	Epoch uint64
	// Broken are records that cannot be read. They have been put aside, and the
	// rest is as it should be.
	Broken []Broken
}

// Broken is a record that cannot be read, or is not what was written.
type Broken struct {
	Ref
	Reason string
}

// Claim makes its caller the owner of a store, and returns the new epoch. Of
// the owner before, no commit succeeds any more.
func Claim(ctx context.Context, s Store) (epoch uint64, err error) {
	for {
		page, err := s.Load(ctx, Query{Table: Meta, Limit: 1})
		if err != nil {
			return 0, err
		}
		epoch = page.Epoch + 1
		// Stale means that somebody else was faster: they lose it again.
		if err = s.Commit(ctx, epoch, Changes{Claim: true}); !errors.Is(err, ErrStale) {
			return epoch, err
		}
	}
}
