//go:build race

package simulation

// With the race detector all of it takes ten times as long; tools/test runs it
// without as well.
const (
	runs, mostRuns = 5, 100
	pointStep      = 20
)
