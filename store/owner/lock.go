//go:build js

package owner

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
)

// way is how to ask for a lock.
type way int

const (
	ifAvailable way = iota // now or not at all
	inTurn                 // when all who asked before have had it
	steal                  // now, whoever has it
)

func hasLocks() bool {
	return browser.Get("navigator", "locks").Type() == safejs.TypeObject
}

// hold asks for the lock, and if it gets it holds it until ctx ends or somebody
// steals it. It returns whether it had it.
func (s *Seat) hold(ctx context.Context, w way) (held bool) {
	var letGo safejs.Value // resolves the promise for which the lock is ours
	executor, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		letGo = args[0]
		return nil
	})
	if err != nil {
		return false
	}
	defer executor.Release()
	granted, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		if args[0].IsNull() || ctx.Err() != nil {
			return nil
		}
		until, err := browser.Get("Promise").New(executor)
		if err != nil {
			return nil
		}
		held = true
		s.become(Owning)
		return until
	})
	if err != nil {
		return false
	}
	defer granted.Release()

	options, abort := lockOptions(w)
	request, err := browser.Get("navigator", "locks").Call("request", s.lock, options, granted)
	if err != nil {
		return false
	}
	_, err = browser.Await(ctx, request)
	switch {
	case ctx.Err() == nil && held && err != nil:
		s.become(Robbed)
	case held:
		letGo.Invoke()
	case ctx.Err() != nil:
		abort()
		browser.Await(context.Background(), request) // until nobody calls granted any more
	}
	return held
}

// lockOptions returns the options of a request, and what takes it back while it
// waits.
func lockOptions(w way) (options safejs.Value, abort func()) {
	abort = func() {}
	options, _ = browser.Get("Object").New()
	switch w {
	case ifAvailable:
		options.Set("ifAvailable", true)
	case steal:
		options.Set("steal", true)
	case inTurn:
		controller, err := browser.Get("AbortController").New()
		if err != nil {
			return options, abort
		}
		if signal, err := controller.Get("signal"); err == nil {
			options.Set("signal", signal)
		}
		abort = func() { controller.Call("abort") }
	}
	return options, abort
}
