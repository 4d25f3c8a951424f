package machine

// clockSlack is by how much a clock may be set back, in milliseconds, before what it
// showed earlier is not believed any more.
const clockSlack = 5 * 60_000

// now is the time in milliseconds since 1970.
func (m *Machine) now() int64 { return m.config.Now().UnixMilli() }

// passed reports whether a period has passed since some time. If that lies ahead, the
// clock was wrong then and has been set back, and nobody knows: it counts as passed, lest
// what is to happen after the period does not for years.
func passed(since, period, now int64) bool {
	age := now - since
	return age >= period || age < -clockSlack
}

// arrived reports whether a time has come that was at most maxRetry ahead when it was set.
func arrived(at, now int64) bool { return now >= at || at-now > maxRetry+clockSlack }
