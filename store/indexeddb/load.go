//go:build js

package indexeddb

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// load answers a query: usually in one transaction, all at once.
func (c *connection) load(ctx context.Context, q store.Query) (store.Page, error) {
	if q.Keys != nil {
		return c.loadKeys(ctx, q.Table, q.Keys)
	}
	page, err := c.loadRange(ctx, q)
	if err != errUnreadable {
		return page, err
	}
	// One record that the browser cannot read fails them all, so each is asked
	// for by itself.
	keys, err := c.listKeys(ctx, q)
	if err != nil {
		return store.Page{}, err
	}
	page, err = c.loadKeys(ctx, q.Table, keys)
	page.Next = next(keys, q.PageLen())
	return page, err
}

// errUnreadable means that the browser could not read some of what was asked
// for.
var errUnreadable = &Error{Kind: store.ErrFailed, Name: "unreadable"}

// loadKeys reads the records with some keys, each with a request of its own.
func (c *connection) loadKeys(ctx context.Context, table store.Table, keys []string) (store.Page, error) {
	var requests []safejs.Value
	page, _, err := c.read(ctx, table, func(t *transaction, source safejs.Value) (last safejs.Value) {
		for _, key := range keys {
			last = t.call(source, "get", browser.Text(key))
			requests = append(requests, last)
		}
		return last
	})
	if err != nil && err != errUnreadable { // which is the last one's, and shows below
		return store.Page{}, err
	}
	var list calls
	d := store.Defined(table)
	for i, request := range requests {
		if failure := list.get(request, "error"); !failure.IsNull() {
			reason := "the browser cannot read it: " + browser.NameOf(failure)
			page.Broken = append(page.Broken, store.Broken{Ref: store.Ref{Table: table, Key: keys[i]}, Reason: reason})
		} else if found := list.get(request, "result"); !found.IsUndefined() {
			add(&page, d, found, keys[i])
		}
	}
	return page, thrown(kinds, list.err)
}

// loadRange reads a page of a table, or of an index.
func (c *connection) loadRange(ctx context.Context, q store.Query) (store.Page, error) {
	page, found, err := c.readRange(ctx, q, "getAll")
	if err != nil {
		return store.Page{}, err
	}
	d := store.Defined(q.Table)
	last := ""
	n, err := found.Length()
	for i := 0; i < n && err == nil; i++ {
		var o safejs.Value
		if o, err = found.Index(i); err == nil {
			last = add(&page, d, o, "")
		}
	}
	if n == q.PageLen() {
		page.Next = last
	}
	return page, thrown(kinds, err)
}

// listKeys returns the keys of a page.
func (c *connection) listKeys(ctx context.Context, q store.Query) ([]string, error) {
	_, found, err := c.readRange(ctx, q, "getAllKeys")
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

// readRange asks for a page, by the method getAll or getAllKeys.
func (c *connection) readRange(ctx context.Context, q store.Query, method string) (store.Page, safejs.Value, error) {
	return c.read(ctx, q.Table, func(t *transaction, source safejs.Value) safejs.Value {
		if q.Index != "" {
			source = t.call(source, "index", string(q.Index))
		}
		return t.call(source, method, keyRange(&t.calls, &q), q.PageLen())
	})
}

// read reads the epoch and what ask asks for in one transaction, and returns
// the result of the last request, which ask returns.
func (c *connection) read(ctx context.Context, table store.Table, ask func(t *transaction, source safejs.Value) (last safejs.Value)) (page store.Page, result safejs.Value, err error) {
	t, err := begin(c.db, []any{owners, string(table)}, readOnly, safejs.Undefined())
	if err != nil {
		return page, result, thrown(kinds, err)
	}
	epoch := t.call(t.call(t.tx, "objectStore", owners), "get", epochKey)
	request := ask(t, t.call(t.tx, "objectStore", string(table)))
	if request.IsUndefined() {
		request = epoch
	}
	t.until(request)
	if err = t.wait(ctx); err != nil {
		return page, result, err
	}
	if page.Epoch, err = epochOf(t.get(epoch, "result")); err != nil {
		return page, result, err
	}
	if !t.get(request, "error").IsNull() {
		return page, result, errUnreadable
	}
	result = t.get(request, "result")
	return page, result, thrown(kinds, t.err)
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
