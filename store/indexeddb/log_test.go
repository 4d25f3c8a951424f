//go:build js

package indexeddb_test

import (
	"strings"
	"testing"
)

// onDeleting replaces indexedDB's method deleteDatabase. Before the scratch
// database is deleted, CHANGE is done.
const onDeleting = `
	const original = IDBFactory.prototype.deleteDatabase;
	IDBFactory.prototype.deleteDatabase = function (name) {
		if (name !== "mudpuppy: scratch") return original.call(this, name);
		CHANGE;
		const request = original.call(this, name);
		request.addEventListener("success", () => globalThis.deleted++);
		return request;
	};
	globalThis.deleted = 0;
	return () => { IDBFactory.prototype.deleteDatabase = original; };`

// TestNewLog: what it is good for is shown in log.test.mjs.
func TestNewLog(t *testing.T) {
	needBrowser(t)
	meddle(t, strings.Replace(onDeleting, "CHANGE", "", 1))
	open(t, newName(t))
	if got := text(t, await(t, `
		const inChromium = "dataLoss" in IDBVersionChangeEvent.prototype;
		const left = async () => (await indexedDB.databases()).some(({ name }) => name === "mudpuppy: scratch");
		for (let n = 0; n < 500 && inChromium && (deleted < 2 || await left()); n++) {
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
		return (inChromium ? deleted >= 2 : deleted === 0) && !(await left()) ? "" : deleted + ", left: " + await left();`)); got != "" {
		t.Errorf("databases made and deleted: %s", got)
	}
}

func TestStoreDoesWithoutNewLog(t *testing.T) {
	needBrowser(t)
	meddle(t, strings.Replace(onDeleting, "CHANGE", `throw new DOMException("", "UnknownError")`, 1))
	s, epoch := claimed(t, newName(t))
	if err := s.Commit(t.Context(), epoch, put("k", "1")); err != nil {
		t.Error(err)
	}
	wantsValue(t, s, "k", "1")
}
