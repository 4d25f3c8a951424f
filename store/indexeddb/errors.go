//go:build js

package indexeddb

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Error is how IndexedDB failed. It unwraps to one of the errors of package
// store.
type Error struct {
	Kind error
	// Name is the name of the DOMException, such as UnknownError, as far as
	// there was one.
	Name string
}

func (e *Error) Error() string {
	if e.Name == "" {
		return e.Kind.Error()
	}
	return e.Kind.Error() + " (" + e.Name + ")"
}

func (e *Error) Unwrap() error { return e.Kind }

// kinds says what exceptions mean. Those of connections that are gone are the
// ones after which it is worth while to open the database again: browsers
// abort what is under way when they lose it, and WebKit says UnknownError when
// a device has slept.
var kinds = map[string]error{
	"QuotaExceededError": store.ErrFull,
	"InvalidStateError":  store.ErrLost,
	"AbortError":         store.ErrLost,
	"UnknownError":       store.ErrLost,
	"VersionError":       store.ErrTooNew,
	"":                   store.ErrLost, // aborted, with no reason given
}

// openKinds says what exceptions mean while the database is opened.
var openKinds = map[string]error{
	"QuotaExceededError": store.ErrFull,
	"VersionError":       store.ErrTooNew,
	"SecurityError":      store.ErrUnavailable, // in frames without an origin
	"InvalidStateError":  store.ErrUnavailable, // in private windows of Firefox
	"NotAllowedError":    store.ErrUnavailable,
	"NotSupportedError":  store.ErrUnavailable,
}

// named makes an error of a DOMException's name.
func named(kinds map[string]error, name string) error {
	kind, known := kinds[name]
	if !known {
		kind = store.ErrFailed
	}
	return &Error{Kind: kind, Name: name}
}

// thrown makes an error of what JavaScript threw.
func thrown(kinds map[string]error, err error) error {
	if err == nil || errors.As(err, new(*Error)) {
		return err
	}
	name := browser.ErrorName(err)
	if name == "" {
		return &Error{Kind: store.ErrFailed}
	}
	return named(kinds, name)
}
