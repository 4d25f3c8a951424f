//go:build js

package indexeddb_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// TestDurability: a commit is one transaction, which asks for what it needs.
func TestDurability(t *testing.T) {
	s, epoch := claimed(t, newName(t))
	meddle(t, `
		globalThis.seen = [];
		const { transaction } = IDBDatabase.prototype;
		const { commit } = IDBTransaction.prototype;
		IDBDatabase.prototype.transaction = function (...args) {
			const tx = transaction.apply(this, args);
			seen.push(tx.mode + " " + (args[2]?.durability ?? "") + " " + (tx.durability ?? args[2]?.durability));
			return tx;
		};
		if (commit) IDBTransaction.prototype.commit = function () { seen.push("commit"); return commit.call(this); };
		return () => {
			IDBDatabase.prototype.transaction = transaction;
			if (commit) IDBTransaction.prototype.commit = commit;
		};`)
	for _, relaxed := range []bool{false, true} {
		c := put("k", "1")
		c.Puts = append(c.Puts, store.Record{Ref: store.Ref{Table: store.Account, Key: "own"}})
		c.Relaxed = relaxed
		if err := s.Commit(t.Context(), epoch, c); err != nil {
			t.Fatal(err)
		}
	}
	got := text(t, script(t, `return seen.join(", ")`))
	if want := "readwrite strict strict, commit, readwrite relaxed relaxed, commit"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestBrowsersWithoutCommit: in them a transaction commits when nothing more is
// asked of it.
func TestBrowsersWithoutCommit(t *testing.T) {
	name := newName(t)
	meddle(t, `
		const { commit } = IDBTransaction.prototype;
		delete IDBTransaction.prototype.commit;
		return () => { IDBTransaction.prototype.commit = commit; };`)
	s, epoch := claimed(t, name)
	if err := s.Commit(t.Context(), epoch, put("k", "1")); err != nil {
		t.Error(err)
	}
	wantsError(t, "a stale commit", s.Commit(t.Context(), epoch-1, put("k", "2")), store.ErrStale)
	wantsValue(t, s, "k", "1")
}

// TestPagesReadNoMoreThanTheyMay: the browser is never asked for more records
// than the limit, and never for their number.
func TestPagesReadNoMoreThanTheyMay(t *testing.T) {
	s, epoch := claimed(t, newName(t))
	var c store.Changes
	for _, key := range strings.Split("abcdefghij", "") {
		c.Put(store.Record{Ref: store.Ref{Table: store.InboundSessions, Key: key}, Indexes: store.Indexes{Room: "r"}})
	}
	if err := s.Commit(t.Context(), epoch, c); err != nil {
		t.Fatal(err)
	}
	meddle(t, `
		globalThis.seen = [];
		const undo = [];
		for (const { prototype } of [IDBObjectStore, IDBIndex]) {
			for (const method of ["get", "getAll", "getAllKeys", "getKey", "count", "openCursor", "openKeyCursor"]) {
				const original = prototype[method];
				prototype[method] = function (...args) {
					seen.push(method + (args.length > 1 ? " " + args[1] : ""));
					return original.apply(this, args);
				};
				undo.push(() => { prototype[method] = original; });
			}
		}
		return () => undo.forEach((f) => f());`)
	for _, q := range []store.Query{
		{Table: store.InboundSessions, Limit: 4},
		{Table: store.InboundSessions, Index: store.ByRoom, Value: "r", Limit: 4},
	} {
		page, err := s.Load(t.Context(), q)
		if err != nil || len(page.Records) != 4 {
			t.Errorf("%+v: %+v, %v", q, page, err)
		}
	}
	if got := text(t, script(t, `return seen.join(", ")`)); got != "get, getAll 4, get, getAll 4" {
		t.Error(got)
	}
}

// meddled puts what this package would not into a database.
const meddled = `await new Promise((resolve, reject) => {
	const request = indexedDB.open(a);
	request.onsuccess = () => {
		const tx = request.result.transaction("inbound_sessions", "readwrite");
		const put = (record) => tx.objectStore("inbound_sessions").put(record);
		const value = new Uint8Array([1]);
		put({ key: "a good", value, room: "r" });
		put({ key: "b text", value: "text", room: "r" });
		put({ key: "c none", room: "r" });
		put({ key: "d null", value: null, room: "r" });
		put({ key: "e buffer", value: value.buffer, room: "r" });
		put({ key: "f floats", value: new Float64Array(2), room: "r" });
		put({ key: "g index", value, room: "r", pending: 5 });
		put({ key: "h long", value: { length: 2 ** 50 }, room: "r" });
		put({ key: "i good", value, room: "r" });
		put({ key: 5, value, room: "r" });
		put({ key: ["h"], value, room: "r" });
		put({ key: new Date(), value, room: "r" });
		put({ key: value, value, room: "r" });
		tx.oncomplete = () => resolve(request.result.close());
		tx.onabort = () => reject(tx.error);
	};
})`

// TestBrokenRecords: they are named, and the rest is as it should be.
func TestBrokenRecords(t *testing.T) {
	name := newName(t)
	s, _ := claimed(t, name)
	await(t, meddled, name)
	keys := []string{"a good", "b text", "c none", "d null", "e buffer", "f floats", "g index", "h long", "i good"}
	for _, q := range []store.Query{
		{Table: store.InboundSessions},
		{Table: store.InboundSessions, Limit: 2},
		{Table: store.InboundSessions, Limit: 3},
		{Table: store.InboundSessions, Index: store.ByRoom, Value: "r"},
		{Table: store.InboundSessions, Index: store.ByRoom, Value: "r", Limit: 1},
		{Table: store.InboundSessions, Keys: keys},
	} {
		wantsBroken(t, s, q, "a good, i good", strings.Join(keys[1:8], ", "))
	}
}

func wantsBroken(t *testing.T, s store.Store, q store.Query, good, broken string) {
	t.Helper()
	var gotGood, gotBroken []string
	for n := 0; n == 0 || q.After != "" && n < 100; n++ {
		page, err := s.Load(t.Context(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		for _, r := range page.Records {
			gotGood = append(gotGood, r.Key)
		}
		for _, r := range page.Broken {
			if r.Reason == "" || r.Table != q.Table {
				t.Errorf("%+v: %+v", q, r)
			}
			gotBroken = append(gotBroken, r.Key)
		}
		q.After = page.Next
	}
	slices.Sort(gotGood)
	slices.Sort(gotBroken)
	if g, b := strings.Join(gotGood, ", "), strings.Join(gotBroken, ", "); g != good || b != broken {
		t.Errorf("%+v: got %s; broken %s; want %s; broken %s", q, g, b, good, broken)
	}
}

// TestUnreadableRecords: the browser itself cannot read one of them.
func TestUnreadableRecords(t *testing.T) {
	name := newName(t)
	s, epoch := claimed(t, name)
	var c store.Changes
	for _, key := range strings.Split("abcdefg", "") {
		c.Put(store.Record{Ref: store.Ref{Table: store.InboundSessions, Key: key}, Indexes: store.Indexes{Room: "r"}})
	}
	if err := s.Commit(t.Context(), epoch, c); err != nil {
		t.Fatal(err)
	}
	meddle(t, `
		const { get, getAll } = IDBObjectStore.prototype;
		const ofIndex = IDBIndex.prototype.getAll;
		const failed = () => ({ error: new DOMException("", "DataError") });
		IDBObjectStore.prototype.get = function (key) { return key === "c" ? failed() : get.call(this, key); };
		IDBObjectStore.prototype.getAll = failed;
		IDBIndex.prototype.getAll = failed;
		return () => {
			Object.assign(IDBObjectStore.prototype, { get, getAll });
			IDBIndex.prototype.getAll = ofIndex;
		};`)
	for _, q := range []store.Query{
		{Table: store.InboundSessions},
		{Table: store.InboundSessions, Limit: 3},
		{Table: store.InboundSessions, Index: store.ByRoom, Value: "r", Limit: 2},
		{Table: store.InboundSessions, Keys: []string{"a", "b", "c", "d", "e", "f", "g", "h"}},
	} {
		wantsBroken(t, s, q, "a, b, d, e, f, g", "c")
	}
}

// TestBrokenEpoch: nobody owns such a store, and nobody may change it.
func TestBrokenEpoch(t *testing.T) {
	name := newName(t)
	s, epoch := claimed(t, name)
	for _, broken := range []string{`"1"`, `NaN`, `-1`, `1.5`, `null`, `{}`, `2 ** 53`} {
		await(t, `await new Promise((resolve) => {
			const request = indexedDB.open(a);
			request.onsuccess = () => {
				const tx = request.result.transaction("owners", "readwrite");
				tx.objectStore("owners").put(`+broken+`, "epoch");
				tx.oncomplete = () => resolve(request.result.close());
			};
		})`, name)
		_, err := s.Load(t.Context(), store.Query{Table: store.Rooms})
		wantsError(t, "Load with epoch "+broken, err, store.ErrFailed)
		wantsError(t, "Commit with epoch "+broken, s.Commit(t.Context(), epoch, put("k", "1")), store.ErrFailed)
	}
}
