//go:build js && wasm

package jsstore_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"syscall/js"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// TestT37FaultsAtEveryStep lets every call to a store in turn go wrong in every
// way, while an owner works on it. What was acknowledged must be there for the
// next owner, nothing in part, and every error must be one that can be acted
// upon.
func TestT37FaultsAtEveryStep(t *testing.T) {
	faults := require("faulty.cjs").Get("faults")
	for i := range faults.Length() {
		fault := faults.Index(i).String()
		t.Run(fault, func(t *testing.T) {
			steps := 0
			for faultAt(t, fault, steps) {
				steps++
			}
			if steps < 10 {
				t.Errorf("only %d calls met the fault", steps)
			}
		})
	}
}

// faultAt lets one call go wrong, and reports whether there was such a call.
func faultAt(t *testing.T, fault string, at int) bool {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stalled := js.FuncOf(func(js.Value, []js.Value) any {
		cancel()
		return nil
	})
	defer stalled.Release()
	right := require("memory.cjs").Invoke()
	wrong := require("faulty.cjs").Invoke(right, fault, at, stalled)

	first := &device{t: t, name: fmt.Sprintf("%s at %d", fault, at), store: open(t, wrong.Get("store"))}
	first.live(ctx)
	next := &device{t: t, name: first.name + ", next owner", store: open(t, right)}
	if err := next.start(t.Context()); err != nil {
		t.Fatalf("%s: %v", next.name, err)
	}
	after := next.read(t.Context())
	first.compare(after)

	// What comes late comes from an owner who is none any more.
	late := wrong.Call("workLate")
	waited := make(chan struct{})
	then := js.FuncOf(func(js.Value, []js.Value) any {
		close(waited)
		return nil
	})
	defer then.Release()
	late.Call("then", then)
	<-waited
	if first.group != nil {
		if err := first.group.Commit(ctx, pair(0, 1000)); err == nil {
			t.Errorf("%s: the first owner goes on", first.name)
		}
	}
	if again := next.read(t.Context()); again != after {
		t.Errorf("%s: %v became %v", first.name, after, again)
	}
	return wrong.Call("met").Bool()
}

const (
	writers = 3
	commits = 4
)

// device does with a store what a device does.
type device struct {
	t     *testing.T
	name  string
	store store.Store
	group *store.Group

	mu           sync.Mutex
	asked, acked [writers]int // the last number of each writer
}

// start claims the store.
func (d *device) start(ctx context.Context) error {
	epoch, err := store.Claim(ctx, d.store)
	if err == nil {
		d.group = store.NewGroup(d.store, epoch)
	}
	return err
}

// live works until all is done, or something fails.
func (d *device) live(ctx context.Context) {
	if err := d.start(ctx); err != nil {
		d.typed(err)
		return
	}
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for n := 1; n <= commits; n++ {
				d.mu.Lock()
				d.asked[w] = n
				d.mu.Unlock()
				if err := d.group.Commit(ctx, pair(w, n)); err != nil {
					d.typed(err)
					return
				}
				d.mu.Lock()
				d.acked[w] = n
				d.mu.Unlock()
			}
		})
	}
	wait.Wait()
	q := store.Query{Table: store.Rooms, Limit: 1}
	for range writers + 1 { // as long as the next pages are new ones
		page, err := d.store.Load(ctx, q)
		if err != nil {
			d.typed(err)
			return
		}
		if q.After = page.Next; q.After == "" {
			return
		}
	}
	d.t.Errorf("%s: the pages do not end", d.name)
}

// typed checks that an error is one that is foreseen.
func (d *device) typed(err error) {
	for _, kind := range []error{store.ErrFull, store.ErrFailed, store.ErrStale, context.Canceled} {
		if errors.Is(err, kind) {
			return
		}
	}
	d.t.Errorf("%s: %v", d.name, err)
}

// pair is a commit that can be seen to be torn.
func pair(w, n int) store.Changes {
	key, value := strconv.Itoa(w), []byte(strconv.Itoa(n))
	return store.Changes{Puts: []store.Record{
		{Ref: store.Ref{Table: store.Rooms, Key: key}, Value: value},
		{Ref: store.Ref{Table: store.Requests, Key: key}, Value: value},
	}}
}

// read returns the numbers that the store has, of which those of a pair must be
// the same.
func (d *device) read(ctx context.Context) (numbers [writers]int) {
	var both [2][writers]int
	for i, table := range []store.Table{store.Rooms, store.Requests} {
		page, err := d.store.Load(ctx, store.Query{Table: table})
		if err != nil {
			d.t.Fatalf("%s: %v", d.name, err)
		}
		for _, r := range page.Records {
			w, _ := strconv.Atoi(r.Key)
			both[i][w], _ = strconv.Atoi(string(r.Value))
		}
	}
	if both[0] != both[1] {
		d.t.Errorf("%s: torn: %v and %v", d.name, both[0], both[1])
	}
	return both[0]
}

// compare checks that the store has what was acknowledged, or what was asked
// for after that.
func (d *device) compare(numbers [writers]int) {
	for w, n := range numbers {
		if n < d.acked[w] || n > d.asked[w] {
			d.t.Errorf("%s: writer %d reads %d, after asking for %d, of which %d was acknowledged", d.name, w, n, d.asked[w], d.acked[w])
		}
	}
}
