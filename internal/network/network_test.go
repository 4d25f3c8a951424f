package network

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// outcome is what became of many requests.
type outcome struct {
	arrived  map[string]int // how often, by body
	order    []string
	statuses map[int]int
	answers  []string
	slowest  time.Duration
}

// sendAll sends requests at once over a network with faults.
func sendAll(seed uint64, count int, faults Faults, then func(n *Network, c *Clock)) outcome {
	o := outcome{arrived: make(map[string]int), statuses: make(map[int]int)}
	clock := NewClock(time.Unix(1000, 0))
	n := New(clock, testrand.FromSeed(seed), func(_, _, _, _ string, body []byte) (int, []byte) {
		o.arrived[string(body)]++
		o.order = append(o.order, string(body))
		return 200, body
	})
	n.Faults = faults
	for i := range count {
		n.Send(Request{Body: fmt.Append(nil, i)}, func(status int, answer []byte) {
			o.statuses[status]++
			o.answers = append(o.answers, string(answer))
			o.slowest = max(o.slowest, clock.Now().Sub(time.Unix(1000, 0)))
		})
	}
	if then != nil {
		then(n, clock)
	}
	for clock.Step() {
	}
	return o
}

func TestFaults(t *testing.T) {
	const count = 1000
	for name, c := range map[string]struct {
		faults   Faults
		arrived  int // requests, each once or oftener
		statuses map[int]int
		total    int // arrivals
	}{
		"none":          {Faults{}, count, map[int]int{200: count}, count},
		"lost requests": {Faults{LoseRequest: 1}, 0, map[int]int{0: count}, 0},
		"lost answers":  {Faults{LoseAnswer: 1}, count, map[int]int{0: count}, count},
		"duplicates":    {Faults{Duplicate: 1}, count, map[int]int{200: count}, 2 * count},
		"too many":      {Faults{TooMany: 1}, 0, map[int]int{429: count}, 0},
		"failures":      {Faults{Failure: 1}, 0, map[int]int{502: count}, 0},
	} {
		o := sendAll(1, count, c.faults, nil)
		if len(o.arrived) != c.arrived || len(o.order) != c.total || fmt.Sprint(o.statuses) != fmt.Sprint(c.statuses) {
			t.Errorf("%s: %d arrived, %d times, statuses %v", name, len(o.arrived), len(o.order), o.statuses)
		}
		if slices.IsSorted(o.order) && len(o.order) > 0 {
			t.Errorf("%s: nothing was overtaken", name)
		}
		if c.statuses[0] == 0 && o.slowest > 2*time.Second {
			t.Errorf("%s: took %v", name, o.slowest)
		}
	}
	for _, answer := range sendAll(2, 10, Faults{TooMany: 1}, nil).answers {
		if !strings.Contains(answer, `"retry_after_ms":`) {
			t.Error(answer)
		}
	}
}

func TestRough(t *testing.T) {
	o := sendAll(3, 10000, Rough, nil)
	for status, least := range map[int]int{0: 500, 200: 8000, 429: 200, 502: 200} {
		if o.statuses[status] < least {
			t.Errorf("status %d came %d times, of %v", status, o.statuses[status], o.statuses)
		}
	}
	if again := sendAll(3, 10000, Rough, nil); !slices.Equal(again.order, o.order) || !slices.Equal(again.answers, o.answers) {
		t.Error("the same seed went another way")
	}
	if other := sendAll(4, 10000, Rough, nil); slices.Equal(other.order, o.order) {
		t.Error("another seed went the same way")
	}
}

func TestRestart(t *testing.T) {
	const count = 1000
	o := sendAll(5, count, Faults{}, func(n *Network, c *Clock) {
		c.Run(n.Slowest)
		n.Restart(time.Minute)
		n.Send(Request{Body: []byte("too early")}, func(status int, _ []byte) {
			if status != 502 {
				t.Errorf("while it is down: %d", status)
			}
		})
		c.Run(time.Minute)
		n.Send(Request{Body: []byte("later")}, func(status int, _ []byte) {
			if status != 200 {
				t.Errorf("when it is back: %d", status)
			}
		})
	})
	if len(o.arrived) != count+1 || o.arrived["later"] != 1 {
		t.Errorf("%d arrived", len(o.arrived))
	}
	if o.statuses[0] < count/4 || o.statuses[200] < count/4 {
		t.Errorf("statuses %v", o.statuses)
	}
}

func TestClockKeepsTheOrder(t *testing.T) {
	c := NewClock(time.Unix(0, 0))
	var got []string
	note := func(name string) func() {
		return func() { got = append(got, fmt.Sprint(name, c.Now().Unix())) }
	}
	c.After(2*time.Second, note("c"))
	c.After(time.Second, func() { note("a")(); c.After(0, note("b")) })
	c.After(2*time.Second, note("d"))
	c.After(5*time.Second, note("e"))
	c.Run(4 * time.Second)
	if c.Now() != time.Unix(4, 0) || fmt.Sprint(got) != "[a1 b1 c2 d2]" {
		t.Errorf("at %v: %v", c.Now(), got)
	}
	for c.Step() {
	}
	if fmt.Sprint(got) != "[a1 b1 c2 d2 e5]" {
		t.Error(got)
	}
}
