package machine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// heldStore is a store whose commits can be held up, and made to fail.
type heldStore struct {
	store.Store
	mu      sync.Mutex
	gate    chan struct{} // commits wait until it is closed, if there is one
	entered chan struct{} // told of each that waits
	failing error         // what commits return, if not nil
}

func newHeldStore() *heldStore {
	return &heldStore{Store: memory.New(), entered: make(chan struct{}, 100)}
}

// hold has commits wait until release is called.
func (s *heldStore) hold() (release func()) {
	gate := make(chan struct{})
	s.set(gate, nil)
	return func() {
		s.set(nil, nil)
		close(gate)
	}
}

func (s *heldStore) fail(err error) { s.set(nil, err) }

func (s *heldStore) set(gate chan struct{}, failing error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate, s.failing = gate, failing
}

func (s *heldStore) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	s.mu.Lock()
	gate, failing := s.gate, s.failing
	s.mu.Unlock()
	if failing != nil {
		return failing
	}
	if gate != nil {
		s.entered <- struct{}{}
		<-gate
	}
	return s.Store.Commit(ctx, epoch, c)
}

// TestWhatIsForgottenIsReadWhenAllHasArrived abandons a step while the commit of
// another is under way: the ratchet that this one has advanced must not be read as
// it was before.
func TestWhatIsForgottenIsReadWhenAllHasArrived(t *testing.T) {
	w := newWorld(t)
	s := newHeldStore()
	a, b := w.device(alice, "ALICE", withStore(s)), w.device(bob, "BOB")
	a.meet(b)
	release := s.hold()
	var wait sync.WaitGroup
	wait.Go(func() { a.write(b, "first") })
	<-s.entered
	w.must(a.Abandon(ctx))
	wait.Go(func() {
		time.Sleep(50 * time.Millisecond)
		release()
	})
	a.write(b, "second")
	wait.Wait()
	settle(a, b)
	if got := b.eventTypes(); len(got) != 3 {
		t.Errorf("received %q", got)
	}
}

// TestMoreUsersThanACommitTakes tracks, in one step each, the members of a large room,
// and those that a sync tells of.
func TestMoreUsersThanACommitTakes(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	var members []string
	var joins strings.Builder
	for n := range store.MaxChanges + 1 {
		members = append(members, fmt.Sprintf("@%d:example.org", n))
		fmt.Fprintf(&joins, `,{"type":"m.room.member","state_key":"@a%d:example.org","content":{"membership":"join"}}`, n)
	}
	w.must(a.TrackUsers(ctx, members))
	_, err := a.ReceiveSync(ctx, []byte(`{"rooms":{"join":{"!large":{"state":{"events":[`+
		`{"type":"m.room.encryption","state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2"}}`+joins.String()+`]}}}}}`))
	w.must(err)
	a.open()
	queries := 0
	requests, err := a.OutgoingRequests(ctx)
	w.must(err)
	for _, r := range requests {
		queries += strings.Count(string(r.Body), `:example.org":[]`)
	}
	if want := 2 * len(members); queries != want {
		t.Errorf("%d users are asked for, not %d", queries, want)
	}
}

// TestEventsOfASyncThatFailsAreNotLost has the store fail after the events of a sync
// were decrypted: they cannot be decrypted again when it comes again.
func TestEventsOfASyncThatFailsAreNotLost(t *testing.T) {
	w := newWorld(t)
	s := newHeldStore()
	a, b := w.device(alice, "ALICE", withStore(s)), w.device(bob, "BOB")
	b.meet(a)
	b.write(a, "secret")
	b.pump()
	answer := a.server.Sync(alice, "ALICE", a.since, 100)

	release := s.hold()
	canceled, cancel := context.WithCancel(ctx)
	failed := make(chan error)
	go func() {
		_, err := a.ReceiveSync(canceled, answer)
		failed <- err
	}()
	<-s.entered
	cancel()
	w.fails(<-failed, context.Canceled)
	release()
	events, err := a.ReceiveSync(ctx, answer)
	if w.must(err); len(events) != 1 || events[0].Type != "secret" {
		t.Errorf("%+v", events)
	}
	if events, err = a.ReceiveSync(ctx, answer); err != nil || len(events) != 0 {
		t.Errorf("again: %+v, %v", events, err)
	}
}

// TestT37BrokenSecretsArePutAside keeps what cannot be read, as it is.
func TestT37BrokenSecretsArePutAside(t *testing.T) {
	w := newWorld(t)
	s := memory.New()
	a := w.device(alice, "ALICE", withStore(s))
	w.must(a.Close())
	epoch, err := store.Claim(ctx, s)
	w.must(err)
	var c store.Changes
	c.Put(store.Record{Ref: store.Ref{Table: store.Secrets, Key: "cross_signing"}, Value: []byte("of another version")})
	w.must(s.Commit(ctx, epoch, c))
	a.open()
	page, err := s.Load(ctx, store.Query{Table: store.Quarantine})
	w.must(err)
	if len(page.Records) != 1 || string(page.Records[0].Value) != "of another version" {
		t.Errorf("%q", page.Records)
	}
}

// TestAMachineIsClosedWhateverItsStoreDoes closes machines whose store fails, or that
// have lost it.
func TestAMachineIsClosedWhateverItsStoreDoes(t *testing.T) {
	w := newWorld(t)
	s := newHeldStore()
	a := w.device(alice, "ALICE", withStore(s))
	first := a.Machine
	a.open()
	w.fails(first.TrackUsers(ctx, []string{bob}), store.ErrStale)
	w.fails(first.TrackUsers(ctx, []string{bob}), machine.ErrClosed)
	w.must(first.Close())

	s.fail(store.ErrLost)
	w.fails(a.TrackUsers(ctx, []string{bob}), store.ErrLost)
	w.must(a.Close())
	s.fail(nil)
	w.fails(a.TrackUsers(ctx, []string{bob}), machine.ErrClosed)
}

// brokenStore is a store that finds the records of a table broken.
type brokenStore struct {
	store.Store
	table store.Table
}

func (s *brokenStore) Load(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := s.Store.Load(ctx, q)
	if q.Table == s.table {
		for _, r := range page.Records {
			page.Broken = append(page.Broken, store.Broken{Ref: r.Ref, Reason: "altered"})
		}
		page.Records = nil
	}
	return page, err
}

// TestT37ARoomStaysEncrypted whatever becomes of its settings.
func TestT37ARoomStaysEncrypted(t *testing.T) {
	w := newWorld(t)
	s := &brokenStore{Store: memory.New()}
	a := w.device(alice, "ALICE", withStore(s))
	stays := func() {
		t.Helper()
		a.open()
		if got, err := a.RoomSettings(ctx, "!room"); err != nil || got.Algorithm != "m.megolm.v1.aes-sha2" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	w.must(a.SetRoomSettings(ctx, "!room", machine.RoomSettings{}))
	s.table = store.Rooms
	stays()
	s.table = ""
	w.must(a.Close())
	epoch, err := store.Claim(ctx, s)
	w.must(err)
	var c store.Changes
	c.Put(store.Record{Ref: store.Ref{Table: store.Rooms, Key: "!room"}, Value: []byte("altered")})
	w.must(s.Commit(ctx, epoch, c))
	stays()
}

// TestWhatWaitsIsKeptWhenAPolicyForbids prepares for a room that must not be written to,
// with a member who is new: what waits in memory must not be forgotten with that.
func TestWhatWaitsIsKeptWhenAPolicyForbids(t *testing.T) {
	w := newWorld(t)
	a, b, _ := w.device(alice, "ALICE", withPolicy(machine.ErrorOnUnverified)), w.device(bob, "BOB"), w.device(carol, "CAROL")
	w.must(a.TrackUsers(ctx, []string{bob}))
	a.settle()
	a.write(b, "hello")
	w.must(a.SetRoomSettings(ctx, "!room", machine.RoomSettings{}))
	if err := a.PrepareToEncrypt(ctx, "!room", []string{bob, carol}); err != nil && !errors.Is(err, machine.ErrUnverified) {
		t.Fatal(err)
	}
	settle(a, b)
	if got := b.eventTypes(); len(got) != 1 {
		t.Errorf("received %q", got)
	}
}

// watchedStore remembers the values that it has given out.
type watchedStore struct {
	store.Store
	given []store.Record
}

func (s *watchedStore) Load(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := s.Store.Load(ctx, q)
	s.given = append(s.given, page.Records...)
	return page, err
}

// TestT9WhatWasReadIsOverwritten looks at records with private keys after they were
// read.
func TestT9WhatWasReadIsOverwritten(t *testing.T) {
	w := newWorld(t)
	s := &watchedStore{Store: memory.New()}
	a, b := w.device(alice, "ALICE", withStore(s)), w.device(bob, "BOB")
	room := w.room(a, b)
	first, _ := a.say(room, "hello", alice, bob)
	b.reads(room, first, "hello")
	a.open()
	a.reads(room, first, "hello")
	a.say(room, "again", alice, bob)
	a.write(b, "event")
	w.must(a.ForgetHistory(ctx, room, w.clock))
	seen := make(map[store.Table]bool)
	for _, r := range s.given {
		switch r.Table {
		case store.Account, store.OlmSessions, store.InboundSessions, store.OutboundSessions:
			if r.Table == store.OutboundSessions && r.Key != room {
				continue // who has a session
			}
			if seen[r.Table] = true; len(bytes.Trim(r.Value, "\x00")) > 0 {
				t.Errorf("a record of %s is left", r.Table)
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("only %v were read", seen)
	}
}
