package machine

import (
	"context"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/schema"
)

// Migration takes over a device that another program has kept, with libolm for
// instance, before there is a machine for it:
//
//	account, err := libolm.UnpickleAccount(pickle, pickleKey)
//	migration, err := machine.Migrate(ctx, config, account)
//	defer migration.Close()
//	outcomes, err := migration.AddSessions(ctx, sessions)  // as often as need be
//	outcomes, err = migration.AddRoomKeys(ctx, roomKeys)
//	outcomes, err = migration.AddRooms(ctx, rooms)
//	err = migration.Finish(ctx)
//	m, err := machine.Open(ctx, config)
//
// The device keeps its identity, and its conversations go on where they were. The
// other program must have ended for good: two copies of a device would encrypt
// different messages with one key. So delete what it has kept once Finish has returned.
//
// Until then the store is no machine's, and [Open] returns [ErrHalfMigrated]. A
// migration that was interrupted is begun again, with everything that there is to add.
//
// What a session to write to a room with would need, who was given its key and up to
// where it was used, nobody has kept. The machine makes new ones.
//
// Its methods are called one after the other. After an error of the store they return
// that, and a new migration has to be begun.
type Migration struct {
	machine  *Machine
	finished bool
	err      error // of the store
	// received are the times of the sessions with a device that were added, in the
	// order in which these are kept.
	received map[peerKey][]int64
}

// migratingKey is where the device stands until all has been taken over, and then its
// record moves to ownKey, in one commit. So what is half done is never taken for a
// device, nor for an empty store.
const migratingKey = "migrating"

// Migrate begins to take over the device of an account into a store that is empty, or
// holds a migration of this device that was interrupted; what that has brought is
// deleted first, since the other program may have gone on. Policy and Events of the
// configuration do not matter. The account stays the caller's to wipe.
//
// If the store has the device already, because a migration was finished or a machine
// was opened with it, nothing is left to do: see [Migration.Finished].
//
// It returns [ErrOwner] if anything else is in the store, [ErrFormat] for ids that
// cannot be or an account without keys, or the errors of the store that [Open] returns.
func Migrate(ctx context.Context, config Config, account *olm.Account) (*Migration, error) {
	// An account that libolm never initialised is all zeroes.
	if account.State().Wiped() || account.Curve25519Key() == (keys.Curve25519PublicKey{}) {
		return nil, ErrFormat
	}
	if !validUserID(config.UserID) || !validID(config.DeviceID) {
		return nil, ErrFormat
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	m := &Machine{config: config, user: config.UserID, device: config.DeviceID, paces: newPaces()}
	migration := &Migration{machine: m, received: make(map[peerKey][]int64)}
	if err := migration.begin(ctx, account); err != nil {
		migration.Close()
		return nil, err
	}
	return migration, nil
}

func (mig *Migration) begin(ctx context.Context, account *olm.Account) error {
	m := mig.machine
	// Whoever has the store by mistake must not take it from its owner.
	key, err := m.findDevice(ctx, account)
	if mig.finished = key == ownKey; mig.finished || err != nil {
		return err
	}
	if m.epoch, err = store.Claim(ctx, m.config.Store); err != nil {
		return err
	}
	if err := schema.Migrate(ctx, m.config.Store, m.epoch); err != nil {
		return err
	}
	// Until now somebody else may have changed it.
	key, err = m.findDevice(ctx, account)
	if mig.finished = key == ownKey; mig.finished || err != nil {
		return err
	}
	m.adopted = account.State().MarshalPickle()
	return m.beginMigration(ctx)
}

// findDevice returns the key under which a store has a device, empty if the store is.
func (m *Machine) findDevice(ctx context.Context, account *olm.Account) (key string, err error) {
	page, err := m.config.Store.Load(ctx, ownQuery)
	if err != nil {
		return "", err
	}
	if len(page.Broken) > 0 {
		return "", ErrBroken
	}
	if len(page.Records) == 0 {
		return "", m.checkEmpty(ctx)
	}
	w := &work{Machine: m}
	defer m.forget()
	if err := w.readOwn(page.Records[0].Value); err != nil {
		return "", err
	}
	if m.state.own.account.IdentityKeys() != account.IdentityKeys() {
		return "", ErrOwner
	}
	return page.Records[0].Key, nil
}

// checkEmpty returns [ErrOwner] if the store has anything that was a device's.
func (m *Machine) checkEmpty(ctx context.Context) error {
	return m.eachPage(ctx, func(page store.Page) error {
		if len(page.Records)+len(page.Broken) > 0 {
			return ErrOwner
		}
		return nil
	})
}

// beginMigration puts the account into the store, and deletes all else. The account is
// there at every moment, so that what is left is not taken for an empty store.
func (m *Machine) beginMigration(ctx context.Context) error {
	err := m.eachPage(ctx, func(page store.Page) error {
		var c store.Changes
		for _, rec := range page.Records {
			secret.Wipe(rec.Value)
			if rec.Key != migratingKey || rec.Table != store.Account {
				c.Delete(rec.Ref)
			}
		}
		if c.Len() == 0 {
			return nil
		}
		return m.config.Store.Commit(ctx, m.epoch, c)
	})
	if err != nil {
		return err
	}
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	return w.commit(ctx)
}

// eachPage goes through all that a device keeps.
func (m *Machine) eachPage(ctx context.Context, do func(store.Page) error) error {
	for _, d := range store.Tables {
		query := store.Query{Table: d.Table}
		for more := d.Table != store.Meta; more; more = query.After != "" {
			page, err := m.config.Store.Load(ctx, query)
			if err == nil {
				err = do(page)
			}
			if err != nil {
				return err
			}
			query.After = page.Next
		}
	}
	return nil
}

// adopt makes this device the one that is taken over. Its one-time keys stay, with their
// ids and with what was published of them; nobody knows how old the fallback key is, so
// it counts as new. The device keys are uploaded again, which costs nothing if they are
// the same.
func (w *work) adopt() error {
	state, err := olmstate.UnmarshalAccount(w.adopted)
	if err != nil {
		return ErrBroken
	}
	own := &ownDevice{account: olm.AccountFromState(state)}
	own.account.SetOneTimeKeyLimit(maxOneTimeKeys)
	if state.Fallback != nil {
		own.fallback = w.now()
	}
	w.state.own = own
	w.keep(own)
	return nil
}

// Finished reports whether the store has the whole device. Then there is nothing to add,
// and machines can be opened.
func (mig *Migration) Finished() bool { return mig.finished }

// Finish makes what was added a machine's store. What is added later is refused with
// [ErrClosed]. It returns an error of the store.
func (mig *Migration) Finish(ctx context.Context) error {
	if mig.finished {
		return nil
	}
	w, err := mig.step(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	w.forgetAdopted()
	w.keep(w.state.own)
	w.delete(store.Account, migratingKey)
	err = mig.failed(w.commit(ctx))
	mig.finished = err == nil
	return err
}

// Close overwrites all keys in memory. A migration that was not finished has to be begun
// again. The store is its owner's to close.
func (mig *Migration) Close() {
	m := mig.machine
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget()
	m.forgetAdopted()
	m.state.closed = ErrClosed
}

func (m *Machine) forgetAdopted() {
	secret.Wipe(m.adopted)
	m.adopted = nil
}

// step begins a step, unless there can be none any more.
func (mig *Migration) step(ctx context.Context) (*work, error) {
	switch {
	case mig.err != nil:
		return nil, mig.err
	case mig.finished:
		return nil, ErrClosed
	}
	w, err := mig.machine.begin(ctx)
	return w, mig.failed(err)
}

// failed notes an error of the store, and returns it. Nobody knows what the store has.
func (mig *Migration) failed(err error) error {
	mig.err = err
	return err
}
