//go:build js

package indexeddb_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/indexeddb"
)

func put(key, value string) store.Changes {
	return store.Changes{Puts: []store.Record{{Ref: store.Ref{Table: store.Rooms, Key: key}, Value: []byte(value)}}}
}

func claimed(t *testing.T, name string) (*indexeddb.Store, uint64) {
	t.Helper()
	s := open(t, name)
	epoch, err := store.Claim(t.Context(), s)
	if err != nil {
		t.Fatalf("Claim: %v", err)
	}
	return s, epoch
}

func wantsValue(t *testing.T, s store.Store, key, want string) {
	t.Helper()
	page, err := s.Load(t.Context(), store.Query{Table: store.Rooms, Keys: []string{key}})
	got := ""
	if len(page.Records) > 0 {
		got = string(page.Records[0].Value)
	}
	if err != nil || got != want {
		t.Errorf("%s is %q, %v, not %q", key, got, err, want)
	}
}

func wantsError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func lose(t *testing.T, transactions int, how string) {
	t.Helper()
	meddle(t, strings.Replace(onTransactions, "CHANGE", how, 1), transactions)
}

func TestLostConnectionIsMadeAnew(t *testing.T) {
	for _, c := range []struct{ name, how string }{
		{"closed without a word", `
			const original = IDBDatabase.prototype.transaction;
			IDBDatabase.prototype.transaction = function (...args) {
				IDBDatabase.prototype.transaction = original;
				this.close();
				return original.apply(this, args);
			};
			return () => {};`},
		{"told by an event", `
			const original = IDBDatabase.prototype.transaction;
			IDBDatabase.prototype.transaction = function (...args) {
				IDBDatabase.prototype.transaction = original;
				this.onclose(new Event("close"));
				return original.apply(this, args);
			};
			return () => {};`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, epoch := claimed(t, newName(t))
			meddle(t, c.how)
			if err := s.Commit(t.Context(), epoch, put("k", "1")); err != nil {
				t.Errorf("Commit: %v", err)
			}
			meddle(t, c.how)
			wantsValue(t, s, "k", "1")
		})
	}
}

// TestOthersMayChangeTheSchema: nobody waits for us, and we come back when they
// are done, if that is possible.
func TestOthersMayChangeTheSchema(t *testing.T) {
	name := newName(t)
	s, epoch := claimed(t, name)
	const change = `await new Promise((resolve, reject) => {
		const request = indexedDB.open(a, 99);
		request.onblocked = () => reject(new Error("blocked"));
		request.onupgradeneeded = () => { if (b) request.transaction.abort(); };
		request.onerror = (event) => { event.preventDefault(); resolve(); };
		request.onsuccess = () => resolve(request.result.close());
	})`
	await(t, change, name, true)
	if err := s.Commit(t.Context(), epoch, put("k", "1")); err != nil {
		t.Errorf("Commit after a change that was taken back: %v", err)
	}
	wantsValue(t, s, "k", "1")
	await(t, change, name, false)
	wantsError(t, "Commit", s.Commit(t.Context(), epoch, put("k", "2")), store.ErrTooNew)
	_, err := s.Load(t.Context(), store.Query{Table: store.Rooms})
	wantsError(t, "Load", err, store.ErrTooNew)
	_, err = indexeddb.Open(t.Context(), name, indexeddb.Options{})
	wantsError(t, "Open", err, store.ErrTooNew)
}

func TestCommitIsRepeatedOnce(t *testing.T) {
	s, epoch := claimed(t, newName(t))
	lose(t, 1, abortSoon)
	if err := s.Commit(t.Context(), epoch, put("k", "1")); err != nil {
		t.Errorf("a commit lost once: %v", err)
	}
	lose(t, 2, abortSoon)
	wantsError(t, "a commit lost twice", s.Commit(t.Context(), epoch, put("k", "2")), store.ErrLost)
	wantsValue(t, s, "k", "1")
	if err := s.Commit(t.Context(), epoch, put("k", "3")); err != nil {
		t.Errorf("a later commit: %v", err)
	}
}

// TestBrowserThatForgets: nothing waits for ever.
func TestBrowserThatForgets(t *testing.T) {
	name := newName(t)
	s, epoch := claimed(t, name)
	patient := indexeddb.WithStall(50)
	announce, err := safejs.FuncOf(func(safejs.Value, []safejs.Value) any {
		patient() // as what is not forgotten may take its time
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer announce.Release()
	meddle(t, `globalThis.announce = a; return () => { delete globalThis.announce; };`, announce)
	lose(t, 1, forgotten)
	if err := s.Commit(t.Context(), epoch, put("k", "1")); err != nil {
		t.Errorf("a commit forgotten once: %v", err)
	}
	script(t, `delete globalThis.announce`)
	t.Cleanup(indexeddb.WithStall(50))
	lose(t, 2, forgotten)
	wantsError(t, "a commit forgotten twice", s.Commit(t.Context(), epoch, put("k", "2")), store.ErrLost)
	meddle(t, `
		const { open } = IDBFactory.prototype;
		IDBFactory.prototype.open = () => ({});
		return () => { IDBFactory.prototype.open = open; };`)
	_, err = indexeddb.Open(t.Context(), name, indexeddb.Options{})
	wantsError(t, "Open", err, store.ErrLost)
}

// TestCommitOfUnknownOutcome: it was made, but we did not hear of it.
func TestCommitOfUnknownOutcome(t *testing.T) {
	s, epoch := claimed(t, newName(t))
	lose(t, 1, madeButLost)
	if err := s.Commit(t.Context(), epoch, put("k", "1")); err != nil {
		t.Errorf("a commit made twice: %v", err)
	}
	wantsValue(t, s, "k", "1")

	// If it was a claim, the second attempt cannot tell whether the first was
	// made, or somebody else claimed the store.
	lose(t, 1, madeButLost)
	err := s.Commit(t.Context(), epoch+1, store.Changes{Claim: true})
	wantsError(t, "a claim of unknown outcome", err, store.ErrLost)

	// Nor can it when somebody claims the store between the attempts.
	epoch, err = store.Claim(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	lose(t, 1, madeButLost)
	meddle(t, `
		globalThis.meanwhile = (name) => new Promise((resolve) => {
			const request = indexedDB.open(name);
			request.onsuccess = () => {
				const tx = request.result.transaction("owners", "readwrite");
				tx.objectStore("owners").put(a, "epoch");
				tx.oncomplete = () => resolve(request.result.close());
			};
		});
		return () => { delete globalThis.meanwhile; };`, float64(epoch+1))
	err = s.Commit(t.Context(), epoch, put("k", "2"))
	if !errors.Is(err, store.ErrLost) || errors.Is(err, store.ErrStale) {
		t.Errorf("a commit of unknown outcome before another's claim: %v", err)
	}
	wantsValue(t, s, "k", "2") // so that ErrStale would have been wrong
	wantsError(t, "the next commit", s.Commit(t.Context(), epoch, put("k", "3")), store.ErrStale)
}

// TestT37RepeatedCommitUndoesNoLaterOne: a commit that is repeated must not
// bring a ratchet back to where it was.
func TestT37RepeatedCommitUndoesNoLaterOne(t *testing.T) {
	s, epoch := claimed(t, newName(t))
	lose(t, 1, madeButLost)
	meddle(t, `
		const wait = new Promise((resolve) => { globalThis.goOn = resolve; });
		globalThis.meanwhile = () => wait;
		return () => { delete globalThis.meanwhile; };`)
	result := make(chan error)
	commit := func(value string) { result <- s.Commit(t.Context(), epoch, put("k", value)) }
	value := func() string {
		page, err := s.Load(t.Context(), store.Query{Table: store.Rooms})
		if err != nil || len(page.Records) == 0 {
			return ""
		}
		return string(page.Records[0].Value)
	}
	go commit("1")
	for value() != "1" { // made, but nobody was told
	}
	go commit("2")
	for range 10 { // time enough for it, if it did not wait for the other
		value()
	}
	script(t, `goOn()`)
	for range 2 {
		if err := <-result; err != nil {
			t.Error(err)
		}
	}
	wantsValue(t, s, "k", "2")
}

func TestDeletedDatabaseIsGone(t *testing.T) {
	name := newName(t)
	old, epoch := claimed(t, name)
	if err := indexeddb.Destroy(t.Context(), name, indexeddb.Options{}); err != nil {
		t.Fatalf("Destroy: %v", err)
	}
	wantsGone := func() {
		t.Helper()
		wantsError(t, "Commit", old.Commit(t.Context(), epoch, put("k", "old")), store.ErrGone)
		_, err := old.Load(t.Context(), store.Query{Table: store.Rooms})
		wantsError(t, "Load", err, store.ErrGone)
	}
	wantsGone()
	// WebKit lists what it was kept from making, with version 0.
	found := await(t, `return (await indexedDB.databases()).filter((d) => d.name === a && d.version > 0).map((d) => d.version).join()`, name)
	if got := text(t, found); got != "" {
		t.Errorf("it was made again, with version %s", got)
	}
	// A new one under the same name, whose owner has the same epoch, is another.
	fresh, again := claimed(t, name)
	if again != epoch {
		t.Fatalf("the epoch is %d", again)
	}
	wantsGone()
	wantsValue(t, fresh, "k", "")
	if err := fresh.Commit(t.Context(), again, put("k", "new")); err != nil {
		t.Error(err)
	}
}

// TestContextEndsACommitThatWaits: somebody keeps the database busy.
func TestContextEndsACommitThatWaits(t *testing.T) {
	name := newName(t)
	s, epoch := claimed(t, name)
	busy := await(t, `return await new Promise((resolve) => {
		const request = indexedDB.open(a);
		request.onsuccess = () => {
			const tx = request.result.transaction("owners", "readwrite");
			let busy = true;
			const on = () => { if (busy) tx.objectStore("owners").get("epoch").onsuccess = on; };
			on();
			resolve(() => { busy = false; request.result.close(); });
		};
	})`, name)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	go func() { result <- s.Commit(ctx, epoch, put("k", "1")) }()
	cancel()
	wantsError(t, "Commit", <-result, context.Canceled)
	if _, err := busy.Invoke(); err != nil {
		t.Fatal(err)
	}
	wantsValue(t, s, "k", "")
	if err := s.Commit(t.Context(), epoch, put("k", "2")); err != nil {
		t.Errorf("a later commit: %v", err)
	}
}
