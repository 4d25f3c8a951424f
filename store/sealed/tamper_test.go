package sealed_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

func TestT37EveryByteOfAValue(t *testing.T) {
	v := newVault(t)
	v.put(session("s", "room", "a cold value"), record(store.Account, "own", "a hot value"))
	for _, c := range []struct {
		table store.Table
		key   string
	}{{store.InboundSessions, "s"}, {store.Account, "own"}} {
		good := v.only(c.table)
		for i := range good.Value {
			changed := good
			changed.Value = bytes.Clone(good.Value)
			changed.Value[i] ^= 1 << (i % 8)
			v.tamperPut(changed)
			v.wantsBroken(byKey(c.table, c.key), c.key, sealed.ReasonAltered)
		}
		for n := range good.Value {
			changed := good
			changed.Value = good.Value[:n]
			v.tamperPut(changed)
			v.wantsBroken(byKey(c.table, c.key), c.key, sealed.ReasonAltered)
		}
		v.wantsReport([]store.Table{c.table}, string(c.table), sealed.ReasonAltered)
		v.tamperPut(good)
		v.intact()
	}
	v.wants(all(store.InboundSessions), "s", "a cold value")
	v.wants(all(store.Account), "own", "a hot value")
}

func TestT37SwappedRecords(t *testing.T) {
	for _, table := range []store.Table{store.Requests, store.Rooms} {
		v := newVault(t)
		v.put(record(table, "a", "of a"), record(table, "b", "of b"), record(table, "c", "of c"))
		var names []string
		for name, r := range v.raw(table) {
			if values, _ := v.load(byKey(table, "a", "b")); len(values) == 2 {
				v.tamperDelete(r.Ref)
				if values, _ := v.again().load(byKey(table, "c")); len(values) == 1 {
					names = append(names, name)
				}
				v.tamperPut(r)
			}
		}
		a, b := v.raw(table)[names[0]], v.raw(table)[names[1]]
		a.Value, b.Value = b.Value, a.Value
		v.tamperPut(a, b)
		for _, of := range []*vault{v, v.again()} {
			of.wantsBroken(byKey(table, "a", "b", "c"), "a", sealed.ReasonAltered, "b", sealed.ReasonAltered)
			of.wants(byKey(table, "c"), "c", "of c")
		}
	}
}

func TestT37IndexAltered(t *testing.T) {
	v := newVault(t)
	v.put(session("a", "one room", "of a"))
	one := v.only(store.InboundSessions)
	v.put(session("b", "another", "of b"))
	var other string
	for name, r := range v.raw(store.InboundSessions) {
		if name != one.Key {
			other = r.Indexes.Room
		}
	}
	good := one.Indexes
	for _, altered := range []store.Indexes{
		{Room: other, Pending: good.Pending}, {Pending: good.Pending}, {Room: good.Room}, {Room: good.Pending, Pending: good.Room},
	} {
		one.Indexes = altered
		v.tamperPut(one)
		v.wantsBroken(byKey(store.InboundSessions, "a"), "a", sealed.ReasonAltered)
		v.wantsReport([]store.Table{store.InboundSessions}, string(store.InboundSessions), sealed.ReasonAltered)
	}
	one.Indexes = store.Indexes{Room: other}
	v.tamperPut(one)
	values, broken := v.load(byRoom("another"))
	if len(values) != 1 || values["b"] != "of b" || len(broken) != 1 {
		t.Errorf("in the other room: %v, %v", values, broken)
	}

	// Hot records have no indexes below.
	v.put(olm("o", "sender", "of o"))
	o := v.only(store.OlmSessions)
	if o.Indexes != (store.Indexes{}) {
		t.Errorf("a hot record has indexes: %+v", o.Indexes)
	}
	o.Indexes.Sender = "x"
	v.tamperPut(o)
	v.wantsBroken(bySender("sender"), o.Key, sealed.ReasonAltered)
}

func TestT37MovedToAnotherTable(t *testing.T) {
	for _, c := range []struct{ from, to store.Table }{
		{store.Requests, store.Settings}, {store.Account, store.Users}, {store.Settings, store.Account},
		{store.Account, store.Settings},
	} {
		v := newVault(t)
		v.put(record(c.from, "k", "v"), record(c.to, "k", "v"))
		moved, there := v.only(c.from), v.only(c.to)
		// The name that the record has there, and the one that it brings along.
		renamed := store.Record{Ref: there.Ref, Value: moved.Value}
		v.tamperPut(renamed)
		v.wantsBroken(byKey(c.to, "k"), "k", sealed.ReasonAltered)
		v.tamperPut(there, store.Record{Ref: ref(c.to, moved.Key), Value: moved.Value})
		v.wantsReport(nil, string(c.to), sealed.ReasonAltered)
		v.wants(byKey(c.to, "k"), "k", "v")
	}
}

// hotQueries are all ways to an Olm session.
var hotQueries = []store.Query{byKey(store.OlmSessions, "s"), bySender("sender"), all(store.OlmSessions)}

// brokenKey is what a broken record is called in the answer to a query.
func brokenKey(q store.Query, name string) string {
	if q.Keys != nil {
		return q.Keys[0]
	}
	return name
}

func TestT37HotRecordRolledBack(t *testing.T) {
	for _, q := range hotQueries {
		v := newVault(t)
		v.put(olm("s", "sender", "first"), olm("other", "sender", "x"), olm("third", "t", "x"))
		before := v.raw(store.OlmSessions)
		v.put(olm("s", "sender", "second"))
		now := v.newest(store.OlmSessions, before)
		v.tamperPut(before[now.Key])
		for _, of := range []*vault{v, v.again(), openVault(t, v.below)} {
			of.wantsBroken(q, brokenKey(q, now.Key), sealed.ReasonRolledBack)
			of.wants(byKey(store.OlmSessions, "other"), "other", "x")
			of.wantsReport([]store.Table{store.OlmSessions}, string(store.OlmSessions), sealed.ReasonRolledBack)
		}
	}
}

func TestT37HotRecordDropped(t *testing.T) {
	for _, q := range hotQueries {
		v := newVault(t)
		v.put(olm("other", "sender", "x"))
		before := v.raw(store.OlmSessions)
		v.put(olm("s", "sender", "first"))
		now := v.newest(store.OlmSessions, before)
		v.tamperDelete(now.Ref)
		for _, of := range []*vault{v, v.again(), openVault(t, v.below)} {
			of.wantsBroken(q, brokenKey(q, now.Key), sealed.ReasonDropped)
			of.wantsReport([]store.Table{store.OlmSessions}, string(store.OlmSessions), sealed.ReasonDropped)
		}
		owner := openVault(t, v.below)
		owner.load(q)
		owner.put(record(store.Settings, "k", "v"))
		owner.wants(all(store.OlmSessions), "other", "x") // it was told, and is forgotten
		owner.intact()
	}
}

func TestT37HotRecordPutBack(t *testing.T) {
	v := newVault(t)
	v.put(olm("s", "sender", "first"), olm("other", "sender", "x"))
	before := v.raw(store.OlmSessions)
	v.delete(ref(store.OlmSessions, "s"))
	for name, r := range before {
		if _, ok := v.raw(store.OlmSessions)[name]; !ok {
			v.tamperPut(r)
		}
	}
	for _, of := range []*vault{v, v.again()} {
		of.wantsBroken(byKey(store.OlmSessions, "s"), "s", sealed.ReasonPutBack)
		of.wants(all(store.OlmSessions), "other", "x")
		of.wantsReport(nil, string(store.OlmSessions), sealed.ReasonPutBack)
	}
}

// touched returns the bucket's record that the last commit of change has written.
func (v *vault) touched(change func()) (before, after store.Record) {
	v.Helper()
	meta := v.raw(store.Meta)
	change()
	for name, r := range v.raw(store.Meta) {
		if name != "head" && !bytes.Equal(r.Value, meta[name].Value) {
			return meta[name], r
		}
	}
	v.Fatal("no bucket was written")
	return
}

func TestT37BucketRolledBack(t *testing.T) {
	v := newVault(t)
	v.put(record(store.Account, "own", "first"))
	old, now := v.touched(func() { v.put(record(store.Account, "own", "second")) })
	account := v.only(store.Account)
	v.put(record(store.Requests, "d", "x"))

	altered := now
	altered.Value = bytes.Clone(now.Value)
	altered.Value[20] ^= 1
	for _, c := range []struct {
		reason string
		change func()
	}{
		{sealed.ReasonRolledBack, func() { v.tamperPut(old) }},
		{sealed.ReasonDropped, func() { v.tamperDelete(now.Ref) }},
		{sealed.ReasonAltered, func() { v.tamperPut(altered) }},
	} {
		c.change()
		of := openVault(t, v.below)
		for range 2 {
			of.wantsBroken(byKey(store.Account, "own"), "own", sealed.ReasonBucket)
			of.wantsBroken(all(store.Account), now.Key, c.reason)
			of.wants(all(store.Requests), "d", "x")
			of.put(record(store.Settings, "k", "the rest goes on"))
		}
		if err := of.Commit(t.Context(), of.epoch, store.Changes{Puts: []store.Record{record(store.Account, "own", "third")}}); !errors.Is(err, sealed.ErrDamaged) {
			t.Errorf("%s: Commit: %v", c.reason, err)
		}
		of.wantsReport(nil, string(store.Meta), c.reason)
		if got := of.only(store.Account); !bytes.Equal(got.Value, account.Value) {
			t.Error("what nobody can judge was changed")
		}
		v.tamperPut(now)
		of = openVault(t, v.below)
		of.wants(all(store.Account), "own", "second")
		of.intact()
	}
}

func TestT37HeadRolledBack(t *testing.T) {
	v := newVault(t)
	v.put(record(store.Account, "own", "first"), record(store.Requests, "d", "x"))
	old := v.raw(store.Meta)["head"]
	v.put(record(store.Account, "own", "second"))
	now := v.raw(store.Meta)["head"]
	altered := now
	altered.Value = bytes.Clone(now.Value)
	altered.Value[100] ^= 1
	for _, c := range []struct {
		reason string
		change func()
	}{
		{sealed.ReasonHead, func() { v.tamperPut(old) }},
		{sealed.ReasonDropped, func() { v.tamperDelete(now.Ref) }},
		{sealed.ReasonAltered, func() { v.tamperPut(altered) }},
	} {
		c.change()
		of := openVault(t, v.below)
		of.wantsBroken(byKey(store.Account, "own"), "own", c.reason)
		of.wantsBroken(all(store.Account), "head", c.reason)
		of.wants(all(store.Requests), "d", "x")
		err := of.Commit(t.Context(), of.epoch, store.Changes{Puts: []store.Record{record(store.Settings, "k", "v")}})
		if !errors.Is(err, sealed.ErrDamaged) {
			t.Errorf("%s: Commit: %v", c.reason, err)
		}
		if report := of.verify(); report.Intact() || len(report.Broken) != 1 || report.Broken[0].Key != "head" || report.Broken[0].Reason != c.reason {
			t.Errorf("%s: Verify: %+v", c.reason, report)
		}
		v.tamperPut(now)
	}
	openVault(t, v.below).wants(all(store.Account), "own", "second")
}

// TestT37HeadAndBucketRolledBack leaves a hot record newer than all that tells
// of it.
func TestT37HeadAndBucketRolledBack(t *testing.T) {
	v := newVault(t)
	v.put(record(store.Account, "own", "first"))
	head := v.raw(store.Meta)["head"]
	bucket, _ := v.touched(func() { v.put(record(store.Account, "own", "second")) })
	v.tamperPut(head, bucket)
	of := openVault(t, v.below)
	of.wantsBroken(byKey(store.Account, "own"), "own", sealed.ReasonHead)
	of.put(record(store.Settings, "k", "v"))
	if len(of.raw(store.Account)) != 1 {
		t.Error("a record was put aside that is newer than the head")
	}
}

func TestT37OwnerRolledBack(t *testing.T) {
	v := newVault(t)
	owner := v.raw(store.Meta)["owner"]
	stale := v.again()
	v.claim()
	v.put(record(store.Account, "own", "x"))
	v.tamperPut(owner)
	for _, of := range []*vault{stale, v.again()} {
		if err := of.Commit(t.Context(), stale.epoch, store.Changes{Puts: []store.Record{record(store.Account, "own", "y")}}); !errors.Is(err, sealed.ErrDamaged) {
			t.Errorf("Commit in the epoch before: %v", err)
		}
		if _, err := of.Load(t.Context(), all(store.Account)); !errors.Is(err, sealed.ErrDamaged) {
			t.Errorf("Load: %v", err)
		}
	}
}

func TestT37ColdRecordsAreVerified(t *testing.T) {
	v := newVault(t)
	v.put(session("a", "r", "first"), session("b", "r", "x"), record(store.Requests, "d", "x"))
	before := v.raw(store.InboundSessions)
	v.put(session("a", "r", "second"))
	now := v.newest(store.InboundSessions, before)
	v.intact()

	v.tamperPut(before[now.Key])
	v.wantsReport([]store.Table{store.InboundSessions})
	v.tamperDelete(now.Ref)
	v.wantsReport([]store.Table{store.InboundSessions})
	v.again().wantsReport([]store.Table{store.InboundSessions})
	v.tamperPut(now)
	v.intact()
	v.again().intact()

	v.delete(ref(store.InboundSessions, "a"))
	v.intact()
	v.tamperPut(now)
	v.wantsReport([]store.Table{store.InboundSessions})
	v.tamperDelete(now.Ref)
	// What the user never put does not open.
	v.tamperPut(store.Record{Ref: ref(store.Requests, "made up"), Value: bytes.Repeat([]byte{1}, 100)})
	v.wantsReport(nil, string(store.Requests), sealed.ReasonAltered)
}
