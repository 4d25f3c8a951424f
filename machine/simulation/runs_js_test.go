package simulation

// In Node all of it takes ten times as long.
const (
	runs, mostRuns = 3, 100
	pointStep      = 10
)
