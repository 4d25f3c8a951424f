package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// gate is a store whose commits wait until they are let through.
type gate struct {
	*memory.Store
	arrived chan store.Changes
	results chan error
}

func newGate() *gate {
	return &gate{Store: memory.New(), arrived: make(chan store.Changes), results: make(chan error)}
}

func (g *gate) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	g.arrived <- c
	if err := <-g.results; err != nil {
		return err
	}
	return g.Store.Commit(ctx, epoch, c)
}

// ask commits a record in the group, and returns where the result will be. It
// returns when the group knows of it, for the order of commits to be sure.
func ask(group *store.Group, c store.Changes) <-chan error {
	result := make(chan error, 1)
	before := store.Asked(group)
	go func() { result <- group.Commit(context.Background(), c) }()
	for store.Asked(group) == before {
		runtime.Gosched()
	}
	return result
}

func put(key, value string) store.Changes {
	return store.Changes{Puts: []store.Record{{Ref: store.Ref{Table: store.Rooms, Key: key}, Value: []byte(value)}}}
}

func keys(c store.Changes) string {
	var all []string
	for _, r := range c.Puts {
		all = append(all, r.Key+"="+string(r.Value))
	}
	for _, r := range c.Deletes {
		all = append(all, "-"+r.Key)
	}
	return strings.Join(all, " ")
}

func TestGroupGathersWhatWaits(t *testing.T) {
	g := newGate()
	group := store.NewGroup(g, 0)
	first := ask(group, put("a", "1"))
	if got := keys(<-g.arrived); got != "a=1" {
		t.Errorf("first commit: %s", got)
	}
	var others []<-chan error
	for _, c := range []store.Changes{
		put("b", "1"), put("a", "2"), put("b", "2"), put("c", "1"),
		{Deletes: []store.Ref{{Table: store.Rooms, Key: "c"}, {Table: store.Rooms, Key: "d"}}},
		put("d", "3"),
	} {
		others = append(others, ask(group, c))
	}
	g.results <- nil
	if err := <-first; err != nil {
		t.Error(err)
	}
	if got := keys(<-g.arrived); got != "b=2 a=2 d=3 -c" {
		t.Errorf("second commit: %s", got)
	}
	for _, other := range others {
		select {
		case err := <-other:
			t.Errorf("returned before its commit, with %v", err)
		default:
		}
	}
	g.results <- nil
	for _, other := range others {
		if err := <-other; err != nil {
			t.Error(err)
		}
	}
}

func TestGroupIsAsStrictAsItsStrictestPart(t *testing.T) {
	g := newGate()
	group := store.NewGroup(g, 0)
	relaxed := func(key string) store.Changes {
		c := put(key, "")
		c.Relaxed = true
		return c
	}
	results := []<-chan error{ask(group, relaxed("a"))}
	if c := <-g.arrived; !c.Relaxed {
		t.Error("a relaxed commit became strict")
	}
	results = append(results, ask(group, relaxed("b")), ask(group, put("c", "")), ask(group, relaxed("d")))
	g.results <- nil
	if c := <-g.arrived; c.Relaxed || c.Len() != 3 {
		t.Errorf("relaxed %v, %d records", c.Relaxed, c.Len())
	}
	g.results <- nil
	for _, r := range results {
		<-r
	}
}

// TestT37GroupFailsWhatFollows: what is in memory must never run ahead of the
// store.
func TestT37GroupFailsWhatFollows(t *testing.T) {
	g := newGate()
	group := store.NewGroup(g, 0)
	failing := ask(group, put("a", ""))
	<-g.arrived
	waiting := ask(group, put("b", ""))
	g.results <- store.ErrStale
	go func() { // lets through what should not come
		for range g.arrived {
			g.results <- nil
		}
	}()
	t.Cleanup(func() { close(g.arrived) })
	for i, result := range []<-chan error{failing, waiting} {
		if err := <-result; !errors.Is(err, store.ErrStale) {
			t.Errorf("commit %d: %v", i, err)
		}
	}
	if err := group.Commit(context.Background(), put("c", "")); !errors.Is(err, store.ErrStale) {
		t.Errorf("a later commit: %v", err)
	}
	if page, err := g.Load(context.Background(), store.Query{Table: store.Rooms}); err != nil || len(page.Records) != 0 {
		t.Errorf("the store has %v, %v", page.Records, err)
	}
}

func TestGroupOutlivesWhoGivesUp(t *testing.T) {
	g := newGate()
	group := store.NewGroup(g, 0)
	ctx, cancel := context.WithCancel(context.Background())
	gaveUp := make(chan error)
	go func() { gaveUp <- group.Commit(ctx, put("a", "")) }()
	<-g.arrived
	stays := ask(group, put("b", ""))
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	g.results <- nil
	<-g.arrived
	g.results <- nil
	if err := <-stays; err != nil {
		t.Error(err)
	}
	if page, _ := g.Load(context.Background(), store.Query{Table: store.Rooms}); len(page.Records) != 2 {
		t.Errorf("the store has %v", page.Records)
	}
}

func TestGroupRefusesInvalidChanges(t *testing.T) {
	group := store.NewGroup(memory.New(), 0)
	for _, c := range []store.Changes{{Claim: true}, put("", "")} {
		if err := group.Commit(context.Background(), c); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := group.Commit(context.Background(), put("a", "")); err != nil {
		t.Errorf("after invalid changes: %v", err)
	}
}

// TestGroupSplitsWhatIsTooMuch: many full commits at once become several.
func TestGroupSplitsWhatIsTooMuch(t *testing.T) {
	g := newGate()
	group := store.NewGroup(g, 0)
	var results []<-chan error
	for i := range 5 {
		var c store.Changes
		for j := range store.MaxChanges/2 + 1 {
			c.Put(store.Record{Ref: store.Ref{Table: store.Rooms, Key: fmt.Sprintf("%d %d", i, j)}})
		}
		results = append(results, ask(group, c))
	}
	for i := range results {
		if c := <-g.arrived; c.Len() != store.MaxChanges/2+1 || !strings.HasPrefix(c.Puts[0].Key, fmt.Sprint(i)) {
			t.Errorf("commit %d: %d records from %s", i, c.Len(), c.Puts[0].Key)
		}
		g.results <- nil
		if err := <-results[i]; err != nil {
			t.Error(err)
		}
	}
}

// TestGroupAgainstOneByOne: many writers at once leave what they would leave one
// after the other, each in its own records.
func TestGroupAgainstOneByOne(t *testing.T) {
	s := memory.New()
	group := store.NewGroup(s, 0)
	seeds := testrand.New(t)
	var wait sync.WaitGroup
	for w := range 8 {
		n := 20 + seeds.IntN(60)
		wait.Go(func() {
			for i := range n {
				if err := group.Commit(context.Background(), put(fmt.Sprintf("%d/%d", w, i%7), fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			}
			page, err := s.Load(context.Background(), store.Query{Table: store.Rooms, Keys: []string{fmt.Sprintf("%d/%d", w, (n-1)%7)}})
			if err != nil || len(page.Records) != 1 || string(page.Records[0].Value) != fmt.Sprint(n-1) {
				t.Errorf("writer %d read %v, %v after commit %d", w, page.Records, err, n-1)
			}
		})
	}
	wait.Wait()
}
