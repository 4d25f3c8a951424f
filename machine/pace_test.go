package machine

import (
	"fmt"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// A slice takes as long as it should, however long an item takes.
func TestThePaceIsFound(t *testing.T) {
	r := testrand.New(t)
	for _, item := range []time.Duration{0, time.Microsecond, 50 * time.Microsecond, time.Millisecond, 10 * time.Millisecond, time.Second} {
		t.Run(fmt.Sprint(item), func(t *testing.T) {
			p := newPace(1+r.IntN(250), 250)
			now := time.Unix(0, 0)
			var n int
			for range 30 {
				n = p.begin(1000, now)
				varying := item/2 + time.Duration(r.Int64N(int64(item)+1))
				now = now.Add(time.Duration(n) * varying)
				p.end(now)
				if n < 1 || n > 250 {
					t.Fatalf("%d items in a slice", n)
				}
			}
			switch took := time.Duration(n) * item; {
			case took > 4*sliceTime && n > 1, took < sliceTime/4 && n < 250:
				t.Errorf("slices are of %d items, and take %v", n, took)
			}
			before := p.size
			p.begin(1, now)
			if p.end(now); p.size != before && before > 1 {
				t.Errorf("a slice of one item changed the size from %d to %d", before, p.size)
			}
		})
	}
}
