//go:build js

package indexeddb

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// opening is a request that opens a database, or deletes it.
type opening struct {
	request   safejs.Value
	handle    safejs.Func
	upgrade   func(event safejs.Value) error // makes what the database lacks, if not nil
	done      chan struct{}                  // closed when failed is there, and db
	blocked   chan struct{}                  // closed when somebody holds it open
	failed    error
	db        safejs.Value
	abandoned bool
	discarded string // what the browser says of data that it has discarded
}

// ask calls a method of indexedDB, and returns what will tell how that ended.
func ask(method string, args ...any) (*opening, error) {
	factory := browser.Get("indexedDB")
	if factory.Type() != safejs.TypeObject {
		return nil, &Error{Kind: store.ErrUnavailable}
	}
	o := &opening{done: make(chan struct{}), blocked: make(chan struct{})}
	var c calls
	o.request = c.call(factory, method, args...)
	if c.err == nil {
		o.handle, c.err = safejs.FuncOf(o.event)
	}
	for _, kind := range []string{"onsuccess", "onerror", "onblocked", "onupgradeneeded"} {
		c.set(o.request, kind, o.handle)
	}
	return o, thrown(openKinds, c.err)
}

// event is called by JavaScript for each event of the request.
func (o *opening) event(_ safejs.Value, args []safejs.Value) any {
	if len(args) == 0 {
		return nil
	}
	var c calls
	kind, _ := c.get(args[0], "type").String()
	switch kind {
	case "blocked":
		close(o.blocked)
	case "upgradeneeded":
		if o.upgrade == nil {
			break
		}
		if err := o.upgrade(args[0]); err != nil {
			o.failed = err
			c.call(c.get(o.request, "transaction"), "abort")
		}
	case "error":
		c.call(args[0], "preventDefault")
		if o.failed == nil {
			o.failed = named(openKinds, browser.NameOf(c.get(o.request, "error")))
		}
		o.end()
	case "success":
		o.db = c.get(o.request, "result")
		if o.abandoned {
			c.call(o.db, "close")
		}
		o.end()
	}
	return nil
}

func (o *opening) end() {
	o.handle.Release() // nothing comes after this event
	close(o.done)
}

// migrate takes the database from the version of its schema to ours.
func (o *opening) migrate(event safejs.Value, mustExist bool) error {
	var c calls
	version, err := c.get(event, "oldVersion").Int()
	db := c.get(o.request, "result")
	if err != nil || c.err != nil || version < 0 || version > len(steps) {
		return &Error{Kind: store.ErrFailed}
	}
	if loss, _ := decodeText(event, "dataLoss"); loss == "total" { // only Chromium has it
		message, _ := decodeText(event, "dataLossMessage")
		o.discarded = loss + ": " + message
	}
	if version == 0 && mustExist {
		return &Error{Kind: store.ErrGone}
	}
	for _, step := range steps[version:] {
		if err := step(db); err != nil {
			return thrown(openKinds, err)
		}
	}
	if version == 0 {
		identity := make([]byte, 16)
		random.Fill(identity)
		array := c.new(uint8Array, len(identity))
		c.copyBytes(array, identity)
		c.call(c.call(c.get(o.request, "transaction"), "objectStore", owners), "put", array, identityKey)
	}
	return thrown(openKinds, c.err)
}

// wait waits for the end of the request. If somebody else holds the database
// open, it waits for that many milliseconds more.
func (o *opening) wait(ctx context.Context, patience int) error {
	tired := make(chan struct{})
	blocked := o.blocked
	var timer *browser.Timer
	defer func() { timer.Stop() }()
	silence, stalled := startStall()
	defer silence.Stop()
	for {
		var err error
		select {
		case <-o.done:
			return o.failed
		case <-blocked:
			blocked = nil
			if timer, err = browser.After(patience, func() { close(tired) }); err == nil {
				continue
			}
		case <-tired:
			err = &Error{Kind: store.ErrBlocked}
		case <-stalled:
			err = errStalled
		case <-ctx.Done():
			err = ctx.Err()
		}
		o.abandoned = true
		return err
	}
}

// openDatabase opens a database, and makes it unless it must be there already.
func openDatabase(ctx context.Context, name string, patience int, mustExist bool) (*opening, error) {
	o, err := ask("open", browser.Text(name), len(steps))
	if err != nil {
		return nil, err
	}
	o.upgrade = func(event safejs.Value) error { return o.migrate(event, mustExist) }
	return o, o.wait(ctx, patience)
}
