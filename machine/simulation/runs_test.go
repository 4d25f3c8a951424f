//go:build !js

package simulation

const (
	runs, mostRuns = 30, 1000
	pointStep      = 1
)
