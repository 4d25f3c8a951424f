//go:build js

package indexeddb

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// load answers queries: usually in one transaction, all at once.
func (c *connection) load(ctx context.Context, queries ...store.Query) ([]store.Page, error) {
	looks := make([]look, len(queries))
	epoch, err := c.read(ctx, tablesOf(queries), func(t *transaction) (last safejs.Value) {
		for i := range queries {
			looks[i].Query = queries[i]
			if asked := looks[i].ask(t); !asked.IsUndefined() {
				last = asked
			}
		}
		return last
	})
	if err != nil {
		return nil, err
	}
	pages := make([]store.Page, len(queries))
	for i := range looks {
		if pages[i], err = looks[i].take(); err == errUnreadable {
			pages[i], err = c.loadApart(ctx, queries[i])
		}
		if err != nil {
			return nil, err
		}
		pages[i].Epoch = epoch
	}
	return pages, nil
}

// loadApart answers a query of a range with one record in it that the browser cannot
// read, which fails them all: so each is asked for by itself.
func (c *connection) loadApart(ctx context.Context, q store.Query) (store.Page, error) {
	keys, err := c.listKeys(ctx, q)
	if err != nil {
		return store.Page{}, err
	}
	pages, err := c.load(ctx, store.Query{Table: q.Table, Keys: keys})
	if err != nil {
		return store.Page{}, err
	}
	pages[0].Next = next(keys, q.PageLen())
	return pages[0], nil
}

// errUnreadable means that the browser could not read some of what was asked
// for.
var errUnreadable = &Error{Kind: store.ErrFailed, Name: "unreadable"}

// look is a query within a transaction.
type look struct {
	store.Query
	requests []safejs.Value // one for each key, or one for a page
}

// ask makes the requests, and returns the last one, undefined if there is none.
func (l *look) ask(t *transaction) (last safejs.Value) {
	source := t.call(t.tx, "objectStore", string(l.Table))
	if l.Keys == nil {
		last = askRange(t, source, &l.Query, "getAll")
		l.requests = append(l.requests, last)
		return last
	}
	for _, key := range l.Keys {
		last = t.call(source, "get", browser.Text(key))
		l.requests = append(l.requests, last)
	}
	return last
}

// take returns what was found.
func (l *look) take() (page store.Page, err error) {
	if l.Keys == nil {
		return l.takeRange()
	}
	var list calls
	d := store.Defined(l.Table)
	for i, request := range l.requests {
		if failure := list.get(request, "error"); !failure.IsNull() {
			reason := "the browser cannot read it: " + browser.NameOf(failure)
			page.Broken = append(page.Broken, store.Broken{Ref: store.Ref{Table: l.Table, Key: l.Keys[i]}, Reason: reason})
		} else if found := list.get(request, "result"); !found.IsUndefined() {
			add(&page, d, found, l.Keys[i])
		}
	}
	return page, thrown(kinds, list.err)
}

// takeRange returns a page of a table, or of an index.
func (l *look) takeRange() (page store.Page, err error) {
	found, err := resultOf(l.requests[0])
	if err != nil {
		return page, err
	}
	d := store.Defined(l.Table)
	last := ""
	n, err := found.Length()
	for i := 0; i < n && err == nil; i++ {
		var o safejs.Value
		if o, err = found.Index(i); err == nil {
			last = add(&page, d, o, "")
		}
	}
	if n == l.PageLen() {
		page.Next = last
	}
	return page, thrown(kinds, err)
}

// resultOf returns what a request has found.
func resultOf(request safejs.Value) (safejs.Value, error) {
	var c calls
	if !c.get(request, "error").IsNull() {
		return request, errUnreadable
	}
	result := c.get(request, "result")
	return result, thrown(kinds, c.err)
}

// listKeys returns the keys of a page.
func (c *connection) listKeys(ctx context.Context, q store.Query) ([]string, error) {
	var request safejs.Value
	_, err := c.read(ctx, tablesOf([]store.Query{q}), func(t *transaction) safejs.Value {
		request = askRange(t, t.call(t.tx, "objectStore", string(q.Table)), &q, "getAllKeys")
		return request
	})
	if err != nil {
		return nil, err
	}
	found, err := resultOf(request)
	if err != nil {
		return nil, err
	}
	n, err := found.Length()
	keys := make([]string, 0, n)
	for i := 0; i < n && err == nil; i++ {
		var v safejs.Value
		if v, err = found.Index(i); err == nil {
			var key string
			key, err = v.String()
			keys = append(keys, key)
		}
	}
	return keys, thrown(kinds, err)
}

// next is where the page after these keys begins, if it may exist.
func next(keys []string, limit int) string {
	if len(keys) == 0 || len(keys) < limit {
		return ""
	}
	return keys[len(keys)-1]
}

// add adds a record to a page, among the broken ones if it is. It returns its
// key.
func add(page *store.Page, d *store.Definition, o safejs.Value, key string) string {
	r, reason := decode(d, o)
	if key == "" {
		key = r.Key
	}
	if reason == "" {
		page.Records = append(page.Records, r)
	} else {
		page.Broken = append(page.Broken, store.Broken{Ref: store.Ref{Table: d.Table, Key: key}, Reason: reason})
	}
	return key
}

// askRange asks for a page, by the method getAll or getAllKeys.
func askRange(t *transaction, source safejs.Value, q *store.Query, method string) safejs.Value {
	if q.Index != "" {
		source = t.call(source, "index", string(q.Index))
	}
	return t.call(source, method, keyRange(&t.calls, q), q.PageLen())
}

// tablesOf is the object stores that queries need.
func tablesOf(queries []store.Query) []any {
	var names scope
	for i := range queries {
		names.add(queries[i].Table)
	}
	return names.list()
}

// read reads the epoch, and what ask asks for, in one transaction. It returns when the
// last request has an answer, which ask returns. The first transaction of a connection
// also reads which database it is.
func (c *connection) read(ctx context.Context, stores []any, ask func(t *transaction) (last safejs.Value)) (epoch uint64, err error) {
	t, err := begin(c.db, stores, readOnly, safejs.Undefined())
	if err != nil {
		return 0, thrown(kinds, err)
	}
	own := t.call(t.tx, "objectStore", owners)
	var identity safejs.Value
	if c.identity == "" {
		identity = t.call(own, "get", identityKey)
	}
	found := t.call(own, "get", epochKey)
	last := ask(t)
	if last.IsUndefined() {
		last = found
	}
	t.until(last)
	if err = t.wait(ctx); err != nil {
		return 0, err
	}
	if c.identity == "" {
		if c.identity, err = identityOf(t.get(identity, "result")); err != nil {
			return 0, err
		}
	}
	if epoch, err = epochOf(t.get(found, "result")); err != nil {
		return 0, err
	}
	return epoch, thrown(kinds, t.err)
}

var (
	keyRanges = browser.Get("IDBKeyRange")
	// beyond is the least key that is no text. Keys of other kinds are not ours.
	beyond, _ = uint8Array.New(0)
)

// keyRange is where a page lies: among the keys of a table, or among the pairs
// of text and key of an index.
func keyRange(c *calls, q *store.Query) safejs.Value {
	after := browser.Text(q.After)
	if q.Index == "" {
		return c.call(keyRanges, "bound", after, beyond, q.After != "", true)
	}
	text := browser.Text(q.Value)
	from, to := c.value([]any{text, after}), c.value([]any{text})
	c.call(to, "push", beyond)
	return c.call(keyRanges, "bound", from, to, q.After != "", true)
}
