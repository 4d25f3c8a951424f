package store

import "errors"

// What can go wrong with any store. Implementations return these and no others
// where they fit, so that an application can act on them.
var (
	// ErrStale means that another owner has claimed the store. Nothing was
	// changed; whoever gets this must not go on with what it has in memory.
	ErrStale = errors.New("store: another owner has claimed it")

	// ErrInvalid means that a query or changes break a rule of this package,
	// which is a mistake of the caller.
	ErrInvalid = errors.New("store: an invalid query, or invalid changes")

	// ErrLost means that the connection to the store is lost and did not come
	// back. What is in memory can be ahead of it.
	ErrLost = errors.New("store: the connection is lost")

	// ErrFull means that there is no space left.
	ErrFull = errors.New("store: no space is left")

	// ErrUnavailable means that there can be no store here, as in some private
	// windows.
	ErrUnavailable = errors.New("store: not available here")

	// ErrBlocked means that somebody has the store open with an older version
	// of its schema, and does not let go.
	ErrBlocked = errors.New("store: held open by an older version")

	// ErrGone means that the store was deleted while it was open.
	ErrGone = errors.New("store: it was deleted")

	// ErrTooNew means that a later version of this module has written the
	// store.
	ErrTooNew = errors.New("store: written by a later version")

	// ErrFailed means that the store failed for a reason that is not among
	// these.
	ErrFailed = errors.New("store: it failed")

	// ErrClosed means that the store was closed.
	ErrClosed = errors.New("store: closed")
)
