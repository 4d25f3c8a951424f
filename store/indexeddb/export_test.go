//go:build js

package indexeddb

import "github.com/hack-pad/safejs"

// WithStep adds a step to the schema until it is told to undo that.
func WithStep(step func(db safejs.Value) error) (undo func()) {
	before := steps
	steps = append(before[:len(before):len(before)], step)
	return func() { steps = before }
}
