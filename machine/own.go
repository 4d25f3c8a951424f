package machine

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// ownDevice is this device: its keys, and what the homeserver has of them.
type ownDevice struct {
	account  *olm.Account
	uploaded bool // whether the homeserver has the device keys
	// fallback is when the present fallback key was made, 0 before the first.
	fallback int64
}

const (
	ownKey     = "own"
	ownVersion = 1
)

// ownQuery asks for the device's own keys, or for those that a migration has begun with.
var ownQuery = store.Query{Table: store.Account, Keys: []string{ownKey, migratingKey}}

// takeOwn takes the device's own keys, or makes them in a store that has none.
func (w *work) takeOwn(page store.Page) error {
	if w.adopted != nil {
		return w.adopt()
	}
	if len(page.Broken) > 0 {
		return ErrBroken
	}
	if len(page.Records) == 0 {
		w.makeOwn()
		return nil
	}
	if page.Records[0].Key == migratingKey {
		return ErrHalfMigrated
	}
	return w.readOwn(page.Records[0].Value)
}

// checkOwner returns the epoch of the store, or [ErrOwner] if it is of another device, or
// [ErrHalfMigrated] if it is a migration's. What is wrong with it otherwise shows when it
// is opened.
func (m *Machine) checkOwner(ctx context.Context) (epoch uint64, err error) {
	pages, err := store.LoadAll(ctx, m.config.Store, ownQuery)
	if err != nil {
		return 0, err
	}
	page := pages[0]
	if len(page.Records) == 0 {
		return page.Epoch, nil
	}
	defer secret.Wipe(page.Records[0].Value)
	r := record.Read(page.Records[0].Value, ownVersion)
	if user, device := r.Text(), r.Text(); user != "" && (user != m.user || device != m.device) {
		return 0, ErrOwner
	}
	if page.Records[0].Key == migratingKey {
		return 0, ErrHalfMigrated
	}
	return page.Epoch, nil
}

func (w *work) readOwn(value []byte) error {
	r := record.Read(value, ownVersion)
	user, device := r.Text(), r.Text()
	own := &ownDevice{uploaded: r.Bool(), fallback: r.Time()}
	account, err := olmstate.UnmarshalAccount(r.Bytes())
	if err != nil || !r.Done() {
		return ErrBroken
	}
	if user != w.user || device != w.device {
		account.Wipe()
		return ErrOwner
	}
	own.account = olm.AccountFromState(account)
	secret.Wipe(value)
	w.state.own = own
	return nil
}

// makeOwn makes a new device, with what it will upload first.
func (w *work) makeOwn() {
	own := &ownDevice{account: olm.NewAccount(), fallback: w.now()}
	own.account.SetOneTimeKeyLimit(maxOneTimeKeys)
	own.account.GenerateOneTimeKeys(maxServerKeys / 2)
	own.account.GenerateFallbackKey()
	w.state.own = own
	w.keep(own)
}

// keep is described at keeper.
func (own *ownDevice) keep(w *work) {
	r := record.New(ownVersion)
	r.Text(w.user)
	r.Text(w.device)
	r.Bool(own.uploaded)
	r.Time(own.fallback)
	r.Secret(own.account.State().MarshalPickle())
	key := ownKey
	if w.adopted != nil {
		key = migratingKey
	}
	w.put(store.Account, key, r.Done())
}

// deviceKeys is the device's own entry in the device lists, signed by the device.
//
// https://spec.matrix.org/latest/client-server-api/#definition-devicekeys
func (m *Machine) deviceKeys() []byte {
	a := m.state.own.account
	keyID := ed25519 + m.device
	signed := m.deviceKeysUnsigned().done()
	signature := a.Sign(signed)
	return m.deviceKeysUnsigned().signatures(m.user, keyID, signature).done()
}

func (m *Machine) deviceKeysUnsigned() *object {
	a := m.state.own.account
	o := newObject(512).raw("algorithms", textArray([]string{olmAlgorithm, megolmAlgorithm}))
	o.text("device_id", m.device).open("keys")
	o.text(curve25519ID+m.device, a.Curve25519Key().String())
	o.text(ed25519+m.device, a.Ed25519Key().String()).close()
	return o.text("user_id", m.user)
}
