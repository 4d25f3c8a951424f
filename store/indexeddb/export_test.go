//go:build js

package indexeddb

import "github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

// WithStep adds a step to the schema until it is told to undo that.
func WithStep(step func(db safejs.Value) error) (undo func()) {
	before := steps
	steps = append(before[:len(before):len(before)], step)
	return func() { steps = before }
}

// WithStall sets how long the browser may say nothing until it is told to undo
// that.
func WithStall(milliseconds int) (undo func()) {
	before := stall
	stall = milliseconds
	return func() { stall = before }
}
