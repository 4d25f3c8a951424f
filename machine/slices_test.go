package machine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// atRest has a function called whenever long work rests.
func atRest(f func()) func(*machine.Config) {
	return func(c *machine.Config) { c.Rest = f }
}

// manyKeys makes sessions of nobody, as they stand in a file.
func (w *world) manyKeys(n int) (all [][]byte) {
	w.Helper()
	for range n {
		out := megolm.NewOutboundSession(megolm.Version1)
		key, err := out.SessionKey()
		w.must(err)
		in, err := megolm.NewInboundSession(key, megolm.Version1)
		w.must(err)
		exported, err := in.Export()
		w.must(err)
		all = append(all, fmt.Appendf(nil, `{"algorithm":"m.megolm.v1.aes-sha2","room_id":"!many:example.org","session_id":%q,
			"session_key":%q,"sender_key":%[1]q,"sender_claimed_keys":{"ed25519":%[1]q}}`, in.SessionID(), exported.Base64()))
	}
	return all
}

func TestOthersHaveTheirTurnDuringAnImport(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	keys := w.manyKeys(600)
	var b *client
	var room, id string
	read := 0
	b = w.device(bob, "BOB", atRest(func() {
		if b != nil {
			b.reads(room, id, "hello")
			_, err := b.Encrypt(ctx, room, "m.room.message", []byte("{}"))
			w.must(err)
			read++
		}
	}))
	room = w.room(a, b)
	id, _ = a.say(room, "hello", alice, bob)
	b.settle()
	b.say(room, "hello", alice, bob)
	w.must(import_(b, keys, 600, 0))
	if read < 2 {
		t.Errorf("others had %d turns", read)
	}
}

// import_ imports keys, of which so many are new and so many known.
func import_(c *client, keys [][]byte, imported, kept int) error {
	results, err := c.ImportRoomKeys(ctx, keys)
	for _, r := range results {
		switch {
		case r.Error != nil:
			return r.Error
		case r.Kept:
			kept--
		default:
			imported--
		}
	}
	if err == nil && (imported != 0 || kept != 0) {
		err = fmt.Errorf("%d fewer were imported, and %d fewer kept", imported, kept)
	}
	return err
}

// Whenever an import ends early, a second one brings the rest.
func TestT37AnImportThatFailsIsMadeAgain(t *testing.T) {
	w := newWorld(t)
	keys := w.manyKeys(600)
	for fails := range 3 {
		for _, applied := range []bool{false, true} {
			s := newFaulty()
			c := w.device(bob, fmt.Sprintf("B%d%v", fails, applied), withStore(s))
			s.mu.Lock()
			s.failAt, s.applied = s.commits+1+fails, applied
			s.mu.Unlock()
			results, err := c.ImportRoomKeys(ctx, keys)
			w.fails(err, store.ErrFailed)
			if len(results) != 250*fails {
				t.Errorf("%d keys were said to be imported before commit %d failed", len(results), fails)
			}
			known := len(results)
			if applied {
				known = min(known+250, 600)
			}
			w.must(import_(c, keys, 600-known, known))
			if got := c.exported(""); len(got) != 600 {
				t.Errorf("there are %d keys", len(got))
			}
		}
	}
}

func TestAnImportThatIsAbortedLeavesWhatItHas(t *testing.T) {
	w := newWorld(t)
	keys := w.manyKeys(600)
	aborted, abort := context.WithCancel(ctx)
	c := w.device(bob, "BOB", atRest(func() { abort() }))
	results, err := c.ImportRoomKeys(aborted, keys)
	if !errors.Is(err, context.Canceled) || len(results) != 250 || len(c.exported("")) != 250 {
		t.Fatalf("%v after %d keys, of which there are %d", err, len(results), len(c.exported("")))
	}
	w.must(import_(c, keys, 350, 250))
}

// A session that is on its way to the store is found before it is there, and what is
// noted of it meanwhile is kept.
func TestWhatIsBeingImportedIsFound(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	room := w.room(a, b)
	id, _ := a.say(room, "hello", alice, bob)
	b.reads(room, id, "hello")

	s := newHeldStore()
	late := w.device(bob, "LATE", withStore(s))
	late.settle()
	late.events = b.events
	release := s.hold()
	done := make(chan error, 1)
	go func() { done <- import_(late, b.exported(room), 1, 0) }()
	<-s.entered
	_, err := late.read(room, id)
	w.must(err)
	release()
	w.must(<-done)
	late.events["$replay"] = bytes.ReplaceAll(late.events[id], []byte(id), []byte("$replay"))
	_, err = late.read(room, "$replay")
	w.fails(err, machine.ErrReplay)
	w.must(late.Close())
	late.open()
	_, err = late.read(room, "$replay")
	w.fails(err, machine.ErrReplay)
	late.reads(room, id, "hello")
}

func TestAnImportFillsNoMemory(t *testing.T) {
	w := newWorld(t)
	keys := w.manyKeys(600)
	c := w.device(bob, "BOB")
	before := c.InMemory()
	w.must(import_(c, keys, 600, 0))
	if now := c.InMemory(); now != before {
		t.Errorf("%d sessions stay in memory", now-before)
	}
	w.must(import_(c, append(slices.Clone(keys[:10]), keys[:10]...), 0, 20))
	if now := c.InMemory(); now != before {
		t.Errorf("%d sessions stay in memory", now-before)
	}
}

// Sharing with many is done by slices, and somebody who talks elsewhere has his turn.
func TestOthersHaveTheirTurnWhileAKeyIsShared(t *testing.T) {
	w := newWorld(t)
	const n = 300
	members := []string{alice}
	var all []*client
	for i := range n {
		user := fmt.Sprintf("@user%d:example.org", i)
		all = append(all, w.device(user, "ONE"))
		members = append(members, user)
	}
	var a *client
	var other string
	turns := 0
	a = w.device(alice, "ALICE", atRest(func() {
		if a != nil && other != "" {
			s, err := a.ShareRoomKey(ctx, other, []string{alice})
			w.must(err)
			if !s.Ready {
				w.Errorf("it waits for %s", s.Waiting)
			}
			_, err = a.Encrypt(ctx, other, "m.room.message", []byte("{}"))
			w.must(err)
			turns++
		}
	}))
	other = w.room(a)
	a.share(other, alice)
	room := w.room(a)
	a.share(room, members...)
	if turns < 1 {
		t.Errorf("others had %d turns", turns)
	}
	for _, c := range all {
		c.happened = nil
		if c.sync(); len(c.happened) == 0 || c.happened[len(c.happened)-1].(machine.RoomKeys).RoomID != room {
			t.Errorf("%s was told %v", c.UserID(), c.happened)
		}
	}
}
