//go:build js

package indexeddb_test

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/indexeddb"
)

//go:embed testdata/schema1.js
var schema1 string

func TestDatabasesOfSchema1(t *testing.T) {
	name := newName(t)
	await(t, schema1, name)
	before := schema(t, name)
	s := open(t, name)
	for _, c := range []struct {
		query   store.Query
		value   string
		indexes store.Indexes
	}{
		{store.Query{Table: store.Account}, "\x01\x02\x03", store.Indexes{}},
		{store.Query{Table: store.InboundSessions, Index: store.ByRoom, Value: "!r"}, "\x04", store.Indexes{Room: "!r", Pending: "backup"}},
		{store.Query{Table: store.OlmSessions, Index: store.BySender, Value: "curve"}, "", store.Indexes{Sender: "curve"}},
	} {
		page, err := s.Load(t.Context(), c.query)
		if err != nil || len(page.Records) != 1 || string(page.Records[0].Value) != c.value || page.Records[0].Indexes != c.indexes || page.Epoch != 7 {
			t.Errorf("%+v: %+v, %v", c.query, page, err)
		}
	}
	if _, err := store.Claim(t.Context(), s); err != nil {
		t.Error(err)
	}
	fresh := newName(t)
	open(t, fresh)
	if now := schema(t, fresh); now != before {
		t.Errorf("a new database has\n%s\nand one of schema 1\n%s", now, before)
	}
}

// schema describes the object stores and indexes of a database.
func schema(t *testing.T, name string) string {
	t.Helper()
	return text(t, await(t, `return await new Promise((resolve) => {
		const request = indexedDB.open(a);
		request.onsuccess = () => {
			const db = request.result;
			const tx = db.transaction(db.objectStoreNames);
			const all = [...db.objectStoreNames].map((name) => {
				const table = tx.objectStore(name);
				return name + "(" + table.keyPath + ")" + [...table.indexNames].map((i) => " " + i + "(" + table.index(i).keyPath + ")").join("");
			});
			db.close();
			resolve("version " + db.version + "\n" + all.join("\n"));
		};
	})`, name))
}

func TestSchemaHasAllTables(t *testing.T) {
	name := newName(t)
	open(t, name)
	want := []string{"owners()"}
	for _, d := range store.Tables {
		line := string(d.Table) + "(key)"
		indexes := slices.Clone(d.Indexes)
		slices.Sort(indexes)
		for _, i := range indexes {
			line += " " + string(i) + "(" + string(i) + ",key)"
		}
		want = append(want, line)
	}
	slices.Sort(want)
	lines := strings.Split(schema(t, name), "\n")
	for i := range lines {
		lines[i] = strings.Replace(lines[i], "(null)", "()", 1)
	}
	if !slices.Equal(lines[1:], want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines[1:], "\n"), strings.Join(want, "\n"))
	}
}

func TestSchemaIsChangedStepByStep(t *testing.T) {
	name := newName(t)
	old, epoch := claimed(t, name)
	undo := indexeddb.WithStep(func(db safejs.Value) error {
		_, err := db.Call("createObjectStore", "later")
		return err
	})
	s := open(t, name)
	undo()
	if got := schema(t, name); !strings.Contains(got, "\nlater(") || !strings.Contains(got, "version 2\n") {
		t.Error(got)
	}
	if err := s.Commit(t.Context(), epoch, put("k", "1")); err != nil {
		t.Error(err)
	}
	wantsError(t, "who knows only the old schema", old.Commit(t.Context(), epoch, put("k", "2")), store.ErrTooNew)
}

func TestFailedStepChangesNothing(t *testing.T) {
	name := newName(t)
	claimed(t, name)
	before := schema(t, name)
	t.Cleanup(indexeddb.WithStep(func(db safejs.Value) error {
		if _, err := db.Call("createObjectStore", "later"); err != nil {
			return err
		}
		_, err := db.Call("createObjectStore", "later")
		return err
	}))
	_, err := indexeddb.Open(t.Context(), name, indexeddb.Options{})
	wantsError(t, "Open", err, store.ErrFailed)
	if now := schema(t, name); now != before {
		t.Errorf("it was\n%s\nand is\n%s", before, now)
	}
}

func TestDiscarded(t *testing.T) {
	name := newName(t)
	meddle(t, `
		const all = { dataLoss: "total", dataLossMessage: "checksum mismatch" };
		const { prototype } = IDBVersionChangeEvent;
		const before = Object.keys(all).map((key) => [key, Object.getOwnPropertyDescriptor(prototype, key)]);
		for (const key in all) Object.defineProperty(prototype, key, { value: all[key], configurable: true });
		return () => {
			for (const [key, value] of before) {
				if (value) Object.defineProperty(prototype, key, value);
				else delete prototype[key];
			}
		};`)
	if got := open(t, name).Discarded(); got != "total: checksum mismatch" {
		t.Errorf("a database made anew: %q", got)
	}
	if got := open(t, name).Discarded(); got != "" {
		t.Errorf("a database that was there: %q", got)
	}
}

// hold opens a database and does not let go of it, until it is told to.
const hold = `return await new Promise((resolve) => {
	const request = indexedDB.open(a);
	request.onsuccess = () => resolve(() => request.result.close());
})`

func TestBlocked(t *testing.T) {
	name := newName(t)
	claimed(t, name)
	release := await(t, hold, name)
	undo := indexeddb.WithStep(func(safejs.Value) error { return nil })
	impatient := indexeddb.Options{Patience: 30}
	_, err := indexeddb.Open(t.Context(), name, impatient)
	undo()
	wantsError(t, "Open", err, store.ErrBlocked)
	if _, err := release.Invoke(); err != nil {
		t.Fatal(err)
	}
	// What was asked for still happens, but nobody holds the database open.
	release = await(t, hold, name)
	if got := schema(t, name); !strings.Contains(got, "version 2\n") {
		t.Error(got)
	}
	wantsError(t, "Destroy", indexeddb.Destroy(t.Context(), name, impatient), store.ErrBlocked)
	if _, err := release.Invoke(); err != nil {
		t.Fatal(err)
	}
	if err := indexeddb.Destroy(t.Context(), name, indexeddb.Options{}); err != nil {
		t.Errorf("Destroy when nobody holds it any more: %v", err)
	}
}

func TestUnavailable(t *testing.T) {
	needBrowser(t)
	for name, replacement := range map[string]string{
		"none":         `undefined`,
		"forbidden":    `{ open() { throw new DOMException("", "SecurityError") }, deleteDatabase() { throw new DOMException("", "SecurityError") } }`,
		"private mode": `{ open() { throw new DOMException("", "InvalidStateError") }, deleteDatabase() { throw new DOMException("", "InvalidStateError") } }`,
	} {
		t.Run(name, func(t *testing.T) {
			meddle(t, `
				const original = Object.getOwnPropertyDescriptor(globalThis, "indexedDB");
				Object.defineProperty(globalThis, "indexedDB", { value: `+replacement+`, configurable: true });
				return () => { Object.defineProperty(globalThis, "indexedDB", original); };`)
			_, err := indexeddb.Open(t.Context(), "unavailable", indexeddb.Options{})
			wantsError(t, "Open", err, store.ErrUnavailable)
			wantsError(t, "Destroy", indexeddb.Destroy(t.Context(), "unavailable", indexeddb.Options{}), store.ErrUnavailable)
		})
	}
}

func TestClosed(t *testing.T) {
	s, epoch := claimed(t, newName(t))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wantsError(t, "Close", s.Close(), store.ErrClosed)
	wantsError(t, "Commit", s.Commit(t.Context(), epoch, put("k", "1")), store.ErrClosed)
	_, err := s.Load(t.Context(), store.Query{Table: store.Rooms})
	wantsError(t, "Load", err, store.ErrClosed)
}

// TestPersist: some browsers never answer.
func TestPersist(t *testing.T) {
	needBrowser(t)
	if browser.Get("navigator", "storage").IsUndefined() {
		t.Skip("there is no navigator.storage in this browser")
	}
	for name, c := range map[string]struct {
		persist string
		want    indexeddb.Persistence
	}{
		"granted":  {`async () => true`, indexeddb.Persistent},
		"refused":  {`async () => false`, indexeddb.Evictable},
		"rejected": {`async () => { throw new Error() }`, indexeddb.Unknown},
		"silent":   {`() => new Promise(() => {})`, indexeddb.Unknown},
		"absent":   {`undefined`, indexeddb.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			meddle(t, `
				Object.defineProperty(navigator.storage, "persist", { value: `+c.persist+`, configurable: true });
				return () => { delete navigator.storage.persist; };`)
			if got := indexeddb.Persist(t.Context()); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
	t.Logf("this browser's own answer: %d", indexeddb.Persist(t.Context()))
}
