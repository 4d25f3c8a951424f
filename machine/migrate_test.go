package machine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// pickleKey is what a client with libolm had.
var pickleKey = []byte("DEFAULT_KEY")

// legacy is a device as a client with libolm kept it.
type legacy struct {
	*world
	account  string
	sessions []legacySession
	roomKeys []legacyRoomKey
	rooms    []machine.MigratedRoom
	users    []string
}

type legacySession struct {
	machine.MigratedSession
	pickle string
}

type legacyRoomKey struct {
	machine.MigratedRoomKey
	pickle string
}

// legacy pickles what a device has, which ends here.
func (c *client) legacy(rooms ...string) *legacy {
	c.Helper()
	account, sessions, roomKeys, err := c.TakeApart(ctx)
	c.must(err)
	c.must(c.Close())
	l := &legacy{world: c.world}
	l.account, err = libolm.PickleAccount(account, pickleKey)
	c.must(err)
	for _, s := range sessions {
		pickle, err := libolm.PickleSession(s.Session, pickleKey)
		c.must(err)
		l.sessions = append(l.sessions, legacySession{s, pickle})
	}
	for _, s := range roomKeys {
		pickle, err := libolm.PickleInboundSession(s.Session, pickleKey)
		c.must(err)
		l.roomKeys = append(l.roomKeys, legacyRoomKey{s, pickle})
	}
	for _, room := range rooms {
		l.rooms = append(l.rooms, machine.MigratedRoom{RoomID: room})
	}
	return l
}

func (l *legacy) unpickleAccount() *olm.Account {
	l.Helper()
	account, err := libolm.UnpickleAccount(l.account, pickleKey)
	l.must(err)
	return account
}

// migrate takes everything over that can be read, into the store of a configuration.
func (l *legacy) migrate(config machine.Config) error {
	l.Helper()
	account := l.unpickleAccount()
	defer account.Wipe()
	m, err := machine.Migrate(ctx, config, account)
	if err != nil || m.Finished() {
		return err
	}
	defer m.Close()
	var sessions []machine.MigratedSession
	for _, s := range l.sessions {
		if s.Session, err = libolm.UnpickleSession(s.pickle, pickleKey); err == nil {
			sessions = append(sessions, s.MigratedSession)
		}
	}
	outcomes, err := m.AddSessions(ctx, sessions)
	if err != nil {
		return err
	}
	var roomKeys []machine.MigratedRoomKey
	for _, s := range l.roomKeys {
		if s.Session, err = libolm.UnpickleInboundSession(s.pickle, pickleKey); err == nil {
			roomKeys = append(roomKeys, s.MigratedRoomKey)
		}
	}
	more, err := m.AddRoomKeys(ctx, roomKeys)
	if err != nil {
		return err
	}
	outcomes = append(outcomes, more...)
	if more, err = m.AddRooms(ctx, l.rooms); err != nil {
		return err
	}
	outcomes = append(outcomes, more...)
	if more, err = m.AddUsers(ctx, l.users); err != nil {
		return err
	}
	for i, outcome := range append(outcomes, more...) {
		if outcome != (machine.Migrated{}) {
			l.Errorf("outcome %d is %+v", i, outcome)
		}
	}
	return m.Finish(ctx)
}

// moved opens the machine of what was migrated, for the same user at the same place.
func (c *client) moved(s store.Store) *client {
	c.Helper()
	next := &client{world: c.world, config: c.config, events: c.events, bodies: c.bodies}
	next.config.Store = s
	next.config.Events = func(e machine.Event) { next.happened = append(next.happened, e) }
	next.open()
	return next
}

// talk is a conversation, some of whose messages are on their way: to a, who has sent
// and received with every kind of session.
type talk struct {
	a, b       *client
	room       string
	old, fresh []string // events of the room, which a has or has not received
}

func (w *world) talk() *talk {
	w.Helper()
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	c := &talk{a: a, b: b, room: w.room(a, b)}
	members := []string{alice, bob}
	for _, from := range []*client{a, b, a, b} {
		id, _ := from.say(c.room, "old", members...)
		settle(a, b)
		from.write(other(a, b, from), "org.example.old")
		settle(a, b)
		c.old = append(c.old, id)
	}
	for range 2 { // in a session that a knows, and in one that it does not
		id, _ := b.say(c.room, "fresh", members...)
		c.fresh = append(c.fresh, id)
		b.must(b.DiscardRoomKey(ctx, c.room))
	}
	b.write(a, "org.example.fresh")
	b.settle()
	return c
}

func other(a, b, from *client) *client {
	if from == a {
		return b
	}
	return a
}

// goesOn checks that the conversation goes on with what a has become.
func (c *talk) goesOn(a *client) {
	a.Helper()
	settle(a, c.b)
	if got := a.eventTypes(); !slices.Equal(got, []string{"org.example.fresh"}) {
		a.Errorf("received %q", got)
	}
	for _, id := range c.old {
		a.reads(c.room, id, "old")
	}
	for _, id := range c.fresh {
		a.reads(c.room, id, "fresh")
	}
	c.b.toDevice = nil
	for _, from := range []*client{a, c.b, a, c.b} {
		to := other(a, c.b, from)
		id, _ := from.say(c.room, "new", alice, bob)
		from.write(to, "org.example.new")
		settle(a, c.b)
		to.reads(c.room, id, "new")
		from.reads(c.room, id, "new")
	}
	for _, end := range []*client{a, c.b} {
		if got := end.eventTypes(); !slices.Equal(got[len(got)-2:], []string{"org.example.new", "org.example.new"}) {
			a.Errorf("%s received %q", end.UserID(), got)
		}
	}
	// Somebody who has never met the device uses one of its one-time keys.
	carols := a.device(carol, "CAROL")
	carols.meet(a)
	if got := a.eventTypes(); got[len(got)-1] != "meet" {
		a.Errorf("Carol has not come through: %q", got)
	}
}

func TestAMigratedDeviceGoesOnWhereItWas(t *testing.T) {
	w := newWorld(t)
	complaints := w.watch()
	c := w.talk()
	before, err := c.a.IdentityKeys(ctx)
	w.must(err)
	l := c.a.legacy(c.room)
	l.users = []string{bob}

	s := memory.New()
	config := c.a.config
	config.Store = s
	w.must(l.migrate(config))
	a := c.a.moved(s)
	if after, err := a.IdentityKeys(ctx); err != nil || after != before {
		t.Errorf("the identity keys are %v, %v, not %v", after, err, before)
	}
	if settings, err := a.RoomSettings(ctx, c.room); err != nil || settings.Algorithm != "m.megolm.v1.aes-sha2" {
		t.Errorf("the room has %+v, %v", settings, err)
	}
	c.goesOn(a)
	for _, complaint := range complaints.Verdict() {
		t.Error(complaint)
	}
}

// Every commit of a migration fails in turn, made or not made, and it is begun again: it
// ends the same, and no machine is made before it has.
func TestEveryCommitOfAMigrationFails(t *testing.T) {
	w := newWorld(t)
	c := w.talk()
	l := c.a.legacy(c.room)
	l.users = []string{bob}
	config := c.a.config
	want, total := func() (string, int) {
		s := newFaulty()
		config.Store = s
		w.must(l.migrate(config))
		return contents(t, s), s.count()
	}()
	if total < 7 {
		t.Fatalf("the migration has %d commits only", total)
	}
	for at := range total {
		for _, applied := range []bool{false, true} {
			t.Run(fmt.Sprintf("commit %d, made %v", at+1, applied), func(t *testing.T) {
				s := newFaulty()
				s.failAt, s.applied = at+1, applied
				config.Store = s
				if err := l.migrate(config); !errors.Is(err, store.ErrFailed) {
					t.Fatalf("the error is %v", err)
				}
				// The third commit puts the account into the store, and the last one
				// makes it a device's.
				begun, finished := at > 2 || at == 2 && applied, at+1 == total && applied
				if begun && !finished {
					if m, err := machine.Open(ctx, config); !errors.Is(err, machine.ErrHalfMigrated) {
						t.Errorf("it is opened: %v, %v", m, err)
					}
				}
				w.must(l.migrate(config))
				if got := contents(t, s); got != want {
					t.Errorf("the store has\n%s\nnot\n%s", got, want)
				}
			})
		}
	}
}

// contents are all records of a store, but for those whose order is that of a map.
func contents(t *testing.T, s store.Store) string {
	t.Helper()
	var lines []string
	for _, d := range store.Tables {
		page, err := s.Load(ctx, store.Query{Table: d.Table})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			lines = append(lines, fmt.Sprintf("%s/%s %x %v", r.Table, r.Key, r.Value, r.Indexes))
		}
	}
	slices.Sort(lines)
	text := ""
	for _, line := range lines {
		text += line + "\n"
	}
	return text
}

// interrupted is a store in which something happens just before somebody claims it.
type interrupted struct {
	store.Store
	before func()
}

func (s *interrupted) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	if before := s.before; c.Claim && before != nil {
		s.before = nil
		before()
	}
	return s.Store.Commit(ctx, epoch, c)
}

// Two who find the store empty at the same time: neither undoes what the other has done.
func TestAMigrationAndAMachineAtTheSameTime(t *testing.T) {
	w := newWorld(t)
	l := w.talk().a.legacy()
	s := &interrupted{Store: memory.New()}
	inside := machine.Config{UserID: alice, DeviceID: "ALICE", Store: s.Store}
	outside := inside
	outside.Store = s
	s.before = func() {
		_, err := machine.Open(ctx, inside)
		w.must(err)
	}
	w.fails(l.migrate(outside), machine.ErrOwner)

	s.Store = memory.New()
	inside.Store = s.Store
	s.before = func() {
		_, err := machine.Migrate(ctx, inside, l.unpickleAccount())
		w.must(err)
	}
	_, err := machine.Open(ctx, outside)
	w.fails(err, machine.ErrHalfMigrated)
	w.must(l.migrate(inside))
}

// Who opens the store too early takes it from nobody.
func TestAMigrationIsNotDisturbedByAMachine(t *testing.T) {
	w := newWorld(t)
	m, config := w.migration(olm.NewAccount())
	_, err := machine.Open(ctx, config)
	w.fails(err, machine.ErrHalfMigrated)
	config.DeviceID = "OTHER"
	_, err = machine.Open(ctx, config)
	w.fails(err, machine.ErrOwner)
	_, err = machine.Migrate(ctx, config, olm.NewAccount())
	w.fails(err, machine.ErrOwner)
	_, err = m.AddUsers(ctx, []string{bob})
	w.must(err)
	w.must(m.Finish(ctx))
}
