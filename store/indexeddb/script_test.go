//go:build js

package indexeddb_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
)

// script runs JavaScript, for tests that meddle with the browser. Its arguments
// are called a, b and c.
func script(t *testing.T, body string, args ...any) safejs.Value {
	t.Helper()
	names := []any{"a", "b", "c"}[:len(args)]
	f, err := browser.Get("Function").New(append(names, body)...)
	if err != nil {
		t.Fatal(err)
	}
	v, err := f.Invoke(args...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// await runs JavaScript that may use await, and waits for its end.
func await(t *testing.T, body string, args ...any) safejs.Value {
	t.Helper()
	v, err := browser.Await(t.Context(), script(t, "return (async () => {"+body+"})()", args...))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func text(t *testing.T, v safejs.Value) string {
	t.Helper()
	s, err := v.String()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// meddle runs JavaScript that replaces something, and the function that it
// returns at the end of the test.
func meddle(t *testing.T, body string, args ...any) {
	t.Helper()
	undo := script(t, body, args...)
	t.Cleanup(func() {
		if _, err := undo.Invoke(); err != nil {
			t.Error(err)
		}
	})
}

// onTransactions replaces IDBDatabase's method transaction: the next a
// transactions that write are given to the function CHANGE(tx, db), and the one
// after these is announced.
const onTransactions = `
	const original = IDBDatabase.prototype.transaction;
	let left = a;
	IDBDatabase.prototype.transaction = function (...args) {
		const tx = original.apply(this, args);
		if (args[1] === "readwrite") {
			if (left-- > 0) (CHANGE)(tx, this);
			else globalThis.announce?.();
		}
		return tx;
	};
	return () => { IDBDatabase.prototype.transaction = original; };`

// abortSoon lets a transaction be aborted from outside, as when the browser
// loses its database.
const abortSoon = `(tx) => queueMicrotask(() => tx.abort())`

// madeButLost lets a transaction be made, while those who wait for it hear that
// it was aborted.
const madeButLost = `(tx, db) => {
	let lost;
	Object.defineProperty(tx, "onabort", { set: (f) => (lost = f) });
	Object.defineProperty(tx, "oncomplete", { set: () => {} });
	tx.addEventListener("complete", async () => {
		if (globalThis.meanwhile) await globalThis.meanwhile(db.name);
		lost.call(tx, new Event("abort"));
	});
}`

// forgotten lets a transaction be made, while nobody hears of it.
const forgotten = `(tx) => {
	Object.defineProperty(tx, "onabort", { set: () => {} });
	Object.defineProperty(tx, "oncomplete", { set: () => {} });
}`
