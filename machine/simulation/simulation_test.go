package simulation

import (
	"os"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/judge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/network"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// steps are how much happens in a conversation, at least.
const steps = 80

// converse lets a world live for some steps, come to rest, and be judged.
func converse(t testing.TB, seed uint64, hostile bool) (*world, []string) {
	w := newWorld(t, seed)
	w.wild, w.hours = true, w.chance(0.5)
	if hostile {
		w.server.Lies = w.lies()
		w.judge.Lossy = true
	}
	w.begin()
	w.net.Faults = pick(w, []network.Faults{{}, network.Rough, network.Rough})
	w.server.AskForPassword = w.chance(0.5)
	w.server.ToDeviceLimit = pick(w, []int{100, 3})
	for range steps + w.rand.IntN(steps) {
		w.clock.Run(w.within(8 * time.Second))
		w.act()
	}
	w.settle()
	return w, w.verdict()
}

// lies are some of what a server can do to its users. (That it can add devices, too,
// is nothing new to those who have devices that nobody signed.)
func (w *world) lies() homeserver.Lies {
	l := homeserver.Lies{ClaimTwice: w.chance(0.3)}
	dropped := w.rand.Float64() / 5
	l.Withhold = func(homeserver.Happening) bool { return w.chance(dropped) }
	if w.chance(0.3) {
		count := w.rand.IntN(100)
		l.Count = &count
	}
	return l
}

// report fails a test for complaints, of which it shows the first few.
func report(t testing.TB, seed uint64, hostile bool, complaints []string) {
	t.Helper()
	for i, c := range complaints {
		if i == 12 {
			t.Logf("and %d more", len(complaints)-i)
			break
		}
		t.Error(c)
	}
	if len(complaints) > 0 {
		name := map[bool]string{false: "TestConversations", true: "TestT28HostileServer"}[hostile]
		t.Logf("to repeat this one: MUDPUPPY_SEED=%d MUDPUPPY_COUNT=1 go test ./machine/simulation -run %s", seed, name)
	}
}

// TestConversations holds T33 and T37 for whole devices: however people come and
// go, and whatever goes wrong, those read who should, and nobody else.
func TestConversations(t *testing.T) { many(t, false) }

// TestT28HostileServer has the server lie: nobody else reads all the same.
func TestT28HostileServer(t *testing.T) { many(t, true) }

func many(t *testing.T, hostile bool) {
	first := testrand.Seed(t)
	var all judge.Counts
	for i := range min(testrand.Count(t, runs), mostRuns) {
		seed := first + uint64(i)
		w, complaints := converse(t, seed, hostile)
		report(t, seed, hostile, complaints)
		if t.Failed() {
			break
		}
		all = all.Plus(w.judge.Counts())
	}
	t.Logf("%+v", all)
}

// TestSoak runs conversations until a time is over: `make soak DURATION=10m`.
func TestSoak(t *testing.T) {
	text := os.Getenv("MUDPUPPY_SOAK")
	if text == "" {
		t.Skip("for make soak")
	}
	duration, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	seed := testrand.Seed(t)
	var all judge.Counts
	runs, end := 0, time.Now().Add(duration)
	for ; time.Now().Before(end) && !t.Failed(); runs++ {
		seed++
		hostile := runs%4 == 3
		w, complaints := converse(t, seed, hostile)
		report(t, seed, hostile, complaints)
		all = all.Plus(w.judge.Counts())
	}
	t.Logf("%d runs: %+v", runs, all)
}
