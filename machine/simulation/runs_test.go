//go:build !js && !race

package simulation

const (
	runs, mostRuns = 30, 1000
	pointStep      = 1 // every crash point
)
