package sealed_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// least is the least work that a new passphrase may be.
var least = sealed.Params{Passes: sealed.MinPasses, Memory: sealed.MinMemory, Lanes: 1}

func passphrase(text string) sealed.Key { return sealed.Passphrase([]byte(text), least) }

func wantsKey(t *testing.T, below store.Store, key sealed.Key, want error) {
	t.Helper()
	s, err := sealed.Open(t.Context(), below, key)
	if !errors.Is(err, want) || (s == nil) != (want != nil) {
		t.Errorf("Open: %v, want %v", err, want)
	}
}

func TestWrongKey(t *testing.T) {
	v := newVault(t)
	v.put(record(store.Account, "own", "x"))
	wantsKey(t, v.below, rawKey(2), sealed.ErrKey)
	wantsKey(t, v.below, passphrase("a passphrase"), sealed.ErrKey)
	wantsKey(t, v.below, sealed.Key{}, sealed.ErrKey)
	wiped := rawKey(1)
	wiped.Wipe()
	wantsKey(t, v.below, wiped, sealed.ErrKey)
	wantsKey(t, v.below, rawKey(1), nil)

	record := v.raw(store.Meta)["key"]
	for i := range record.Value {
		changed := record
		changed.Value = bytes.Clone(record.Value)
		changed.Value[i] ^= 0x80
		v.tamperPut(changed)
		if s, err := sealed.Open(t.Context(), v.below, rawKey(1)); err == nil || s != nil {
			t.Errorf("with byte %d changed: %v", i, err)
		}
	}
	for n := range record.Value {
		changed := record
		changed.Value = record.Value[:n]
		v.tamperPut(changed)
		wantsKey(t, v.below, rawKey(1), sealed.ErrKey)
	}
}

// TestT37KeyDropped: nobody may be led to make a new key, and go on as if the
// store were new.
func TestT37KeyDropped(t *testing.T) {
	v := newVault(t)
	v.tamperDelete(ref(store.Meta, "key"))
	wantsKey(t, v.below, rawKey(1), sealed.ErrUnsealed)

	unsealed := memory.New()
	if err := unsealed.Commit(t.Context(), 0, store.Changes{Puts: []store.Record{record(store.Account, "own", "x")}}); err != nil {
		t.Fatal(err)
	}
	wantsKey(t, unsealed, rawKey(1), sealed.ErrUnsealed)
	wantsKey(t, memory.New(), sealed.Key{}, sealed.ErrParams)
}

func TestPassphrase(t *testing.T) {
	below := memory.New()
	s, err := sealed.Open(t.Context(), below, passphrase("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	v := &vault{T: t, Store: s, below: below}
	v.claim()
	v.put(record(store.Account, "own", "x"))
	wantsKey(t, below, passphrase("correct horsf"), sealed.ErrKey)
	wantsKey(t, below, rawKey(1), sealed.ErrKey)

	// The store's own parameters count, not those of the key.
	other := sealed.Passphrase([]byte("correct horse"), sealed.Params{})
	v.Store, err = sealed.Open(t.Context(), below, other)
	if err != nil {
		t.Fatal(err)
	}
	v.wants(all(store.Account), "own", "x")
}

func TestWeakPassphraseIsRefused(t *testing.T) {
	d := sealed.DefaultParams
	for _, key := range []sealed.Key{
		sealed.Passphrase(nil, d),
		sealed.Passphrase([]byte("p"), sealed.Params{}),
		sealed.Passphrase([]byte("p"), sealed.Params{Passes: sealed.MinPasses - 1, Memory: d.Memory, Lanes: 1}),
		sealed.Passphrase([]byte("p"), sealed.Params{Passes: d.Passes, Memory: sealed.MinMemory - 1, Lanes: 1}),
		sealed.Passphrase([]byte("p"), sealed.Params{Passes: d.Passes, Memory: d.Memory}),
		sealed.Passphrase([]byte("p"), sealed.Params{Passes: sealed.MaxPasses + 1, Memory: d.Memory, Lanes: 1}),
		sealed.Passphrase([]byte("p"), sealed.Params{Passes: d.Passes, Memory: sealed.MaxMemory + 1, Lanes: 1}),
		sealed.Passphrase([]byte("p"), sealed.Params{Passes: d.Passes, Memory: d.Memory, Lanes: sealed.MaxLanes + 1}),
	} {
		wantsKey(t, memory.New(), key, sealed.ErrParams)
	}
	v := newVault(t)
	if err := v.ChangeKey(t.Context(), v.epoch, sealed.Passphrase([]byte("p"), sealed.Params{Passes: 1, Memory: 8, Lanes: 1})); !errors.Is(err, sealed.ErrParams) {
		t.Errorf("ChangeKey: %v", err)
	}
	wantsKey(t, v.below, rawKey(1), nil)
}

// TestT37HostileParams: if such work were begun, this test would not end, or not
// have the memory for it.
func TestT37HostileParams(t *testing.T) {
	below := memory.New()
	if _, err := sealed.Open(t.Context(), below, passphrase("p")); err != nil {
		t.Fatal(err)
	}
	v := &vault{T: t, below: below}
	good := v.raw(store.Meta)["key"]
	for _, p := range []sealed.Params{
		{Passes: sealed.MaxPasses + 1, Memory: 8, Lanes: 1},
		{Passes: math.MaxUint32, Memory: sealed.MaxMemory, Lanes: 1},
		{Passes: 1, Memory: sealed.MaxMemory + 1, Lanes: 1},
		{Passes: 1, Memory: math.MaxUint32, Lanes: 1},
		{Passes: 1, Memory: sealed.MaxMemory, Lanes: sealed.MaxLanes + 1},
		{Passes: 1, Memory: 8, Lanes: 2},
		{Passes: 1, Memory: 8, Lanes: 0},
		{Passes: 0, Memory: 8, Lanes: 1},
	} {
		hostile := good
		hostile.Value = bytes.Clone(good.Value)
		binary.BigEndian.PutUint32(hostile.Value[2:], p.Passes)
		binary.BigEndian.PutUint32(hostile.Value[6:], p.Memory)
		hostile.Value[10] = p.Lanes
		v.tamperPut(hostile)
		if wantsKey(t, below, passphrase("p"), sealed.ErrParams); t.Failed() {
			return // the next one would take for ever
		}
	}
	// Parameters that are merely other ones lead to another key.
	hostile := good
	hostile.Value = bytes.Clone(good.Value)
	binary.BigEndian.PutUint32(hostile.Value[2:], 1)
	binary.BigEndian.PutUint32(hostile.Value[6:], 8)
	v.tamperPut(hostile)
	wantsKey(t, below, passphrase("p"), sealed.ErrKey)
}

func TestChangeKey(t *testing.T) {
	v := newVault(t)
	v.put(record(store.Account, "own", "x"), session("s", "r", "y"))
	before := v.raw(store.InboundSessions)
	stale := v.again()
	v.claim()
	if err := stale.ChangeKey(t.Context(), stale.epoch, rawKey(2)); !errors.Is(err, store.ErrStale) {
		t.Errorf("who does not own the store changes its key: %v", err)
	}
	if err := v.ChangeKey(t.Context(), v.epoch, rawKey(2)); err != nil {
		t.Fatal(err)
	}
	wantsKey(t, v.below, rawKey(1), sealed.ErrKey)
	s, err := sealed.Open(t.Context(), v.below, rawKey(2))
	if err != nil {
		t.Fatal(err)
	}
	changed := &vault{T: t, Store: s, below: v.below, epoch: v.epoch}
	for _, of := range []*vault{v, changed} {
		of.wants(all(store.Account), "own", "x")
		of.wants(byRoom("r"), "s", "y")
		of.put(record(store.Requests, "d", "z"))
	}
	for name, r := range v.raw(store.InboundSessions) {
		if !bytes.Equal(r.Value, before[name].Value) {
			t.Error("the data were written again")
		}
	}
	changed.intact()
	if err := changed.ChangeKey(t.Context(), v.epoch, passphrase("p")); err != nil {
		t.Fatal(err)
	}
	wantsKey(t, v.below, rawKey(2), sealed.ErrKey)
	wantsKey(t, v.below, passphrase("p"), nil)
}

func TestTooNew(t *testing.T) {
	v := newVault(t)
	good := v.raw(store.Meta)
	for _, c := range []struct {
		name  string
		at    int
		value byte
	}{{"owner", 0, 2}, {"owner", 1, 1}, {"owner", 2, 2}, {"key", 0, 2}} {
		newer := good[c.name]
		newer.Value = bytes.Clone(newer.Value)
		newer.Value[c.at] = c.value
		v.tamperPut(newer)
		wantsKey(t, v.below, rawKey(1), store.ErrTooNew)
		v.tamperPut(good[c.name])
	}
	wantsKey(t, v.below, rawKey(1), nil)
}

func TestClose(t *testing.T) {
	v := newVault(t)
	for range 2 {
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, loaded := v.Load(t.Context(), all(store.Account))
	_, verified := v.Verify(t.Context())
	_, repaired := v.Repair(t.Context())
	for _, err := range []error{
		loaded, verified, repaired,
		v.Commit(t.Context(), v.epoch, store.Changes{}), v.ChangeKey(t.Context(), v.epoch, rawKey(2)),
	} {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}

// closing is a store that is closed.
type closing struct {
	*memory.Store
	closed int
}

func (c *closing) Close() error {
	c.closed++
	return nil
}

func TestCloseClosesBelow(t *testing.T) {
	below := &closing{Store: memory.New()}
	s := open(t, below)
	s.Close()
	if s.Close(); below.closed != 1 {
		t.Errorf("closed %d times", below.closed)
	}
}
