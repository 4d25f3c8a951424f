//go:build js

package async

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/promise"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store/owner"
)

// LogLevel is how important a line of the log must be to be told.
type LogLevel string

// The levels.
const (
	LogDebug   LogLevel = "debug"
	LogInfo    LogLevel = "info"
	LogWarning LogLevel = "warn"
	LogError   LogLevel = "error"
	LogNothing LogLevel = "silent"
)

// levels are the names of the machine's levels.
var levels = map[machine.Level]LogLevel{
	machine.Debug: LogDebug, machine.Info: LogInfo, machine.Warning: LogWarning, machine.Failure: LogError,
}

// logger tells a listener what is at least as important as a level.
func logger(listener uint32, least LogLevel) func(machine.Level, string) {
	for lowest := machine.Debug; lowest <= machine.Failure; lowest++ {
		if levels[lowest] != least {
			continue
		}
		return func(level machine.Level, line string) {
			if level >= lowest {
				tellOf(listener, "log", func(w *promise.Writer) {
					w.PutText(string(levels[level]))
					w.PutText(line)
				})
			}
		}
	}
	return nil
}

// tellOf tells a listener of something, which put writes. What the kinds mean to
// JavaScript stands in web/src/machine/news.ts.
func tellOf(listener uint32, kind string, put func(w *promise.Writer)) {
	var w promise.Writer
	w.PutText(kind)
	put(&w)
	promise.Notify(listener, &w)
}

func tellRole(listener uint32, role string) {
	tellOf(listener, "role", func(w *promise.Writer) { w.PutText(role) })
}

// tell tells of an event of the machine.
func (m *Machine) tell(event machine.Event) {
	switch e := event.(type) {
	case machine.RoomKeys:
		tellOf(m.listener, "roomKeys", func(w *promise.Writer) {
			w.PutText(e.RoomID)
			putTexts(w, e.SessionIDs)
		})
	case machine.DevicesChanged:
		tellOf(m.listener, "devicesChanged", func(w *promise.Writer) { putTexts(w, e.UserIDs) })
	case machine.IdentityEvent:
		tellOf(m.listener, "identityChanged", func(w *promise.Writer) { w.PutText(e.UserID) })
	case machine.StoreLost:
		tellOf(m.listener, "storeLost", func(w *promise.Writer) {
			code, message := promise.Describe(e.Err)
			w.PutText(code)
			w.PutText(message)
		})
		m.Wipe()
	}
}

// watchSeat closes the machine when another page has taken its store.
func (m *Machine) watchSeat() {
	if m.place.seat == nil {
		return
	}
	for role := range m.place.seat.Roles() {
		if role == owner.Robbed {
			tellRole(m.listener, "robbed")
			m.close()
		}
	}
}
