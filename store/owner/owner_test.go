//go:build js

package owner_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store/owner"
)

const silence = 200

var names int

// newName returns the name of a lock that nobody has.
func newName(t *testing.T) string {
	t.Helper()
	if browser.Get("navigator", "locks").IsUndefined() || browser.Get("BroadcastChannel").IsUndefined() {
		if os.Getenv("MUDPUPPY_BROWSER") != "" {
			t.Fatal("this browser has no Web Locks")
		}
		t.Skip("there are no Web Locks here: run it by tools/browser-exec")
	}
	names++
	return fmt.Sprintf("owner %d", names)
}

func ask(t *testing.T, name string) *owner.Seat {
	t.Helper()
	s := owner.Ask(name, owner.Options{Silence: silence})
	t.Cleanup(s.Close)
	return s
}

// wants waits for the next change of a role, which is 0 when there is no other.
func wants(t *testing.T, s *owner.Seat, want owner.Role) {
	t.Helper()
	timeout := make(chan struct{})
	timer, err := browser.After(10_000, func() { close(timeout) })
	if err != nil {
		t.Fatal(err)
	}
	defer timer.Stop()
	select {
	case got := <-s.Roles():
		if got != want {
			t.Fatalf("the role is %d, not %d", got, want)
		}
	case <-timeout:
		t.Fatalf("the role does not become %d", want)
	}
}

func pause(t *testing.T, milliseconds int) {
	t.Helper()
	over := make(chan struct{})
	if _, err := browser.After(milliseconds, func() { close(over) }); err != nil {
		t.Fatal(err)
	}
	<-over
}

func wantsNoChange(t *testing.T, seats ...*owner.Seat) {
	t.Helper()
	for i, s := range seats {
		select {
		case role, ok := <-s.Roles():
			t.Errorf("seat %d: %d, %v", i, role, ok)
		default:
		}
	}
}

func TestSeatsInTurn(t *testing.T) {
	name := newName(t)
	a := ask(t, name)
	wants(t, a, owner.Owning)
	b := ask(t, name)
	wants(t, b, owner.Waiting)
	c := ask(t, name)
	wants(t, c, owner.Waiting)
	other := ask(t, name+" of others")
	wants(t, other, owner.Owning)
	pause(t, 3*silence) // longer than a silent owner would have
	wantsNoChange(t, a, b, c, other)
	a.Close()
	wants(t, a, 0)
	wants(t, b, owner.Owning)
	pause(t, 2*silence)
	wantsNoChange(t, b, c)
	b.Close()
	wants(t, c, owner.Owning)
}

func TestWhoStopsWaitingLeavesNothing(t *testing.T) {
	name := newName(t)
	a := ask(t, name)
	wants(t, a, owner.Owning)
	b := ask(t, name)
	wants(t, b, owner.Waiting)
	b.Close()
	wants(t, b, 0)
	c := ask(t, name)
	wants(t, c, owner.Waiting)
	a.Close()
	wants(t, c, owner.Owning)
}

// TestT37SilentOwnerIsRobbed: somebody has the lock and does not answer, as if
// it were frozen.
func TestT37SilentOwnerIsRobbed(t *testing.T) {
	name := newName(t)
	f, err := browser.Get("Function").New("name", `return navigator.locks.request("mudpuppy:" + name, () => new Promise(() => {}))`)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := f.Invoke(name)
	if err != nil {
		t.Fatal(err)
	}
	s := ask(t, name)
	wants(t, s, owner.Waiting)
	wants(t, s, owner.Owning)
	if _, err := browser.Await(t.Context(), lock); browser.ErrorName(err) != "AbortError" {
		t.Errorf("who had it: %v", err)
	}
}

func TestRobbed(t *testing.T) {
	name := newName(t)
	s := ask(t, name)
	wants(t, s, owner.Owning)
	f, err := browser.Get("Function").New("name", `return navigator.locks.request("mudpuppy:" + name, { steal: true }, () => {})`)
	if err != nil {
		t.Fatal(err)
	}
	robber, err := f.Invoke(name)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, s, owner.Robbed)
	wants(t, s, 0)
	if _, err := browser.Await(t.Context(), robber); err != nil {
		t.Fatal(err)
	}
	again := ask(t, name)
	wants(t, again, owner.Owning)
}

func TestWithoutLocks(t *testing.T) {
	newName(t)
	f, err := browser.Get("Function").New("value", `Object.defineProperty(navigator, "locks", { value, configurable: true })`)
	if err != nil {
		t.Fatal(err)
	}
	locks := browser.Get("navigator", "locks")
	if _, err := f.Invoke(safejs.Undefined()); err != nil {
		t.Fatal(err)
	}
	defer f.Invoke(locks)
	for range 2 {
		s := ask(t, "nobody knows")
		wants(t, s, owner.Owning)
	}
}
