//go:build js && wasm

package jsstore_test

import (
	"context"
	"errors"
	"syscall/js"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/jsstore"
	"github.com/mudpuppy-e2ee/mudpuppy/store/storetest"
)

// require loads what a file in testdata exports.
func require(name string) js.Value {
	return js.Global().Call("require", "./testdata/"+name)
}

// eval evaluates an expression.
func eval(source string) js.Value {
	return js.Global().Call("eval", "("+source+")")
}

func open(t *testing.T, object js.Value) *jsstore.Store {
	t.Helper()
	s, err := jsstore.New(safejs.Safe(object))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	for name, promised := range map[string]bool{"with promises": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) storetest.Open {
				object := require("memory.cjs").Invoke(promised)
				return func() store.Store { return open(t, object) }
			})
		})
	}
}

// TestConformanceOfTheStoreGiven runs the suite with the store that the host
// has put on globalThis as mudpuppyStoreToTest: a function that returns one
// that opens a new place for a store.
func TestConformanceOfTheStoreGiven(t *testing.T) {
	fresh := js.Global().Get("mudpuppyStoreToTest")
	if fresh.IsUndefined() {
		t.Skip("no store was given")
	}
	storetest.Run(t, func(t *testing.T) storetest.Open {
		place := fresh.Invoke()
		return func() store.Store { return open(t, place.Invoke()) }
	})
}

func TestNewRefusesWhatIsNoStore(t *testing.T) {
	for _, source := range []string{
		"undefined", "null", "1", "'store'", "Symbol()", "{}", "{load() {}}", "{commit() {}}",
		"{load() {}, commit: 1}", "{load() {}, commit: 1n}", "1n", "{load() {}, commit() {}, close: null}",
		"{get load() { throw new Error() }, commit() {}}",
		"new Proxy({}, {get() { throw null }})",
	} {
		if _, err := jsstore.New(safejs.Safe(eval(source))); !errors.Is(err, store.ErrFailed) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestMethodsAreCalledOnTheirStore(t *testing.T) {
	s := open(t, eval(`new class {
		#epoch = 7;
		load() { return { records: [], epoch: this.#epoch } }
		commit(epoch) { this.#epoch = epoch }
		close() { this.#epoch = 0 }
	}`))
	if err := s.Commit(t.Context(), 9, store.Changes{}); err != nil {
		t.Fatal(err)
	}
	if page, err := s.Load(t.Context(), store.Query{Table: store.Rooms}); err != nil || page.Epoch != 9 {
		t.Errorf("%+v, %v", page, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestClose(t *testing.T) {
	for source, want := range map[string]error{
		"undefined":                          nil,
		"() => { globalThis.closed++ }":      nil,
		"() => new Promise(() => {})":        nil, // which is not waited for
		"() => Promise.reject(new Error())":  nil,
		"() => { throw new Error('broken')}": store.ErrFailed,
	} {
		js.Global().Set("closed", 0)
		object := eval("{load() {}, commit() {}}")
		object.Set("close", eval(source))
		s := open(t, object)
		if err := s.Close(); !errors.Is(err, want) {
			t.Errorf("%s: %v", source, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s, again: %v", source, err)
		}
		if closed := js.Global().Get("closed").Int(); closed > 1 {
			t.Errorf("%s: closed %d times", source, closed)
		}
		if _, err := s.Load(t.Context(), store.Query{Table: store.Rooms}); !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s: Load: %v", source, err)
		}
		if err := s.Commit(t.Context(), 1, store.Changes{}); !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s: Commit: %v", source, err)
		}
	}
}

func TestWhatNeverSettlesEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stalls := js.FuncOf(func(js.Value, []js.Value) any {
		cancel()
		return eval("new Promise(() => {})")
	})
	defer stalls.Release()
	object := eval("{}")
	object.Set("load", stalls)
	object.Set("commit", stalls)
	s := open(t, object)
	if _, err := s.Load(ctx, store.Query{Table: store.Rooms}); !errors.Is(err, context.Canceled) {
		t.Errorf("Load: %v", err)
	}
	cancel()
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	if err := s.Commit(ctx, 1, store.Changes{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit: %v", err)
	}
}

// TestTextsThatAreNoUTF8 could find what is kept under U+FFFD.
func TestTextsThatAreNoUTF8(t *testing.T) {
	s := open(t, require("memory.cjs").Invoke())
	epoch, err := store.Claim(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	r := store.Record{Ref: store.Ref{Table: store.InboundSessions, Key: "\ufffd"}, Indexes: store.Indexes{Room: "\ufffd"}}
	if err := s.Commit(t.Context(), epoch, store.Changes{Puts: []store.Record{r}}); err != nil {
		t.Fatal(err)
	}
	for _, q := range []store.Query{
		{Table: r.Table, Keys: []string{"\xff"}},
		{Table: r.Table, Index: store.ByRoom, Value: "\xff"},
	} {
		if page, err := s.Load(t.Context(), q); err != nil || len(page.Records) != 0 || page.Epoch != epoch {
			t.Errorf("%+v: %+v, %v", q, page, err)
		}
	}
	if _, err := s.Load(t.Context(), store.Query{Table: r.Table, After: "\xff"}); !errors.Is(err, store.ErrInvalid) {
		t.Error(err)
	}
	page, err := s.Load(t.Context(), store.Query{Table: r.Table, Keys: []string{"\ufffd", "a", "\ufffd"}})
	if err != nil || len(page.Records) != 1 {
		t.Errorf("a key that stands there twice: %+v, %v", page, err)
	}
}
