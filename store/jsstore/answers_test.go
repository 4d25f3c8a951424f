//go:build js && wasm

package jsstore_test

import (
	"context"
	"errors"
	"strings"
	"syscall/js"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/jsstore"
)

// answering is a store that answers every call with an expression, in which
// page and record are right.
func answering(t *testing.T, source string) *jsstore.Store {
	t.Helper()
	return open(t, js.Global().Call("eval", `(() => {
		const record = { table: "inbound_sessions", key: "k", value: new Uint8Array([1, 2]), indexes: { room: "r" } };
		const page = { records: [record], epoch: 3 };
		const fail = () => { throw new Error("a trap") };
		const trap = new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });
		const answer = () => `+source+`;
		return { load: answer, commit: answer };
	})()`))
}

var byRoom = store.Query{Table: store.InboundSessions, Index: store.ByRoom, Value: "r", After: "before", Limit: 2}

func TestPagesThatAreRight(t *testing.T) {
	for _, source := range []string{
		"page",
		"Promise.resolve(page)",
		"({ then(resolve) { resolve(page) } })",
		"({ ...page, next: undefined, broken: undefined, more: 'of no matter' })",
		"({ ...page, records: [{ ...record, indexes: { room: 'r', pending: undefined } }] })",
		"({ ...page, records: [{ ...record, value: new (class extends Uint8Array {})([1, 2]) }] })",
		"({ ...page, records: [{ ...record, value: Buffer.from([1, 2]) }] })",
		"({ ...page, records: [{ ...record, value: new Uint8Array([0, 1, 2, 3]).subarray(1, 3) }] })",
		"({ ...page, records: [{ ...record, value: new Uint8Array(new SharedArrayBuffer(2)).map((_, i) => i + 1) }] })",
		"({ ...page, records: [{ ...record, value: require('vm').runInNewContext('new Uint8Array([1, 2])') }] })",
		"new (class { get records() { return [record] } get epoch() { return 3 } })()",
	} {
		page, err := answering(t, source).Load(t.Context(), byRoom)
		if err != nil || page.Epoch != 3 || len(page.Records) != 1 || page.Next != "" {
			t.Errorf("%s: %+v, %v", source, page, err)
			continue
		}
		want := store.Record{Ref: store.Ref{Table: store.InboundSessions, Key: "k"}, Indexes: store.Indexes{Room: "r"}}
		r := page.Records[0]
		if r.Ref != want.Ref || r.Indexes != want.Indexes || string(r.Value) != "\x01\x02" {
			t.Errorf("%s: %+v", source, r)
		}
	}
	page, err := answering(t, `({ records: [], epoch: 0, next: "more", broken: [{ table: "inbound_sessions", key: "b", reason: "torn" }] })`).
		Load(t.Context(), byRoom)
	if err != nil || page.Next != "more" || len(page.Broken) != 1 || page.Broken[0].Key != "b" || page.Broken[0].Reason != "torn" {
		t.Errorf("%+v, %v", page, err)
	}
}

// wrongPages are answers to byRoom that break a rule, with what the error says.
var wrongPages = map[string]string{
	"undefined":           "load returned no page",
	"null":                "load returned no page",
	"[]":                  "epoch",
	"'page'":              "load returned no page",
	"() => page":          "load returned no page",
	"trap":                "load: a trap", // by its method then
	"Promise.resolve(3n)": "load returned no page",

	"({ records: [] })":                            "epoch",
	"({ ...page, epoch: -1 })":                     "epoch",
	"({ ...page, epoch: 0.5 })":                    "epoch",
	"({ ...page, epoch: NaN })":                    "epoch",
	"({ ...page, epoch: 2 ** 53 })":                "epoch",
	"({ ...page, epoch: '3' })":                    "epoch",
	"({ ...page, epoch: 3n })":                     "epoch",
	"({ ...page, get epoch() { return fail() } })": "epoch",

	"({ epoch: 3 })":                                       "no array",
	"({ ...page, records: null })":                         "no array",
	"({ ...page, records: { length: 0 } })":                "no array",
	"({ ...page, records: new Set() })":                    "no array",
	"({ ...page, records: [record, record, record] })":     "too many",
	"({ ...page, records: new Array(2 ** 32 - 1) })":       "too many",
	"({ ...page, get records() { return fail() } })":       "no array",
	"({ ...page, records: new Proxy([], { get: fail }) })": "no array",
	"({ ...page, records: [record, { ...record }] })":      "record 1 of the page is a second one",

	"({ ...page, records: [,] })":                                          "record 0 of the page is no object",
	"({ ...page, records: [null] })":                                       "is no object",
	"({ ...page, records: [trap] })":                                       "of another table",
	"({ ...page, records: [{ ...record, table: 'rooms' }] })":              "of another table",
	"({ ...page, records: [{ ...record, table: undefined }] })":            "of another table",
	"({ ...page, records: [{ ...record, key: '' }] })":                     "no valid key",
	"({ ...page, records: [{ ...record, key: 1 }] })":                      "no valid key",
	"({ ...page, records: [{ ...record, key: 'a\\0b' }] })":                "no valid key",
	"({ ...page, records: [{ ...record, key: '\\ud800' }] })":              "no valid key",
	"({ ...page, records: [{ ...record, key: 'k'.repeat(513) }] })":        "no valid key",
	"({ ...page, records: [{ ...record, key: Object('k') }] })":            "no valid key",
	"({ ...page, records: [{ ...record, get key() { return fail() } }] })": "no valid key",

	"({ ...page, records: [{ ...record, value: undefined }] })":                                            "no Uint8Array",
	"({ ...page, records: [{ ...record, value: '12' }] })":                                                 "no Uint8Array",
	"({ ...page, records: [{ ...record, value: [1, 2] }] })":                                               "no Uint8Array",
	"({ ...page, records: [{ ...record, value: new ArrayBuffer(2) }] })":                                   "no Uint8Array",
	"({ ...page, records: [{ ...record, value: new Uint8ClampedArray(2) }] })":                             "no Uint8Array",
	"({ ...page, records: [{ ...record, value: new Float64Array(2) }] })":                                  "no Uint8Array",
	"({ ...page, records: [{ ...record, value: new DataView(new ArrayBuffer(2)) }] })":                     "no Uint8Array",
	"({ ...page, records: [{ ...record, value: Object.create(Uint8Array.prototype) }] })":                  "no Uint8Array",
	"({ ...page, records: [{ ...record, value: { [Symbol.toStringTag]: 'Uint8Array' } }] })":               "no Uint8Array",
	"({ ...page, records: [{ ...record, value: new Proxy(new Uint8Array(2), {}) }] })":                     "no Uint8Array",
	"(() => { structuredClone(record.value.buffer, { transfer: [record.value.buffer] }); return page })()": "no Uint8Array",
	"({ ...page, records: [{ ...record, get value() { return fail() } }] })":                               "no Uint8Array",
	"({ ...page, records: [{ ...record, value: new Uint8Array(2 ** 20 + 2 ** 14 + 1) }] })":                "too long a value",

	"({ ...page, records: [{ ...record, indexes: undefined }] })":                               "was not asked for",
	"({ ...page, records: [{ ...record, indexes: { room: 'other' } }] })":                       "was not asked for",
	"({ ...page, records: [{ ...record, indexes: null }] })":                                    "no valid indexes",
	"({ ...page, records: [{ ...record, indexes: 'r' }] })":                                     "no valid indexes",
	"({ ...page, records: [{ ...record, indexes: trap }] })":                                    "no valid indexes",
	"({ ...page, records: [{ ...record, indexes: { room: null } }] })":                          "no valid indexes",
	"({ ...page, records: [{ ...record, indexes: { room: 1 } }] })":                             "no valid indexes",
	"({ ...page, records: [{ ...record, indexes: { room: 'r', pending: '' } }] })":              "no valid indexes",
	"({ ...page, records: [{ ...record, indexes: { room: 'r', sender: 's' } }] })":              "no valid indexes",
	"({ ...page, records: [{ ...record, indexes: { room: 'r', pending: 'p'.repeat(513) } }] })": "no valid indexes",

	"({ ...page, next: null })":                         "next is no text",
	"({ ...page, next: '' })":                           "next is no text",
	"({ ...page, next: 1 })":                            "next is no text",
	"({ ...page, next: '\\udc00' })":                    "next is no text",
	"({ ...page, next: 'n'.repeat(4097) })":             "next is no text",
	"({ ...page, get next() { return fail() } })":       "next is no text",
	"({ ...page, next: 'before' })":                     "what it was asked with",
	"({ ...page, broken: {} })":                         "broken is no array",
	"({ ...page, broken: [{}] })":                       "broken is no array",
	"({ ...page, broken: [trap] })":                     "broken is no array",
	"({ ...page, broken: [{ ...record, reason: 1 }] })": "broken is no array",
}

func TestPagesThatAreWrong(t *testing.T) {
	for source, want := range wrongPages {
		page, err := answering(t, source).Load(t.Context(), byRoom)
		if !errors.Is(err, store.ErrFailed) || !strings.Contains(err.Error(), want) || page.Records != nil {
			t.Errorf("%s: %+v, %v; want %q", source, page, err, want)
		}
	}
}

func TestAnswersForKeys(t *testing.T) {
	q := store.Query{Table: store.InboundSessions, Keys: []string{"k", "l"}}
	for source, want := range map[string]string{
		"page":                        "",
		"({ ...page, records: [] })":  "",
		"({ ...page, next: 'more' })": "although keys were asked for",
		"({ ...page, records: [{ ...record, key: 'm' }] })": "was not asked for",
		"({ ...page, records: [record, record] })":          "a second one",
		"({ ...page, records: [record, record, record] })":  "too many",
	} {
		_, err := answering(t, source).Load(t.Context(), q)
		if want == "" && err != nil || want != "" && (!errors.Is(err, store.ErrFailed) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v; want %q", source, err, want)
		}
	}
}

func TestCommitMustReturnNothing(t *testing.T) {
	for _, source := range []string{"undefined", "Promise.resolve()", "({ then(resolve) { resolve(); resolve(1); } })"} {
		if err := answering(t, source).Commit(t.Context(), 1, store.Changes{}); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
	for _, source := range []string{"null", "true", "false", "0", "page", "Promise.resolve(false)"} {
		if err := answering(t, source).Commit(t.Context(), 1, store.Changes{}); !errors.Is(err, store.ErrFailed) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// TestWhatIsThrown: whether thrown or promised, it is the same.
func TestWhatIsThrown(t *testing.T) {
	for source, want := range map[string]struct {
		kind    error
		message string
	}{
		"new Error('disk')": {store.ErrFailed, "load: disk"},
		"Object.assign(new Error('disk'), { code: 'ERR_STORE_FULL' })": {store.ErrFull, "load: disk"},
		"({ code: 'ERR_STORE_GONE' })":                                 {store.ErrGone, "load threw what is no error"},
		"({ message: 'm', code: 'ERR_OTHER' })":                        {store.ErrFailed, "load: m"},
		"({ message: 1, code: 2 })":                                    {store.ErrFailed, "load threw what is no error"},
		"'a text'":                                                     {store.ErrFailed, "load: a text"},
		"'é'.repeat(500)":                                              {store.ErrFailed, "load: " + strings.Repeat("é", 100) + "…"},
		"undefined":                                                    {store.ErrFailed, "load threw what is no error"},
		"null":                                                         {store.ErrFailed, "load threw what is no error"},
		"Symbol('s')":                                                  {store.ErrFailed, "load threw what is no error"},
		"1n":                                                           {store.ErrFailed, "load threw what is no error"},
		"trap":                                                         {store.ErrFailed, "load threw what is no error"},
		"new DOMException('m', 'QuotaExceededError')": {store.ErrFailed, "load: m"},
	} {
		for _, form := range []string{"{ throw " + source + " }", "Promise.reject(" + source + ")"} {
			_, err := answering(t, form).Load(t.Context(), byRoom)
			if !errors.Is(err, want.kind) || err.Error() != want.kind.Error()+": "+want.message {
				t.Errorf("%s: %v", form, err)
			}
			var e *jsstore.Error
			if !errors.As(err, &e) {
				t.Errorf("%s: %T", form, err)
			}
		}
	}
	if _, err := open(t, eval("{ load: class {}, commit() {} }")).Load(context.Background(), byRoom); !errors.Is(err, store.ErrFailed) {
		t.Errorf("a class in place of a method: %v", err)
	}
}

func TestQueriesAsJavaScriptSeesThem(t *testing.T) {
	for want, q := range map[string]store.Query{
		`{"limit":500,"table":"rooms"}`:        {Table: store.Rooms},
		`{"limit":2147483647,"table":"rooms"}`: {Table: store.Rooms, Limit: 1 << 40},
		`{"keys":["a","b"],"table":"rooms"}`:   {Table: store.Rooms, Keys: []string{"a", "\xff", "b", "a", ""}, Limit: 1},
		`{"keys":[],"table":"rooms"}`:          {Table: store.Rooms, Keys: []string{}},
		`{"after":"before","index":"room","limit":2,"table":"inbound_sessions","value":"r"}`: byRoom,
	} {
		s := open(t, eval(`{ load(q) { throw JSON.stringify(Object.fromEntries(Object.entries(q).sort())) }, commit() {} }`))
		if _, err := s.Load(t.Context(), q); err == nil || !strings.HasSuffix(err.Error(), "load: "+want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

func TestChangesAsJavaScriptSeesThem(t *testing.T) {
	s := open(t, eval(`{ load() {}, commit(epoch, changes) { throw JSON.stringify([epoch, changes], (key, value) => {
		if (value instanceof Uint8Array) return [...value];
		return value === null || typeof value !== "object" || Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).sort());
	}) } }`))
	c := store.Changes{Relaxed: true, Sealed: true, Deletes: []store.Ref{{Table: store.Rooms, Key: "d"}}}
	c.Put(store.Record{Ref: store.Ref{Table: store.Withheld, Key: "p"}, Value: []byte{1, 2}, Indexes: store.Indexes{Room: "r"}})
	want := `[7,{"claim":false,"deletes":[{"key":"d","table":"rooms"}],` +
		`"puts":[{"indexes":{"room":"r"},"key":"p","table":"withheld","value":[1,2]}],"relaxed":true,"sealed":true}]`
	if err := s.Commit(t.Context(), 7, c); err == nil || !strings.HasSuffix(err.Error(), "commit: "+want) {
		t.Errorf("%v; want %s", err, want)
	}
}
