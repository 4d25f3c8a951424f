package judge

// Result is what came out when a device tried to read a message in the end, when
// everything had come that could.
type Result string

// The results.
const (
	Read  Result = "read"            // it is the text that was encrypted
	NoKey Result = "no key"          // the key did not come, or for later messages only
	Other Result = "another failure" // or another text
)

// Tried says whether a device could read a message.
func (j *Judge) Tried(d Device, text string, r Result) {
	m := j.messages[text]
	if m == nil {
		j.complain("%s tried to read %q, which nobody encrypted", d, text)
		return
	}
	must, mustNot := j.mustRead(m, d), j.mustNotRead(m, d)
	switch {
	case r == Other:
		j.complain("%s, trying to read %q of %s: %s", d, text, m.Sender, r)
	case must && r != Read && !j.Lossy:
		j.complain("%s should read %q of %s, but has %s", d, text, m.Sender, r)
	case mustNot != "" && r == Read:
		j.complain("%s can read %q of %s, though %s", d, text, m.Sender, mustNot)
	}
}

// Verdict returns all complaints.
func (j *Judge) Verdict() []string { return j.complaints }

// Counts are how much there was to judge, so that nobody is content with nothing.
type Counts struct {
	Messages int // that reached the server
	Sessions int
	MustRead int // pairs of a message and a device
	MustNot  int
}

// Counts returns them.
func (j *Judge) Counts() (c Counts) {
	sessions := make(map[string]bool)
	for _, m := range j.order {
		sessions[m.SessionID] = true
		if m.sent > 0 {
			c.Messages++
		}
		for d := range j.devices {
			if j.mustRead(m, d) {
				c.MustRead++
			}
			if j.mustNotRead(m, d) != "" {
				c.MustNot++
			}
		}
	}
	c.Sessions = len(sessions)
	return c
}

// Plus adds counts up.
func (c Counts) Plus(d Counts) Counts {
	return Counts{c.Messages + d.Messages, c.Sessions + d.Sessions, c.MustRead + d.MustRead, c.MustNot + d.MustNot}
}
