//go:build js

package indexeddb

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// transaction is a transaction of IndexedDB. It ends as soon as Go yields to
// the event loop while nothing is asked of it, so all that it is to do is asked
// for first, and waited for afterwards. A call that fails aborts it.
type transaction struct {
	calls
	tx     safejs.Value
	handle safejs.Func
	done   chan struct{} // closed when there is nothing more to wait for
	over   bool          // whether that is so
	failed error         // how it ended, if not well

	// onSuccess is called when a request has succeeded that was told to call
	// the handle. It must not wait for anything.
	onSuccess func(request safejs.Value)
}

const (
	readOnly  = "readonly"
	readWrite = "readwrite"
)

// begin begins a transaction on some object stores. The error is what
// JavaScript threw.
func begin(db safejs.Value, stores []any, mode string, options safejs.Value) (*transaction, error) {
	t := &transaction{done: make(chan struct{})}
	t.tx = t.call(db, "transaction", t.value(stores), mode, options)
	if t.err != nil {
		return nil, t.err
	}
	if t.handle, t.err = safejs.FuncOf(t.event); t.err != nil {
		return nil, t.err
	}
	t.set(t.tx, "oncomplete", t.handle)
	t.set(t.tx, "onabort", t.handle)
	if mode == readOnly {
		t.set(t.tx, "onerror", t.handle)
	}
	return t, nil
}

// event is called by JavaScript for each event of the transaction.
func (t *transaction) event(this safejs.Value, args []safejs.Value) any {
	if len(args) == 0 {
		return nil
	}
	var c calls
	kind, _ := c.get(args[0], "type").String()
	switch kind {
	case "success":
		t.onSuccess(this)
	case "error":
		// What cannot be read must not keep us from reading the rest. The
		// request itself knows that it failed.
		c.call(args[0], "preventDefault")
	case "abort":
		t.end(named(kinds, browser.NameOf(c.get(t.tx, "error"))))
	case "complete":
		t.end(nil)
	}
	return nil
}

// end is called at the last event.
func (t *transaction) end(err error) {
	t.handle.Release()
	t.finish(err)
}

func (t *transaction) finish(err error) {
	if t.over {
		return
	}
	if t.failed == nil {
		t.failed = err
	}
	t.over = true
	close(t.done)
}

// until lets a transaction that only reads be over when its last request has
// succeeded, which is somewhat earlier than when the transaction ends.
func (t *transaction) until(last safejs.Value) {
	t.onSuccess = func(safejs.Value) { t.finish(nil) }
	t.set(last, "onsuccess", t.handle)
}

// abort aborts it for a reason, if it has not ended yet.
func (t *transaction) abort(reason error) {
	if t.failed == nil {
		t.failed = reason
	}
	t.tx.Call("abort") // which throws if it has ended already
}

// wait waits for its end, after all has been asked for.
func (t *transaction) wait(ctx context.Context) error {
	if t.err != nil {
		t.abort(thrown(kinds, t.err))
	}
	timer, stalled := startStall()
	defer timer.Stop()
	select {
	case <-t.done:
		return t.failed
	case <-stalled:
		t.abort(errStalled)
		return errStalled
	case <-ctx.Done():
		t.abort(ctx.Err())
		return ctx.Err()
	}
}

// stall is for how many milliseconds the browser may say nothing. It has been
// seen to forget requests for good, after a device has slept.
var stall = 60_000

var errStalled = &Error{Kind: store.ErrLost, Name: "TimeoutError"}

// startStall returns a channel that is closed when the browser has said nothing
// for too long.
func startStall() (*browser.Timer, <-chan struct{}) {
	stalled := make(chan struct{})
	timer, _ := browser.After(stall, func() { close(stalled) })
	return timer, stalled
}

// epochOf reads what the store of the epoch has.
func epochOf(v safejs.Value) (uint64, error) {
	if v.IsUndefined() {
		return 0, nil // it never had an owner
	}
	f, err := v.Float()
	if err != nil || f < 1 || f >= maxEpoch || f != float64(uint64(f)) {
		return 0, &Error{Kind: store.ErrFailed, Name: "the epoch is none"}
	}
	return uint64(f), nil
}

// maxEpoch is where JavaScript's numbers cease to hold every integer.
const maxEpoch = 1 << 53
