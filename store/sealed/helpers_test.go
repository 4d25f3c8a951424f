package sealed_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// vault is a sealed store with its owner's epoch, and the store below.
type vault struct {
	*testing.T
	*sealed.Store
	below *memory.Store
	epoch uint64
}

// newVault makes a sealed store and claims it.
func newVault(t *testing.T) *vault {
	t.Helper()
	return openVault(t, memory.New())
}

func openVault(t *testing.T, below *memory.Store) *vault {
	t.Helper()
	v := &vault{T: t, Store: open(t, below), below: below}
	v.claim()
	return v
}

func open(t *testing.T, below store.Store) *sealed.Store {
	t.Helper()
	s, err := sealed.Open(t.Context(), below, rawKey(1))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func rawKey(first byte) sealed.Key { return sealed.RawKey(&[32]byte{first}) }

func (v *vault) claim() {
	v.Helper()
	var err error
	if v.epoch, err = store.Claim(v.Context(), v.Store); err != nil {
		v.Fatal(err)
	}
}

// again returns the same store, opened by somebody who has seen nothing of it.
func (v *vault) again() *vault {
	v.Helper()
	return &vault{T: v.T, Store: open(v.T, v.below), below: v.below, epoch: v.epoch}
}

func (v *vault) put(records ...store.Record) {
	v.Helper()
	v.commit(store.Changes{Puts: records})
}

func (v *vault) delete(refs ...store.Ref) {
	v.Helper()
	v.commit(store.Changes{Deletes: refs})
}

func (v *vault) commit(c store.Changes) {
	v.Helper()
	if err := v.Commit(v.Context(), v.epoch, c); err != nil {
		v.Fatalf("Commit: %v", err)
	}
}

// load returns values by key, and the reasons of what is broken by its key.
func (v *vault) load(q store.Query) (values, broken map[string]string) {
	v.Helper()
	sameTogether(v.T, v.Store, v.Store, q)
	if one, err := sealed.Open(v.Context(), v.below, rawKey(1)); err != sealed.ErrKey { // of some tests, which it opens no more
		sameTogether(v.T, one, open(v.T, v.below), q) // of which nobody has seen anything
	}
	values, broken = make(map[string]string), make(map[string]string)
	for {
		page, err := v.Load(v.Context(), q)
		if err != nil {
			v.Fatalf("Load: %v", err)
		}
		for _, r := range page.Records {
			values[r.Key] = string(r.Value)
		}
		for _, b := range page.Broken {
			broken[b.Key] = b.Reason
		}
		if q.After = page.Next; q.After == "" {
			return values, broken
		}
	}
}

// sameTogether wants one store to answer a query among others as another one does by
// itself.
func sameTogether(t *testing.T, one, other *sealed.Store, q store.Query) {
	t.Helper()
	want, wantErr := other.Load(t.Context(), q)
	queries := []store.Query{all(store.Settings), q, byKey(store.Rooms, "none"), byKey(store.Requests, "none")}
	pages, err := one.LoadAll(t.Context(), queries)
	if err != wantErr {
		t.Fatalf("%+v among others: %v; alone: %v", q, err, wantErr)
	}
	if err != nil {
		return
	}
	byName := func(a, b store.Record) int { return strings.Compare(a.Key, b.Key) }
	byPlace := func(a, b store.Broken) int { return strings.Compare(a.Key, b.Key) }
	for _, page := range []*store.Page{&want, &pages[1]} {
		slices.SortFunc(page.Records, byName)
		slices.SortFunc(page.Broken, byPlace)
	}
	if fmt.Sprint(pages[1]) != fmt.Sprint(want) {
		t.Errorf("%+v among others: %v; alone: %v", q, pages[1], want)
	}
}

// wants loads and compares with pairs of a key and a value.
func (v *vault) wants(q store.Query, pairs ...string) {
	v.Helper()
	values, broken := v.load(q)
	if len(broken) > 0 || !maps.Equal(values, pairsOf(pairs)) {
		v.Errorf("%+v: %v, broken %v; want %v", q, values, broken, pairs)
	}
}

// wantsBroken loads and compares the broken ones with pairs of a key and a reason.
func (v *vault) wantsBroken(q store.Query, pairs ...string) {
	v.Helper()
	if _, broken := v.load(q); !maps.Equal(broken, pairsOf(pairs)) {
		v.Errorf("%+v: broken are %v; want %v", q, broken, pairs)
	}
}

func pairsOf(pairs []string) map[string]string {
	all := make(map[string]string)
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all
}

// intact wants Verify to find nothing.
func (v *vault) intact() {
	v.Helper()
	if report := v.verify(); !report.Intact() {
		v.Errorf("Verify: %+v", report)
	}
}

func (v *vault) verify() sealed.Report {
	v.Helper()
	report, err := v.Verify(v.Context())
	if err != nil {
		v.Fatal(err)
	}
	return report
}

// wantsReport wants Verify to find broken records, as pairs of a table and a
// reason, and some tables that are not intact.
func (v *vault) wantsReport(tables []store.Table, pairs ...string) {
	v.Helper()
	report := v.verify()
	var notIntact []store.Table
	for _, r := range report.Tables {
		if !r.Intact {
			notIntact = append(notIntact, r.Table)
		}
	}
	var broken []string
	for _, b := range report.Broken {
		broken = append(broken, string(b.Table), b.Reason)
	}
	if fmt.Sprint(notIntact) != fmt.Sprint(tables) || fmt.Sprint(broken) != fmt.Sprint(pairs) || report.Intact() {
		v.Errorf("Verify: not intact %v, broken %q; want %v, %q", notIntact, broken, tables, pairs)
	}
}

// raw returns the records of a table of the store below, by their names.
func (v *vault) raw(t store.Table) map[string]store.Record {
	v.Helper()
	all := make(map[string]store.Record)
	q := store.Query{Table: t}
	for {
		page, err := v.below.Load(v.Context(), q)
		if err != nil {
			v.Fatal(err)
		}
		for _, r := range page.Records {
			all[r.Key] = r
		}
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

// only returns the only record of a table of the store below.
func (v *vault) only(t store.Table) store.Record {
	v.Helper()
	all := v.raw(t)
	for _, r := range all {
		if len(all) == 1 {
			return r
		}
	}
	v.Fatalf("%s has %d records below", t, len(all))
	return store.Record{}
}

// tamper changes the store below, behind the back of the sealed one.
func (v *vault) tamper(c store.Changes) {
	v.Helper()
	page, err := v.below.Load(v.Context(), store.Query{Table: store.Meta, Limit: 1})
	if err != nil {
		v.Fatal(err)
	}
	c.Sealed = true
	if err := v.below.Commit(v.Context(), page.Epoch, c); err != nil {
		v.Fatal(err)
	}
}

func (v *vault) tamperPut(records ...store.Record) {
	v.Helper()
	v.tamper(store.Changes{Puts: records})
}

func (v *vault) tamperDelete(refs ...store.Ref) {
	v.Helper()
	v.tamper(store.Changes{Deletes: refs})
}

// newest returns the record below whose value has changed since before.
func (v *vault) newest(t store.Table, before map[string]store.Record) store.Record {
	v.Helper()
	for name, r := range v.raw(t) {
		if !bytes.Equal(r.Value, before[name].Value) {
			return r
		}
	}
	v.Fatalf("%s: nothing is new", t)
	return store.Record{}
}

func ref(t store.Table, key string) store.Ref { return store.Ref{Table: t, Key: key} }

func record(t store.Table, key, value string) store.Record {
	return store.Record{Ref: ref(t, key), Value: []byte(value)}
}

func session(key, room, value string) store.Record {
	r := record(store.InboundSessions, key, value)
	r.Indexes = store.Indexes{Room: room, Pending: "backup"}
	return r
}

func olm(key, sender, value string) store.Record {
	r := record(store.OlmSessions, key, value)
	r.Indexes.Sender = sender
	return r
}

func all(t store.Table) store.Query { return store.Query{Table: t} }

func byKey(t store.Table, keys ...string) store.Query { return store.Query{Table: t, Keys: keys} }

func byRoom(room string) store.Query {
	return store.Query{Table: store.InboundSessions, Index: store.ByRoom, Value: room}
}

func bySender(sender string) store.Query {
	return store.Query{Table: store.OlmSessions, Index: store.BySender, Value: sender}
}

// sealedOver makes a sealed store under some key, and claims it.
func sealedOver(t *testing.T, below *memory.Store, key byte) (*vault, error) {
	t.Helper()
	s, err := sealed.Open(t.Context(), below, rawKey(key))
	if err != nil {
		return nil, err
	}
	v := &vault{T: t, Store: s, below: below}
	v.claim()
	return v, nil
}

func rawKeyOf(key []byte) sealed.Key { return sealed.RawKey((*[32]byte)(key)) }
