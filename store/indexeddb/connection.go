//go:build js

package indexeddb

import (
	"context"
	"sync/atomic"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// connection is an open database.
type connection struct {
	db        safejs.Value
	identity  string // drawn when the database was made; empty until something was read
	discarded string // what the browser says of data that it has discarded
	commits   bool   // whether its transactions have the method commit
	lost      atomic.Bool
	handle    safejs.Func
}

// connect opens a database, and makes it unless it must be there already.
func connect(ctx context.Context, name string, patience int, mustExist bool) (*connection, error) {
	o, err := openDatabase(ctx, name, patience, mustExist)
	if err != nil {
		return nil, err
	}
	db := o.db
	prototype := browser.Get("IDBTransaction", "prototype")
	c := &connection{db: db, discarded: o.discarded, commits: browser.Has(prototype, "commit")}
	if c.handle, err = safejs.FuncOf(c.leave); err == nil {
		var set calls
		set.set(db, "onversionchange", c.handle)
		set.set(db, "onclose", c.handle)
		err = set.err
	}
	if err != nil {
		c.close()
		return nil, thrown(kinds, err)
	}
	_, _ = browser.After(logDelay, func() { go startLog(patience) })
	return c, nil
}

// leave is called when the connection is lost, or when somebody wants to delete
// the database or to change its schema, which no open connection may hold up.
// What is under way still ends.
func (c *connection) leave(safejs.Value, []safejs.Value) any {
	c.close()
	return nil
}

func (c *connection) close() {
	if c.lost.Swap(true) {
		return
	}
	var set calls
	set.set(c.db, "onversionchange", safejs.Null())
	set.set(c.db, "onclose", safejs.Null())
	set.call(c.db, "close")
	c.handle.Release()
}

// identify reads which database it is, if nothing was read yet.
func (c *connection) identify(ctx context.Context) error {
	if c.identity != "" {
		return nil
	}
	_, err := c.read(ctx, []any{owners}, func(*transaction) safejs.Value { return safejs.Undefined() })
	return err
}

// identityOf reads what tells this database from another one that was made later under
// the same name.
func identityOf(array safejs.Value) (string, error) {
	n, err := array.Length()
	identity := make([]byte, n)
	if err == nil {
		_, err = safejs.CopyBytesToGo(identity, array)
	}
	if err != nil || n == 0 {
		return "", &Error{Kind: store.ErrFailed, Name: "the identity is none"}
	}
	return string(identity), nil
}
