package machine

// Level is how important a line of the log is.
type Level int

// The levels.
const (
	Debug   Level = iota // what is of interest to developers of this package
	Info                 // what happens now and then
	Warning              // what should not happen, and is dealt with
	Failure              // what somebody should look into
)

// String returns the level as a word.
func (l Level) String() string {
	switch l {
	case Debug:
		return "debug"
	case Info:
		return "info"
	case Warning:
		return "warning"
	}
	return "error"
}

func (m *Machine) log(l Level, text string) {
	if m.config.Log != nil {
		m.config.Log(l, text)
	}
}
