package storetest

import (
	"sync"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

func newStore(s *suite) {
	for _, d := range store.Tables {
		page, err := s.opened().Load(s.ctx, table(d.Table))
		if err != nil || len(page.Records)+len(page.Broken) > 0 || page.Next != "" || page.Epoch != 0 {
			s.Errorf("%s: %+v, %v", d.Table, page, err)
		}
	}
}

func claims(s *suite) {
	a := s.owned()
	if a.epoch != 1 {
		s.Errorf("the first epoch is %d", a.epoch)
	}
	for _, wrong := range []uint64{0, 1, 3, 1 << 52} {
		s.wantsError("a claim of a wrong epoch", a.Commit(s.ctx, wrong, store.Changes{Claim: true}), store.ErrStale)
	}
	// A claim may bring changes along.
	if err := a.Commit(s.ctx, 2, store.Changes{Claim: true, Puts: []store.Record{record(store.Settings, "k", "v")}}); err != nil {
		s.Fatal(err)
	}
	page, err := a.Load(s.ctx, table(store.Settings))
	if err != nil || page.Epoch != 2 || len(page.Records) != 1 {
		s.Errorf("after the second claim: %+v, %v", page, err)
	}
}

func staleOwner(s *suite) {
	a := s.owned()
	kept := record(store.Account, "own", "first")
	a.put(kept)
	b := s.owned()
	b.put(record(store.Settings, "b", "was here"))
	for _, c := range []store.Changes{
		{},
		{Puts: []store.Record{record(store.Account, "own", "second")}},
		{Puts: []store.Record{record(store.Account, "other", "second")}, Relaxed: true},
		{Deletes: []store.Ref{ref(store.Account, "own")}},
		{Puts: []store.Record{record(store.Account, "own", "second")}, Claim: true},
	} {
		s.wantsError("a stale commit", a.Commit(s.ctx, a.epoch, c), store.ErrStale)
	}
	for _, wrong := range []uint64{0, b.epoch + 1, 1 << 52} {
		s.wantsError("a commit in a wrong epoch", b.Commit(s.ctx, wrong, store.Changes{Deletes: []store.Ref{kept.Ref}}), store.ErrStale)
	}
	b.wants(table(store.Account), kept)
	// Who is stale may claim it again, and then it is the other one who is.
	a = s.owned()
	a.put(record(store.Settings, "b", "is gone"))
	s.wantsError("a commit of the other", b.Commit(s.ctx, b.epoch, store.Changes{}), store.ErrStale)
}

func claimsAtOnce(s *suite) {
	const many = 8
	epochs := make(chan uint64, many)
	var wait sync.WaitGroup
	for range many {
		opened := s.opened()
		wait.Go(func() {
			epoch, err := store.Claim(s.ctx, opened)
			if err != nil {
				s.Errorf("Claim: %v", err)
			}
			epochs <- epoch
		})
	}
	wait.Wait()
	close(epochs)
	seen := make(map[uint64]bool)
	for epoch := range epochs {
		if seen[epoch] || epoch < 1 || epoch > many {
			s.Errorf("epoch %d, after %v", epoch, seen)
		}
		seen[epoch] = true
	}
}
