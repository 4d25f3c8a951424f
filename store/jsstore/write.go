//go:build js && wasm

package jsstore

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

var indexes = []store.Index{store.ByRoom, store.BySender, store.Pending}

// writeQuery makes a Query of mudpuppy/store.
func writeQuery(q *store.Query) map[string]any {
	query := map[string]any{"table": string(q.Table)}
	if q.Keys != nil {
		keys := make([]any, len(q.Keys))
		for i, key := range q.Keys {
			keys[i] = toText(key)
		}
		query["keys"] = keys
		return query
	}
	query["limit"] = q.PageLen()
	if q.Index != "" {
		query["index"], query["value"] = string(q.Index), toText(q.Value)
	}
	if q.After != "" {
		query["after"] = toText(q.After)
	}
	return query
}

// writeChanges makes Changes of mudpuppy/store, with copies of the values.
func writeChanges(c *store.Changes) (map[string]any, error) {
	puts, deletes := make([]any, len(c.Puts)), make([]any, len(c.Deletes))
	for i := range c.Puts {
		r := &c.Puts[i]
		value, err := copyToJS(r.Value)
		if err != nil {
			return nil, err
		}
		record := writeRef(r.Ref)
		record["value"] = value
		if texts := writeIndexes(&r.Indexes); len(texts) > 0 {
			record["indexes"] = texts
		}
		puts[i] = record
	}
	for i, r := range c.Deletes {
		deletes[i] = writeRef(r)
	}
	return map[string]any{
		"claim": c.Claim, "relaxed": c.Relaxed, "sealed": c.Sealed, "puts": puts, "deletes": deletes,
	}, nil
}

func writeRef(r store.Ref) map[string]any {
	return map[string]any{"table": string(r.Table), "key": toText(r.Key)}
}

func writeIndexes(x *store.Indexes) map[string]any {
	texts := make(map[string]any)
	for _, i := range indexes {
		if text := x.Get(i); text != "" {
			texts[string(i)] = toText(text)
		}
	}
	return texts
}

func copyToJS(b []byte) (safejs.Value, error) {
	value, err := jsUint8Array.New(len(b))
	if err != nil {
		return value, thrown("new Uint8Array", err)
	}
	if _, err := safejs.CopyBytesToJS(value, b); err != nil {
		return value, thrown("new Uint8Array", err)
	}
	return value, nil
}
