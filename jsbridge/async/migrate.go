//go:build js

package async

import (
	"bytes"
	"context"
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/promise"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/schema"
)

// Migration takes over what was kept with libolm.
//
//bridge:internal
type Migration struct {
	migration *machine.Migration
	place     *Place
	store     store.Store
	pickleKey []byte
	shut      bool
}

// PickledDevice is a device as it was kept with libolm.
//
//bridge:internal
type PickledDevice struct {
	UserID    string
	DeviceID  string
	Account   string
	PickleKey bridge.Data
}

// Begun is a migration, and whether there is nothing left to do.
//
//bridge:internal
type Begun struct {
	Migration *Migration
	Finished  bool
}

// BeginMigration begins to take a device over into a store, which from then on belongs
// to the migration, even if that fails.
//
//bridge:internal
func BeginMigration(ctx context.Context, place *Place, key Key, device PickledDevice) (Begun, error) {
	place.taken = true
	m := &Migration{place: place, store: place.store, pickleKey: bytes.Clone(device.PickleKey)}
	if err := m.begin(ctx, &key, &device); err != nil {
		m.close()
		return Begun{}, err
	}
	return Begun{m, m.migration.Finished()}, nil
}

func (m *Migration) begin(ctx context.Context, key *Key, device *PickledDevice) error {
	account, err := libolm.UnpickleAccount(device.Account, m.pickleKey)
	if err != nil {
		return err
	}
	defer account.Wipe()
	s, err := key.open(ctx, m.place)
	if err != nil {
		return err
	}
	m.store = s
	m.migration, err = machine.Migrate(ctx, machine.Config{UserID: device.UserID, DeviceID: device.DeviceID, Store: s}, account)
	if s == m.place.store && errors.Is(err, schema.ErrMissing) {
		return errSealed
	}
	return err
}

// close ends the migration, and then lets go of its store.
func (m *Migration) close() {
	if m.shut {
		return
	}
	m.shut = true
	clear(m.pickleKey)
	if m.migration != nil {
		m.migration.Close()
	}
	if s, ok := m.store.(clearing); ok {
		s.Close() // and so the one below
	}
	m.place.close()
}

// Wipe closes the migration in its own time, because exports cannot wait.
func (m *Migration) Wipe() { promise.Go(m.close) }

// EndMigration finishes a migration if it is whole, and lets go of its store.
//
//bridge:internal
func EndMigration(ctx context.Context, migration *Migration, whole bool) error {
	defer migration.close()
	if !whole {
		return nil
	}
	return migration.migration.Finish(ctx)
}

// PickledSession is an Olm session as it was kept with libolm.
//
//bridge:internal
type PickledSession struct {
	SenderKey string
	SessionID string // empty if it was not kept
	Pickle    string
	Received  int64
}

// PickledRoomKey is an inbound group session as it was kept with libolm.
//
//bridge:internal
type PickledRoomKey struct {
	RoomID        string
	SenderKey     string
	SessionID     string // empty if it was not kept
	Ed25519       string // empty if it was not kept
	Pickle        string
	Authentic     bool
	SharedHistory bool
}

// EncryptedRoom is a room, and how it is encrypted.
//
//bridge:internal
type EncryptedRoom struct {
	RoomID                 string
	Algorithm              string
	RotationPeriodMs       int64
	RotationPeriodMessages int64
}

// Outcome says what became of something that was to be taken over. The code is empty if
// nothing is wrong with it.
//
//bridge:internal
type Outcome struct {
	Surplus bool
	Code    string
	Message string
}

// outcomes puts together what became of each of some things: why it could not be read,
// or what is told of those that could be.
func outcomes(unread []error, told []machine.Migrated) []Outcome {
	all := make([]Outcome, len(unread))
	for i, err := range unread {
		if err == nil {
			all[i].Surplus, err, told = told[0].Surplus, told[0].Error, told[1:]
		}
		if err != nil {
			all[i].Code, all[i].Message = promise.Describe(err)
		}
	}
	return all
}

// AddPickledSessions takes Olm sessions over.
//
//bridge:internal
func AddPickledSessions(ctx context.Context, migration *Migration, sessions []PickledSession) ([]Outcome, error) {
	unread := make([]error, len(sessions))
	var read []machine.MigratedSession
	for i, s := range sessions {
		senderKey, err := keys.ParseCurve25519(s.SenderKey)
		if err != nil {
			unread[i] = machine.ErrFormat
			continue
		}
		session, err := libolm.UnpickleSession(s.Pickle, migration.pickleKey)
		if err == nil && s.SessionID != "" && s.SessionID != session.ID() {
			session.Wipe()
			err = machine.ErrMismatchedKeys
		}
		if unread[i] = err; err == nil {
			read = append(read, machine.MigratedSession{SenderKey: senderKey, Session: session, Received: s.Received})
		}
	}
	told, err := migration.migration.AddSessions(ctx, read)
	if err != nil {
		return nil, err
	}
	return outcomes(unread, told), nil
}

// AddPickledRoomKeys takes inbound group sessions over.
//
//bridge:internal
func AddPickledRoomKeys(ctx context.Context, migration *Migration, sessions []PickledRoomKey) ([]Outcome, error) {
	unread := make([]error, len(sessions))
	var read []machine.MigratedRoomKey
	for i := range sessions {
		s, err := migration.unpickleRoomKey(&sessions[i])
		if unread[i] = err; err == nil {
			read = append(read, s)
		}
	}
	told, err := migration.migration.AddRoomKeys(ctx, read)
	if err != nil {
		return nil, err
	}
	return outcomes(unread, told), nil
}

func (m *Migration) unpickleRoomKey(s *PickledRoomKey) (machine.MigratedRoomKey, error) {
	none := machine.MigratedRoomKey{}
	senderKey, err := keys.ParseCurve25519(s.SenderKey)
	if err != nil {
		return none, machine.ErrFormat
	}
	// What the device said was its signing key, not all have kept. Then nobody can tell
	// whose the session is.
	ed25519, err := keys.ParseEd25519(s.Ed25519)
	if err != nil && s.Ed25519 != "" {
		return none, machine.ErrFormat
	}
	session, err := libolm.UnpickleInboundSession(s.Pickle, m.pickleKey)
	if err != nil {
		return none, err
	}
	if s.SessionID != "" && s.SessionID != session.SessionID() {
		session.Wipe()
		return none, machine.ErrMismatchedKeys
	}
	return machine.MigratedRoomKey{RoomID: s.RoomID, Session: session, SenderKey: senderKey, Ed25519: ed25519,
		Authentic: s.Authentic && s.Ed25519 != "", SharedHistory: s.SharedHistory}, nil
}

// AddEncryptedRooms takes over that rooms are encrypted.
//
//bridge:internal
func AddEncryptedRooms(ctx context.Context, migration *Migration, rooms []EncryptedRoom) ([]Outcome, error) {
	list := make([]machine.MigratedRoom, len(rooms))
	for i, r := range rooms {
		list[i] = machine.MigratedRoom{RoomID: r.RoomID, Settings: machine.RoomSettings{
			Algorithm: r.Algorithm, RotationPeriodMS: r.RotationPeriodMs, RotationPeriodMessages: r.RotationPeriodMessages,
		}}
	}
	told, err := migration.migration.AddRooms(ctx, list)
	if err != nil {
		return nil, err
	}
	return outcomes(make([]error, len(rooms)), told), nil
}

// AddTrackedUsers has the devices of users followed.
//
//bridge:internal
func AddTrackedUsers(ctx context.Context, migration *Migration, users []string) ([]Outcome, error) {
	told, err := migration.migration.AddUsers(ctx, users)
	if err != nil {
		return nil, err
	}
	return outcomes(make([]error, len(users)), told), nil
}
