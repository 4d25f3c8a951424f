package simulation

import (
	"os"
	"testing"
	"time"
)

// crashPoint is where in its first life a program ends: at a commit or at a request,
// numbered from 1.
type crashPoint struct {
	kind   pointKind
	number int
}

type pointKind string

const (
	commitBefore  pointKind = "before a commit took effect"
	commitAfter   pointKind = "after a commit took effect"
	commitFailed  pointKind = "a commit fails, and did nothing"
	commitDone    pointKind = "a commit fails, but did everything"
	requestBefore pointKind = "before a request"
	requestAfter  pointKind = "after a request was sent"
	answerBefore  pointKind = "before an answer is taken over"
)

var pointKinds = []pointKind{commitBefore, commitAfter, commitFailed, commitDone, requestBefore, requestAfter, answerBefore}

var commitTroubles = map[pointKind]trouble{
	commitBefore: crashBefore, commitAfter: crashAfter, commitFailed: failBefore, commitDone: failAfter,
}

// crashesAt tells whether the program is to end now.
func (c *client) crashesAt(kind pointKind, number int) bool {
	return c.life == 1 && c.point == crashPoint{kind, number}
}

// shortStory is a conversation of three users in which everything happens once. One
// device, by its number in the order of logins, ends at a point, and comes back.
func shortStory(t testing.TB, victim int, p crashPoint, ahead bool) (w *world, complaints []string) {
	w = newWorld(t, 1)
	w.pace = 12 * time.Second
	w.plan = func(c *client, number int) {
		c.ahead, c.unsigned, c.policy = ahead, false, ""
		if number == victim {
			c.point = p
			if what, ok := commitTroubles[p.kind]; ok {
				c.disk.plan(what, p.number)
			}
		}
	}
	alice, bob, carol := w.newPerson("@alice:example.org"), w.newPerson("@bob:example.org"), w.newPerson("@carol:example.org")
	room := w.newRoom(alice, usual)
	w.inRoom(bob, room, "POST", "join", "{}")
	w.inRoom(carol, room, "POST", "join", "{}")
	then := func(do ...func()) {
		w.clock.Run(25 * time.Second)
		for _, d := range do {
			d()
		}
	}
	speak := func(device int) func() { return func() { w.clients[device].say(room) } }
	then(speak(0), speak(0))
	then(speak(1))
	then(func() { w.newDevice(alice) })
	then(speak(0), speak(2), speak(3))
	then(func() { w.inRoom(carol, room, "POST", "leave", "{}") })
	then(speak(0), speak(1))
	then(func() { w.inRoom(carol, room, "POST", "join", "{}") })
	then(speak(0), speak(3))
	then(func() { w.clients[1].logout(); w.newDevice(bob) })
	then(speak(0), speak(4))
	then(func() { w.clients[victim].point = crashPoint{} })
	w.settle()
	return w, w.verdict()
}

// TestT37EveryCrashPoint ends a program at each of its commits, and at each request
// and answer. Whatever it was about, it goes on as if nothing had happened.
func TestT37EveryCrashPoint(t *testing.T) {
	for _, c := range []struct {
		name   string
		victim int
		ahead  bool
	}{
		{"the first device", 0, true},
		{"the first device, which syncs from where its application is", 0, false},
		{"the second device", 3, true},
		{"another user's first device, which is logged out", 1, false},
		{"another user's new device", 4, false},
	} {
		t.Run(c.name, func(t *testing.T) { everyPoint(t, c.victim, c.ahead) })
		if os.Getenv("MUDPUPPY_LONG") == "" {
			break
		}
	}
}

func everyPoint(t *testing.T, victim int, ahead bool) {
	points := 0
	for _, kind := range pointKinds {
		for number := 1; ; number += pointStep {
			w, complaints := shortStory(t, victim, crashPoint{kind, number}, ahead)
			if counts := w.judge.Counts(); counts.Messages != 12 || counts.MustNot == 0 {
				t.Errorf("%s %d: %+v", kind, number, counts)
			}
			for _, c := range complaints {
				t.Errorf("%s %d: %s", kind, number, c)
			}
			if c := w.clients[victim]; c.life == 1 && !c.disk.struck { // there are no more
				break
			}
			points++
		}
	}
	t.Logf("%d points", points)
}
