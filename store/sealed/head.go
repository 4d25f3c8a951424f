package sealed

import (
	"encoding/binary"
	"strconv"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Records of our own lie in table Meta, sealed like all others. Their keys are
// shorter than names.
var (
	keyPlace   = store.Record{Ref: store.Ref{Table: store.Meta, Key: "key"}} // the one that is sealed under the user's key
	ownerPlace = store.Record{Ref: store.Ref{Table: store.Meta, Key: "owner"}}
	headPlace  = store.Record{Ref: store.Ref{Table: store.Meta, Key: "head"}}
)

func bucketPlace(i int) *store.Record {
	return &store.Record{Ref: store.Ref{Table: store.Meta, Key: "hot " + strconv.Itoa(i)}}
}

// isOurs tells records of our own from those of the user.
func isOurs(r *store.Record) bool { return r.Table == store.Meta && len(r.Key) < nameLen }

// stateKeys are the keys of the records that make up a state.
var stateKeys = func() []string {
	keys := []string{ownerPlace.Key, headPlace.Key}
	for i := range buckets {
		keys = append(keys, bucketPlace(i).Key)
	}
	return keys
}()

// The owner's record holds the epoch (8 bytes). It changes only together with
// the epoch of the store below.

func (k *keys) sealOwner(outer uint64) store.Record {
	r := ownerPlace
	r.Value, _ = k.sealAt(nil, &r, binary.BigEndian.AppendUint64(nil, outer))
	return r
}

func (k *keys) openOwner(r *store.Record) (outer uint64, err error) {
	plaintext, _, err := k.openAt(r)
	if err == errTooNew {
		return 0, store.ErrTooNew
	}
	in := pickle.NewReader(plaintext)
	outer = readUint64(in)
	if err != nil || !in.Done() {
		return 0, ErrDamaged
	}
	return outer, nil
}

// The head holds
//
//	counter (8 bytes) || epoch (8 bytes) || 32 marks of buckets (16 bytes each) ||
//	count of totals (4 bytes) || totals (count (8 bytes), sum (32 bytes))

func (k *keys) sealHead(s *state) (store.Record, mark) {
	b := make([]byte, 0, 8+8+buckets*len(mark{})+4+len(s.totals)*40)
	b = binary.BigEndian.AppendUint64(b, s.counter)
	b = binary.BigEndian.AppendUint64(b, s.outer)
	for i := range s.buckets {
		b = append(b, s.buckets[i].mark[:]...)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(s.totals)))
	for i := range s.totals {
		b = binary.BigEndian.AppendUint64(b, s.totals[i].count)
		for _, part := range s.totals[i].sum {
			b = binary.BigEndian.AppendUint64(b, part)
		}
	}
	r := headPlace
	var m mark
	r.Value, m = k.sealAt(nil, &r, b)
	return r, m
}

// openHead sets what a head tells, and returns the epoch that it names.
func (k *keys) openHead(r *store.Record, s *state) (outer uint64, err error) {
	plaintext, m, err := k.openAt(r)
	if err != nil {
		return 0, err
	}
	in := pickle.NewReader(plaintext)
	s.mark, s.counter, outer = m, readUint64(in), readUint64(in)
	for i := range s.buckets {
		copy(s.buckets[i].mark[:], in.Raw(len(mark{})))
	}
	for i := range in.Count(len(s.totals), 40) {
		s.totals[i].count = readUint64(in)
		for j := range s.totals[i].sum {
			s.totals[i].sum[j] = readUint64(in)
		}
	}
	if !in.Done() {
		return 0, errAltered
	}
	return outer, nil
}

// A bucket holds
//
//	counter (8 bytes) || count (4 bytes) || entries
//
// and an entry
//
//	name (16 bytes) || mark (16 bytes) || index (16 bytes) || number of its table (1 byte)

const entryLen = 16 + 16 + 16 + 1

func (k *keys) sealBucket(i int, entries []entry, counter uint64) (store.Record, mark) {
	b := make([]byte, 0, 8+4+len(entries)*entryLen)
	b = binary.BigEndian.AppendUint64(b, counter)
	b = binary.BigEndian.AppendUint32(b, uint32(len(entries)))
	for j := range entries {
		e := &entries[j]
		b = append(b, e.name[:]...)
		b = append(b, e.mark[:]...)
		b = append(b, e.index[:]...)
		b = append(b, e.table)
	}
	r := *bucketPlace(i)
	var m mark
	r.Value, m = k.sealAt(nil, &r, b)
	return r, m
}

func (k *keys) openBucket(i int, r *store.Record) (entries []entry, m mark, counter uint64, err error) {
	plaintext, m, err := k.openAt(r)
	if err != nil {
		return nil, m, 0, err
	}
	in := pickle.NewReader(plaintext)
	counter = readUint64(in)
	entries = make([]entry, in.Count(1<<20, entryLen))
	for j := range entries {
		e := &entries[j]
		copy(e.name[:], in.Raw(len(e.name)))
		copy(e.mark[:], in.Raw(len(e.mark)))
		copy(e.index[:], in.Raw(len(e.index)))
		e.table = in.Uint8()
		inOrder := j == 0 || string(entries[j-1].name[:]) < string(e.name[:])
		if bucketOf(&e.name) != i || !inOrder || int(e.table) >= len(numbered) {
			in.Fail()
		}
	}
	if !in.Done() {
		return nil, m, 0, errAltered
	}
	return entries, m, counter, nil
}

// openState puts a state together from the records that were found of it. It
// fails if not even the owner is known. What else is wrong stands in the state.
func (k *keys) openState(page *store.Page) (*state, error) {
	found := make(map[string]*store.Record, len(page.Records))
	for i := range page.Records {
		found[page.Records[i].Key] = &page.Records[i]
	}
	s := &state{inner: page.Epoch}
	owner := found[ownerPlace.Key]
	if owner == nil {
		return nil, ErrDamaged
	}
	var err error
	if s.outer, err = k.openOwner(owner); err != nil {
		return nil, err
	}
	head := found[headPlace.Key]
	if head == nil {
		s.broken = ReasonDropped
		return s, nil
	}
	outer, err := k.openHead(head, s)
	if err != nil {
		s.broken = ReasonAltered
		return s, nil
	}
	if outer > s.outer { // it is the owner's record that was rolled back
		return nil, ErrDamaged
	}
	for i := range s.buckets {
		k.fillBucket(s, i, found[bucketPlace(i).Key])
	}
	return s, nil
}

// fillBucket fills a bucket of which the head has told the mark.
func (k *keys) fillBucket(s *state, i int, r *store.Record) {
	b := &s.buckets[i]
	if r == nil {
		if b.mark != (mark{}) {
			b.broken = ReasonDropped
		}
		return
	}
	entries, m, counter, err := k.openBucket(i, r)
	switch {
	case err != nil:
		b.broken = ReasonAltered
	case m == b.mark:
		b.entries = entries
	case counter > s.counter:
		s.broken = ReasonHead
	default:
		b.broken = ReasonRolledBack
	}
}
