package machine_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// migration begins one into an empty store.
func (w *world) migration(account *olm.Account) (*machine.Migration, machine.Config) {
	w.Helper()
	config := machine.Config{UserID: alice, DeviceID: "ALICE", Store: memory.New(), Now: w.now}
	m, err := machine.Migrate(ctx, config, account)
	w.must(err)
	w.Cleanup(m.Close)
	return m, config
}

// finished opens the machine of a migration.
func (w *world) finished(m *machine.Migration, config machine.Config) *client {
	w.Helper()
	w.must(m.Finish(ctx))
	c := &client{world: w, config: config, events: make(map[string]json.RawMessage)}
	c.open()
	return c
}

func TestWhatIsInTheStoreIsNotOverwritten(t *testing.T) {
	w := newWorld(t)
	l := w.talk().a.legacy()
	config := machine.Config{UserID: alice, DeviceID: "ALICE", Now: w.now}
	for name, prepare := range map[string]func(machine.Config) error{
		"a new device": func(c machine.Config) error {
			_, err := machine.Open(ctx, c)
			return err
		},
		"another device": func(c machine.Config) error {
			c.DeviceID = "OTHER"
			return l.migrate(c)
		},
		"another user": func(c machine.Config) error {
			c.UserID = bob
			return l.migrate(c)
		},
		"half of another device": func(c machine.Config) error {
			_, err := machine.Migrate(ctx, c, olm.NewAccount())
			return err
		},
		"what a device has left behind": func(c machine.Config) error {
			epoch, err := store.Claim(ctx, c.Store)
			w.must(err)
			var changes store.Changes
			changes.Put(store.Record{Ref: store.Ref{Table: store.Quarantine, Key: "x"}, Value: []byte("x")})
			return c.Store.Commit(ctx, epoch, changes)
		},
	} {
		t.Run(name, func(t *testing.T) {
			config.Store = memory.New()
			w.must(prepare(config))
			before := contents(t, config.Store)
			if err := l.migrate(config); !errors.Is(err, machine.ErrOwner) {
				t.Errorf("the error is %v", err)
			}
			if contents(t, config.Store) != before {
				t.Error("the store has changed")
			}
		})
	}
}

func TestAMigrationThatWasFinishedIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	c := w.talk()
	l := c.a.legacy(c.room)
	s := memory.New()
	config := c.a.config
	config.Store = s
	w.must(l.migrate(config))
	a := c.a.moved(s)
	settle(a, c.b)
	before := contents(t, s)
	m, err := machine.Migrate(ctx, config, l.unpickleAccount())
	w.must(err)
	if !m.Finished() {
		t.Error("it begins again")
	}
	w.must(m.Finish(ctx))
	_, err = m.AddUsers(ctx, []string{bob})
	w.fails(err, machine.ErrClosed)
	m.Close()
	if contents(t, s) != before {
		t.Error("the store has changed")
	}
	w.must(a.TrackUsers(ctx, []string{carol})) // it still owns its store
}

// The other program may have gone on before the migration is begun again: what it has
// used since must not come back.
func TestAMigrationThatIsBegunAgainHasOnlyWhatIsGivenThen(t *testing.T) {
	w := newWorld(t)
	c := w.talk()
	account, sessions, roomKeys, err := c.a.TakeApart(ctx)
	w.must(err)
	w.must(c.a.Close())
	m, config := w.migration(account)
	_, err = m.AddSessions(ctx, sessions)
	w.must(err)
	_, err = m.AddRoomKeys(ctx, roomKeys)
	w.must(err)
	account.GenerateOneTimeKeys(3)
	used := account.OneTimeKeys()[0]
	account.MarkKeysAsPublished()
	account.RemoveOneTimeKey(used.Key)
	m, err = machine.Migrate(ctx, config, account)
	w.must(err)
	w.must(m.Finish(ctx))
	page, err := config.Store.Load(ctx, store.Query{Table: store.OlmSessions})
	if w.must(err); len(page.Records) > 0 {
		t.Error("there are Olm sessions of before")
	}
	page, err = config.Store.Load(ctx, store.Query{Table: store.InboundSessions})
	if w.must(err); len(page.Records) > 0 {
		t.Error("there are Megolm sessions of before")
	}
	a := &client{world: w, config: config}
	a.open()
	after, _, _, err := a.TakeApart(ctx)
	if w.must(err); after.OneTimeKeyCount() != account.OneTimeKeyCount() || after.RemoveOneTimeKey(used.Key) {
		t.Errorf("there are %d one-time keys, not %d", after.OneTimeKeyCount(), account.OneTimeKeyCount())
	}
}

func TestAnAccountWithoutKeysIsRefused(t *testing.T) {
	w := newWorld(t)
	config := machine.Config{UserID: alice, DeviceID: "ALICE", Store: memory.New()}
	wiped := olm.NewAccount()
	wiped.Wipe()
	_, err := machine.Migrate(ctx, config, wiped)
	w.fails(err, machine.ErrFormat)
	blank := olm.AccountFromState(&olmstate.Account{IdentityKey: curve25519.KeyPair{Private: secret.New[[32]byte]()}})
	_, err = machine.Migrate(ctx, config, blank)
	w.fails(err, machine.ErrFormat)
	config.UserID = "alice"
	_, err = machine.Migrate(ctx, config, olm.NewAccount())
	w.fails(err, machine.ErrFormat)
	if contents(t, config.Store) != "" {
		t.Error("there is something in the store")
	}
}

// pair is an Olm session between the account and another device.
func (w *world) pair(account, peer *olm.Account) *olm.Session {
	w.Helper()
	peer.GenerateOneTimeKeys(1)
	s, err := account.NewOutboundSession(peer.Curve25519Key(), peer.OneTimeKeys()[0].Key, olm.Version1)
	peer.MarkKeysAsPublished()
	w.must(err)
	return s
}

func TestOlmSessionsAreKeptInTheOrderInWhichTheyReceived(t *testing.T) {
	w := newWorld(t)
	account, peer := olm.NewAccount(), olm.NewAccount()
	m, config := w.migration(account)
	var ids []string
	// In steps, each of which knows some of them: as they come out of a database.
	for _, times := range [][]int64{{30, 10}, {70, 20}, {50, 60, 40}, {5}} {
		var sessions []machine.MigratedSession
		for _, received := range times {
			s := w.pair(account, peer)
			ids = append(ids, s.ID())
			sessions = append(sessions, machine.MigratedSession{SenderKey: peer.Curve25519Key(), Session: s, Received: received})
		}
		outcomes, err := m.AddSessions(ctx, sessions)
		w.must(err)
		for i, o := range outcomes {
			if surplus := len(ids)-len(outcomes)+i >= 6; o != (machine.Migrated{Surplus: surplus}) {
				t.Errorf("session %v: %+v", times[i], o)
			}
		}
	}
	_, sessions, _, err := w.finished(m, config).TakeApart(ctx)
	w.must(err)
	var got []int
	for _, s := range sessions {
		got = append(got, slices.Index(ids, s.Session.ID()))
	}
	if want := []int{2, 5, 4, 6, 0, 3}; !slices.Equal(got, want) {
		t.Errorf("kept are %v, not %v", got, want)
	}
}

func TestOlmSessionsOfOthersAreRefused(t *testing.T) {
	w := newWorld(t)
	account, peer, stranger := olm.NewAccount(), olm.NewAccount(), olm.NewAccount()
	m, config := w.migration(account)
	ours, theirs := w.pair(account, peer), w.pair(peer, account)
	inbound, err := theirs.Encrypt([]byte("x"))
	w.must(err)
	received, _, err := account.NewInboundSession(peer.Curve25519Key(), inbound, olm.Version1)
	w.must(err)
	same, err := olmCopy(ours)
	w.must(err)
	empty := w.pair(account, peer)
	empty.Wipe()
	of := func(key keys.Curve25519PublicKey, s *olm.Session) machine.MigratedSession {
		return machine.MigratedSession{SenderKey: key, Session: s}
	}
	outcomes, err := m.AddSessions(ctx, []machine.MigratedSession{
		of(peer.Curve25519Key(), ours), of(peer.Curve25519Key(), received), of(peer.Curve25519Key(), same),
		of(peer.Curve25519Key(), empty),
		of(stranger.Curve25519Key(), w.pair(peer, account)), // begun by another than the one it is said to be with
		of(peer.Curve25519Key(), w.pair(stranger, peer)),    // of another device than this one
	})
	w.must(err)
	want := []machine.Migrated{{}, {}, {Surplus: true}, {Error: machine.ErrFormat}, {Error: machine.ErrMismatchedKeys}, {Error: machine.ErrMismatchedKeys}}
	if !slices.Equal(outcomes, want) {
		t.Errorf("%+v", outcomes)
	}
	if _, sessions, _, err := w.finished(m, config).TakeApart(ctx); err != nil || len(sessions) != 2 {
		t.Errorf("%d sessions, %v", len(sessions), err)
	}
}

// olmCopy is a session as libolm keeps it.
func olmCopy(s *olm.Session) (*olm.Session, error) {
	pickle, err := libolm.PickleSession(s, pickleKey)
	if err != nil {
		return nil, err
	}
	return libolm.UnpickleSession(pickle, pickleKey)
}

func TestMigratedRoomsStayEncrypted(t *testing.T) {
	w := newWorld(t)
	m, config := w.migration(olm.NewAccount())
	outcomes, err := m.AddRooms(ctx, []machine.MigratedRoom{
		{RoomID: "!a", Settings: machine.RoomSettings{Algorithm: "m.megolm.v1.aes-sha2", RotationPeriodMessages: 7}},
		{RoomID: "!b", Settings: machine.RoomSettings{Algorithm: "org.example.none"}},
		{RoomID: ""},
	})
	w.must(err)
	want := []machine.Migrated{{}, {Error: machine.ErrAlgorithm}, {Error: machine.ErrFormat}}
	if !slices.Equal(outcomes, want) {
		t.Errorf("%+v", outcomes)
	}
	outcomes, err = m.AddUsers(ctx, []string{bob, "bob", carol})
	if w.must(err); !slices.Equal(outcomes, []machine.Migrated{{}, {Error: machine.ErrFormat}, {}}) {
		t.Errorf("%+v", outcomes)
	}
	a := w.finished(m, config)
	for room, messages := range map[string]int64{"!a": 7, "!b": 100} {
		s, err := a.RoomSettings(ctx, room)
		if w.must(err); s.Algorithm != "m.megolm.v1.aes-sha2" || s.RotationPeriodMessages != messages {
			t.Errorf("room %s has %+v", room, s)
		}
		w.fails(a.SetRoomSettings(ctx, room, machine.RoomSettings{Algorithm: "org.example.none"}), machine.ErrAlgorithm)
	}
	requests, err := a.OutgoingRequests(ctx)
	w.must(err)
	query := slices.IndexFunc(requests, func(r machine.Request) bool { return r.Kind == machine.KeysQuery })
	if want := `{"@alice:example.org":[],"@bob:example.org":[],"@carol:elsewhere.org":[]}`; query < 0 || !strings.Contains(string(requests[query].Body), want) {
		t.Errorf("request %d of %d is not for %s", query, len(requests), want)
	}
}

// The homeserver has keys of the account, some of which it never confirmed. These are
// offered once more, as they are, and others never under an id that there was.
func TestKeysOfAMigratedAccountAreOfferedUnderNoIDTwice(t *testing.T) {
	w := newWorld(t)
	account := olm.NewAccount()
	account.GenerateOneTimeKeys(40)
	w.must(account.GenerateFallbackKey())
	seen := make(map[string]bool)
	for _, k := range account.OneTimeKeys() {
		seen["signed_curve25519:"+k.ID] = true
	}
	account.MarkKeysAsPublished()
	account.GenerateOneTimeKeys(2)
	m, config := w.migration(account)
	w.server.Login(alice, "ALICE")
	a := w.finished(m, config)

	body, r := a.offered()
	if len(body.OneTime) != 2 || len(body.DeviceKeys) == 0 || len(body.Fallback) != 0 {
		t.Errorf("offered are %d one-time keys, %d fallback keys, device keys %s", len(body.OneTime), len(body.Fallback), body.DeviceKeys)
	}
	for range 3 {
		for id := range body.OneTime {
			if seen[id] {
				t.Errorf("%s is offered twice", id)
			}
			seen[id] = true
		}
		a.send(r)
		a.received(`{"next_batch":"s1","device_one_time_keys_count":{"signed_curve25519":10},"device_unused_fallback_key_types":[]}`)
		// The fallback key was there, but nobody knows since when.
		if body, r = a.offered(); len(body.Fallback) != 0 {
			t.Error("there is a new fallback key at once")
		}
	}
	a.send(r)
	w.clock = w.clock.Add(2 * time.Hour)
	a.received(`{"next_batch":"s2","device_one_time_keys_count":{"signed_curve25519":90},"device_unused_fallback_key_types":[]}`)
	if body, _ = a.offered(); len(body.Fallback) != 1 {
		t.Error("there is no new fallback key")
	}
}
