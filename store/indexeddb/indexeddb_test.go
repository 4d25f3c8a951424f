//go:build js

package indexeddb_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/indexeddb"
	"github.com/mudpuppy-e2ee/mudpuppy/store/storetest"
)

// needBrowser skips a test where there is no IndexedDB, as in Node.
func needBrowser(t *testing.T) {
	t.Helper()
	if browser.Get("indexedDB").IsUndefined() {
		if os.Getenv("MUDPUPPY_BROWSER") != "" {
			t.Fatal("this browser has no IndexedDB")
		}
		t.Skip("there is no IndexedDB here: run it by tools/browser-exec")
	}
}

var databases int

// newName returns the name of a database that does not exist, and sees to it
// that it does not when the test has ended.
func newName(t *testing.T) string {
	t.Helper()
	needBrowser(t)
	databases++
	name := fmt.Sprintf("test %d", databases)
	destroy := func() {
		if err := indexeddb.Destroy(context.Background(), name, indexeddb.Options{}); err != nil {
			t.Errorf("Destroy: %v", err)
		}
	}
	destroy()
	t.Cleanup(destroy)
	return name
}

func open(t *testing.T, name string) *indexeddb.Store {
	t.Helper()
	s, err := indexeddb.Open(t.Context(), name, indexeddb.Options{})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	needBrowser(t)
	storetest.Run(t, func(t *testing.T) storetest.Open {
		name := newName(t)
		return func() store.Store { return open(t, name) }
	})
}
