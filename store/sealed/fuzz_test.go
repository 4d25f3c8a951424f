package sealed

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/seal"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

var fuzzKeys = deriveKeys(&[32]byte{1})

// sameEachTime makes what a target seals first the same in all its workers.
func sameEachTime(f *testing.F) {
	f.Cleanup(random.Replace(testrand.NewStream(1)))
}

// FuzzT37Record opens values that were not sealed, and plaintexts of any kind
// that were.
func FuzzT37Record(f *testing.F) {
	sameEachTime(f)
	r := store.Record{Ref: store.Ref{Table: store.InboundSessions, Key: "key"}, Value: []byte("value"), Indexes: store.Indexes{Room: "room"}}
	sealed, _ := fuzzKeys.sealRecord(nil, &r, fuzzKeys.slot(r.Ref).Ref, 7)
	plaintext, _, err := fuzzKeys.openAt(&sealed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed.Value)
	f.Add(plaintext)
	f.Add(plaintext[:12])
	f.Fuzz(func(t *testing.T, b []byte) {
		raw := sealed
		raw.Value = b
		if o, err := fuzzKeys.openRecord(&raw); (err == nil) != bytes.Equal(b, sealed.Value) {
			t.Errorf("made up: %+v, %v", o, err)
		}
		own := sealed
		own.Value, _ = fuzzKeys.sealAt(nil, &sealed, b)
		o, err := fuzzKeys.openRecord(&own)
		if err != nil {
			if !errors.Is(err, errAltered) {
				t.Errorf("sealed: %v", err)
			}
			return
		}
		if want := 8 + 8 + len(o.Key) + len(o.Indexes.Room) + len(o.Indexes.Sender) + len(o.Indexes.Pending) + len(o.Value); want != len(b) {
			t.Errorf("%d bytes were read as %d", len(b), want)
		}
	})
}

// FuzzT37State opens owner, head and bucket from a plaintext of any kind. What
// is taken for whole is written as it was.
func FuzzT37State(f *testing.F) {
	sameEachTime(f)
	st := &state{counter: 9, outer: 1}
	bucketRecord, m := fuzzKeys.sealBucket(1, []entry{{name: name{5}, table: 1, mark: mark{1}}}, 9)
	st.buckets[1].mark = m
	headRecord, _ := fuzzKeys.sealHead(st)
	ownerRecord := fuzzKeys.sealOwner(1)
	for _, r := range []store.Record{ownerRecord, headRecord, bucketRecord} {
		plaintext, _, err := fuzzKeys.openAt(&r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plaintext)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		wantSame := func(r store.Record, err error) {
			if again, _, _ := fuzzKeys.openAt(&r); err == nil && !bytes.Equal(again, b) {
				t.Errorf("%s: %x was read as %x", r.Key, b, again)
			}
		}
		sealed := func(place store.Record) store.Record {
			place.Value, _ = fuzzKeys.sealAt(nil, &place, b)
			return place
		}
		owner, head, bucket := sealed(ownerPlace), sealed(headPlace), sealed(*bucketPlace(1))
		outer, err := fuzzKeys.openOwner(&owner)
		wantSame(fuzzKeys.sealOwner(outer), err)

		var st state
		if st.outer, err = fuzzKeys.openHead(&head, &st); len(b) == len(headRecord.Value)-prefixLen-seal.Overhead {
			again, _ := fuzzKeys.sealHead(&st)
			wantSame(again, err)
		}
		entries, _, counter, err := fuzzKeys.openBucket(1, &bucket)
		again, _ := fuzzKeys.sealBucket(1, entries, counter)
		wantSame(again, err)

		for _, records := range [][]store.Record{{owner}, {ownerRecord, head}, {ownerRecord, headRecord, bucket}} {
			page := &store.Page{Epoch: 1, Records: records}
			if got, err := fuzzKeys.openState(page); err == nil && len(records) > 2 && got.buckets[1].broken == "" && got.broken == "" {
				t.Error("a made-up bucket is believed")
			}
		}
	})
}

// FuzzT37Key opens the data key from records of any kind. Those that ask for
// much work, but not for too much, are left out.
func FuzzT37Key(f *testing.F) {
	sameEachTime(f)
	raw, passphrase := RawKey(&[32]byte{1}), Passphrase([]byte("p"), Params{})
	wrapped, err := wrap(&[32]byte{2}, &raw)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(wrapped)
	header := []byte{format, kindPassphrase, 0, 0, 0, 1, 0, 0, 0, 8, 1}
	f.Add(append(header, make([]byte, saltLen+wrappedLen)...))
	f.Fuzz(func(t *testing.T, record []byte) {
		if data, err := unwrap(record, &raw); (err == nil) != bytes.Equal(record, wrapped) || (err == nil) == data.IsZero() {
			t.Errorf("a raw key: %v", err)
		}
		if len(record) > 10 && binary.BigEndian.Uint32(record[6:]) > 64 && binary.BigEndian.Uint32(record[6:]) <= MaxMemory {
			return
		}
		if _, err := unwrap(record, &passphrase); err == nil {
			t.Error("a passphrase opens what was made up")
		}
	})
}

func TestEveryTableIsNumbered(t *testing.T) {
	for _, d := range store.Tables {
		if numberOf(d.Table) < 0 {
			t.Errorf("%s has no number", d.Table)
		}
		if d.Hot && len(d.Indexes) > 1 {
			t.Errorf("%s is hot and has several indexes", d.Table)
		}
	}
	// Meta comes before what it may be needed for, and Quarantine after all that
	// may be put there.
	if numberOf(store.Quarantine) != 11 || len(numbered) != len(store.Tables) {
		t.Errorf("%d numbers for %d tables", len(numbered), len(store.Tables))
	}
}

// TestTotals adds and removes in any order.
func TestTotals(t *testing.T) {
	var elements [][4]uint64
	for i := range 200 {
		elements = append(elements, fuzzKeys.element(name{byte(i)}, mark{1}))
	}
	var one, other total
	for _, e := range elements {
		one.add(e)
	}
	for i := range elements {
		other.add(elements[len(elements)-1-i])
	}
	if one != other || one.count != 200 {
		t.Error("the order matters")
	}
	for _, e := range elements[1:] {
		one.remove(e)
	}
	if one.sum != elements[0] || one.count != 1 {
		t.Errorf("one is left: %v", one)
	}
	carry := total{sum: [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}}
	carry.add([4]uint64{1})
	if carry.sum != ([4]uint64{}) {
		t.Errorf("carried to %v", carry.sum)
	}
	carry.remove([4]uint64{1})
	if carry.sum != ([4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}) {
		t.Errorf("borrowed to %v", carry.sum)
	}
	if fuzzKeys.element(name{1}, mark{2}) == fuzzKeys.element(name{2}, mark{1}) {
		t.Error("an element does not tell name and mark apart")
	}
}

// TestT9CloseWipes looks at the keys after Close.
func TestT9CloseWipes(t *testing.T) {
	data := RawKey(&[32]byte{1}).raw
	s := newStore(nil, data)
	k := s.keys
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if !data.IsZero() || !isWiped(k) {
		t.Error("keys are left")
	}
	defer func() {
		if recover() == nil {
			t.Error("the sealer still seals")
		}
	}()
	k.sealAt(nil, &headPlace, make([]byte, 2*seal.Overhead))
}

func isWiped(k *keys) bool {
	var one, other [32]byte
	k.names.Sum(&one)
	k.sums.Sum(&other)
	return one == other // HMACs of two keys that were wiped are the same
}
