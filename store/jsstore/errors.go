//go:build js && wasm

package jsstore

import (
	"errors"
	"syscall/js"
	"unicode/utf8"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Error is an error that JavaScript is the cause of. errors.Is tells which one of
// package store it is: what JavaScript threw under a code such as
// ERR_STORE_FULL, and else [store.ErrFailed].
type Error struct {
	Kind    error
	Message string
	Cause   safejs.Value // what was thrown, or undefined
}

func (e *Error) Error() string { return e.Kind.Error() + ": " + e.Message }

func (e *Error) Unwrap() error { return e.Kind }

// codes are how errors are called in JavaScript.
var codes = []struct {
	code string
	err  error
}{
	{"ERR_STORE_STALE", store.ErrStale},
	{"ERR_STORE_INVALID", store.ErrInvalid},
	{"ERR_STORE_LOST", store.ErrLost},
	{"ERR_STORE_FULL", store.ErrFull},
	{"ERR_STORE_UNAVAILABLE", store.ErrUnavailable},
	{"ERR_STORE_BLOCKED", store.ErrBlocked},
	{"ERR_STORE_GONE", store.ErrGone},
	{"ERR_STORE_TOO_NEW", store.ErrTooNew},
	{"ERR_STORE_FAILED", store.ErrFailed},
	{"ERR_STORE_CLOSED", store.ErrClosed},
}

// wrong is the error for a store that breaks the rules.
func wrong(why string) error {
	return &Error{Kind: store.ErrFailed, Message: why, Cause: safejs.Undefined()}
}

// Thrown is the error for what a function that makes a store threw. It is for
// packages of this module.
func Thrown(function string, err error) error { return thrown(function, err) }

// thrown is the error for what a call threw. It must not ask err for its text,
// which JavaScript would make.
func thrown(method string, err error) error {
	var e js.Error
	if !errors.As(err, &e) {
		return wrong(method + " cannot be called")
	}
	return fromJS(method, safejs.Safe(e.Value))
}

// fromJS is the error for what a method threw or rejected with, which may be
// anything.
func fromJS(method string, cause safejs.Value) error {
	e := &Error{Kind: store.ErrFailed, Message: method + " threw what is no error", Cause: cause}
	if s, err := text(cause); err == nil {
		e.Message = method + ": " + shortened(s)
	}
	if message, err := getText(cause, "message"); err == nil {
		e.Message = method + ": " + shortened(message)
	}
	if code, err := getText(cause, "code"); err == nil {
		for _, c := range codes {
			if c.code == code {
				e.Kind = c.err
			}
		}
	}
	return e
}

// shortened cuts what JavaScript says to a length for messages.
func shortened(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
