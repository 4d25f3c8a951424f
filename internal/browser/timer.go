//go:build js

package browser

import (
	"sync"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
)

// Timer calls a function after some time, or again and again.
type Timer struct {
	once  sync.Once
	id    safejs.Value
	clear string
	call  safejs.Func
}

// After calls f once, after a number of milliseconds. f must not wait for
// anything.
func After(milliseconds int, f func()) (t *Timer, err error) {
	t, err = start("setTimeout", "clearTimeout", milliseconds, func() {
		t.Stop()
		f()
	})
	return t, err
}

// Every calls f again and again. Browsers make it rarer in the background, and
// stop it in pages that are frozen.
func Every(milliseconds int, f func()) (*Timer, error) {
	return start("setInterval", "clearInterval", milliseconds, f)
}

func start(set, clear string, milliseconds int, f func()) (*Timer, error) {
	t := &Timer{clear: clear}
	var err error
	if t.call, err = safejs.FuncOf(func(safejs.Value, []safejs.Value) any {
		f()
		return nil
	}); err != nil {
		return nil, err
	}
	if t.id, err = safejs.Global().Call(set, t.call, milliseconds); err != nil {
		t.call.Release()
		return nil, err
	}
	return t, nil
}

// Stop stops it, if it is there and not stopped yet.
func (t *Timer) Stop() {
	if t == nil {
		return
	}
	t.once.Do(func() {
		safejs.Global().Call(t.clear, t.id)
		t.call.Release()
	})
}
