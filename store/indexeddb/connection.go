//go:build js

package indexeddb

import (
	"context"
	"sync/atomic"

	"github.com/hack-pad/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// connection is an open database.
type connection struct {
	db       safejs.Value
	identity string // drawn when the database was made
	commits  bool   // whether its transactions have the method commit
	lost     atomic.Bool
	handle   safejs.Func
}

// connect opens a database, and makes it unless it must be there already.
func connect(ctx context.Context, name string, patience int, mustExist bool) (*connection, error) {
	db, err := openDatabase(ctx, name, patience, mustExist)
	if err != nil {
		return nil, err
	}
	prototype := browser.Get("IDBTransaction", "prototype")
	c := &connection{db: db, commits: browser.Has(prototype, "commit")}
	if c.handle, err = safejs.FuncOf(c.leave); err == nil {
		var set calls
		set.set(db, "onversionchange", c.handle)
		set.set(db, "onclose", c.handle)
		err = set.err
	}
	if err == nil {
		c.identity, err = c.readIdentity(ctx)
	}
	if err != nil {
		c.close()
		return nil, thrown(kinds, err)
	}
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

// readIdentity returns what tells this database from another one that was made
// later under the same name.
func (c *connection) readIdentity(ctx context.Context) (string, error) {
	t, err := begin(c.db, []any{owners}, readOnly, safejs.Undefined())
	if err != nil {
		return "", err
	}
	request := t.call(t.call(t.tx, "objectStore", owners), "get", identityKey)
	if err := t.wait(ctx); err != nil {
		return "", err
	}
	array := t.get(request, "result")
	n, err := array.Length()
	identity := make([]byte, n)
	if err == nil {
		_, err = safejs.CopyBytesToGo(identity, array)
	}
	if err != nil {
		return "", &Error{Kind: store.ErrFailed, Name: "the identity is none"}
	}
	return string(identity), nil
}

// opening is a request that opens a database, or deletes it.
type opening struct {
	request   safejs.Value
	handle    safejs.Func
	mustExist bool
	done      chan struct{} // closed when failed is there, and db
	blocked   chan struct{} // closed when somebody holds it open
	failed    error
	db        safejs.Value
	abandoned bool
}

// ask calls a method of indexedDB, and returns what will tell how that ended.
func ask(method string, args ...any) (*opening, error) {
	factory := browser.Get("indexedDB")
	if factory.Type() != safejs.TypeObject {
		return nil, &Error{Kind: store.ErrUnavailable}
	}
	o := &opening{done: make(chan struct{}), blocked: make(chan struct{})}
	var c calls
	o.request = c.call(factory, method, args...)
	if c.err == nil {
		o.handle, c.err = safejs.FuncOf(o.event)
	}
	for _, kind := range []string{"onsuccess", "onerror", "onblocked", "onupgradeneeded"} {
		c.set(o.request, kind, o.handle)
	}
	return o, thrown(openKinds, c.err)
}

// event is called by JavaScript for each event of the request.
func (o *opening) event(_ safejs.Value, args []safejs.Value) any {
	if len(args) == 0 {
		return nil
	}
	var c calls
	kind, _ := c.get(args[0], "type").String()
	switch kind {
	case "blocked":
		close(o.blocked)
	case "upgradeneeded":
		if err := o.upgrade(args[0]); err != nil {
			o.failed = err
			c.call(c.get(o.request, "transaction"), "abort")
		}
	case "error":
		c.call(args[0], "preventDefault")
		if o.failed == nil {
			o.failed = named(openKinds, browser.NameOf(c.get(o.request, "error")))
		}
		o.end()
	case "success":
		o.db = c.get(o.request, "result")
		if o.abandoned {
			c.call(o.db, "close")
		}
		o.end()
	}
	return nil
}

func (o *opening) end() {
	o.handle.Release() // nothing comes after this event
	close(o.done)
}

// upgrade takes the database from the version of its schema to ours.
func (o *opening) upgrade(event safejs.Value) error {
	var c calls
	version, err := c.get(event, "oldVersion").Int()
	db := c.get(o.request, "result")
	if err != nil || c.err != nil || version < 0 || version > len(steps) {
		return &Error{Kind: store.ErrFailed}
	}
	if version == 0 && o.mustExist {
		return &Error{Kind: store.ErrGone}
	}
	for _, step := range steps[version:] {
		if err := step(db); err != nil {
			return thrown(openKinds, err)
		}
	}
	if version == 0 {
		identity := make([]byte, 16)
		random.Fill(identity)
		own := c.call(c.get(o.request, "transaction"), "objectStore", owners)
		c.call(own, "put", encodeBytes(&c, identity), identityKey)
	}
	return thrown(openKinds, c.err)
}

// wait waits for the end of the request. If somebody else holds the database
// open, it waits for that many milliseconds more.
func (o *opening) wait(ctx context.Context, patience int) error {
	tired := make(chan struct{})
	blocked := o.blocked
	var timer *browser.Timer
	defer func() { timer.Stop() }()
	for {
		var err error
		select {
		case <-o.done:
			return o.failed
		case <-blocked:
			blocked = nil
			if timer, err = browser.After(patience, func() { close(tired) }); err == nil {
				continue
			}
		case <-tired:
			err = &Error{Kind: store.ErrBlocked}
		case <-ctx.Done():
			err = ctx.Err()
		}
		o.abandoned = true
		return err
	}
}

func openDatabase(ctx context.Context, name string, patience int, mustExist bool) (safejs.Value, error) {
	o, err := ask("open", browser.Text(name), len(steps))
	if err != nil {
		return safejs.Undefined(), err
	}
	o.mustExist = mustExist
	err = o.wait(ctx, patience)
	return o.db, err
}
