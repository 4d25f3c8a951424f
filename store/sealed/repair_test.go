package sealed_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// breakOnly alters the only record of a table below, and returns what it became.
func (v *vault) breakOnly(t store.Table) store.Record {
	v.Helper()
	r := v.only(t)
	r.Value = bytes.Clone(r.Value)
	r.Value[10] ^= 1
	v.tamperPut(r)
	return r
}

// TestT37BrokenIsPutAside: raw bytes are kept in table Quarantine from the next
// commit on, whoever finds them broken, and all else goes on.
func TestT37BrokenIsPutAside(t *testing.T) {
	for _, table := range []store.Table{store.Requests, store.Account} {
		v := newVault(t)
		v.put(record(table, "k", "v"), record(store.Settings, "s", "x"))
		broken := v.breakOnly(table)
		v.wantsBroken(all(table), broken.Key, sealed.ReasonAltered)
		if len(v.raw(store.Quarantine)) > 0 {
			t.Error("put aside before a commit")
		}
		v.put(record(store.Settings, "s", "y"))
		v.wants(all(table))
		v.wants(all(store.Quarantine), string(table)+"/"+broken.Key, string(broken.Value))
		v.wants(all(store.Settings), "s", "y")
		v.intact() // this handle knew what had been there
		if len(v.raw(table)) > 0 {
			t.Error("it is still there")
		}

		// The record can be put again, and break again.
		v.put(record(table, "k", "second"))
		v.wants(all(table), "k", "second")
		again := v.breakOnly(table)
		v.wantsBroken(byKey(table, "k"), "k", sealed.ReasonAltered)
		v.put(record(table, "k", "third")) // over the broken one
		v.wants(all(table), "k", "third")
		v.wants(all(store.Quarantine), string(table)+"/"+broken.Key, string(again.Value))
		v.intact()
	}
}

// TestT37OverwrittenIsKept: a broken record that nobody had read before it was
// replaced is put aside as well.
func TestT37OverwrittenIsKept(t *testing.T) {
	v := newVault(t)
	v.put(record(store.Requests, "k", "v"))
	broken := v.breakOnly(store.Requests)
	of := v.again()
	of.put(record(store.Requests, "k", "second"))
	of.wants(all(store.Requests), "k", "second")
	of.wants(all(store.Quarantine), "requests/"+broken.Key, string(broken.Value))
	// What had been there nobody knows, so that something stays wrong.
	of.wantsReport([]store.Table{store.Requests})
	v = of.repair()
	v.wants(all(store.Requests), "k", "second")
}

// TestMendedIsNotPutAside: what was found broken is looked at again.
func TestMendedIsNotPutAside(t *testing.T) {
	v := newVault(t)
	v.put(record(store.Account, "own", "v"))
	good := v.only(store.Account)
	v.breakOnly(store.Account)
	v.wantsBroken(byKey(store.Account, "own"), "own", sealed.ReasonAltered)
	v.tamperPut(good)
	v.put(record(store.Settings, "s", "x"))
	v.wants(all(store.Account), "own", "v")
	v.wants(all(store.Quarantine))
	v.intact()
}

// TestManyBroken: more than one commit takes.
func TestManyBroken(t *testing.T) {
	v := newVault(t)
	var c store.Changes
	for _, key := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		for _, more := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "0"} {
			c.Put(record(store.Requests, key+more, "v"))
		}
	}
	v.commit(c)
	for _, r := range v.raw(store.Requests) {
		r.Value = r.Value[1:]
		v.tamperPut(r)
	}
	for n := 0; len(v.raw(store.Requests)) > 0; n++ {
		if v.load(all(store.Requests)); n > 5 {
			t.Fatalf("%d are left", len(v.raw(store.Requests)))
		}
		v.put(record(store.Settings, "s", "x"))
	}
	if n := len(v.raw(store.Quarantine)); n != c.Len() {
		t.Errorf("%d were put aside", n)
	}
	v.intact()
}

// repair repairs a store, and returns its new owner.
func (v *vault) repair() *vault {
	v.Helper()
	of := v.again()
	var err error
	if of.epoch, err = of.Repair(v.Context()); err != nil {
		v.Fatalf("Repair: %v", err)
	}
	if of.epoch <= v.epoch {
		v.Errorf("Repair: epoch %d after %d", of.epoch, v.epoch)
	}
	if err := v.Commit(v.Context(), v.epoch, store.Changes{}); !errors.Is(err, store.ErrStale) {
		v.Errorf("the owner before commits: %v", err)
	}
	of.intact()
	of.again().intact()
	return of
}

func TestRepair(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(v *vault, before map[string]store.Record)
	}{
		{"nothing", func(*vault, map[string]store.Record) {}},
		{"head altered", func(v *vault, m map[string]store.Record) {
			head := v.raw(store.Meta)["head"]
			head.Value = head.Value[:90]
			v.tamperPut(head)
		}},
		{"head dropped", func(v *vault, m map[string]store.Record) { v.tamperDelete(ref(store.Meta, "head")) }},
		{"head rolled back", func(v *vault, m map[string]store.Record) { v.tamperPut(m["head"]) }},
		{"owner dropped", func(v *vault, m map[string]store.Record) { v.tamperDelete(ref(store.Meta, "owner")) }},
		{"buckets dropped", func(v *vault, m map[string]store.Record) {
			for name := range v.raw(store.Meta) {
				if len(name) > 3 && name[:3] == "hot" {
					v.tamperDelete(ref(store.Meta, name))
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVault(t)
			v.put(record(store.Account, "own", "1"), olm("o", "s", "1"), session("a", "r", "1"), record(store.Quarantine, "q", "1"))
			before := v.raw(store.Meta)
			v.put(record(store.Account, "own", "2"), session("a", "r", "2"), session("b", "r", "1"))
			c.change(v, before)
			of := v.repair()
			of.wants(all(store.Account), "own", "2")
			of.wants(bySender("s"), "o", "1")
			of.wants(byRoom("r"), "a", "2", "b", "1")
			of.wants(all(store.Quarantine), "q", "1")
			of.put(record(store.Account, "own", "3"))
			of.intact()
		})
	}
}

// TestRepairMovesWhatIsBroken also where one that is broken lies in the place of
// another one's copy.
func TestRepairMovesWhatIsBroken(t *testing.T) {
	v := newVault(t)
	v.put(record(store.Requests, "d", "x"), record(store.Account, "own", "first"), olm("gone", "s", "x"))
	old := v.only(store.Account)
	v.put(record(store.Account, "own", "second"), record(store.Settings, "s", "x"))
	device := v.breakOnly(store.Requests)
	v.load(all(store.Requests))
	v.put(record(store.Settings, "s", "y")) // now it has a copy
	v.breakOnly(store.Quarantine)
	v.tamperPut(device, old)
	v.tamperDelete(v.only(store.OlmSessions).Ref)
	v.tamperPut(store.Record{Ref: ref(store.Rooms, "a strange name"), Value: []byte("junk")})

	of := v.repair()
	of.wants(all(store.Settings), "s", "y")
	for _, table := range []store.Table{store.Requests, store.Account, store.OlmSessions, store.Rooms} {
		of.wants(all(table))
	}
	values, _ := of.load(all(store.Quarantine))
	if values["requests/"+device.Key] != string(device.Value) || values["account/"+old.Key] != string(old.Value) || len(values) < 3 {
		t.Errorf("put aside are %q", values)
	}
}
