package sealed

import (
	"encoding/binary"
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/seal"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/schema"
)

// A value in the store below is
//
//	format (1 byte) || schema version (2 bytes) || IV || ciphertext || MAC
//
// and its MAC covers the table, the name, both versions and what stands in the
// indexes. So a value opens only where it was put, and only as it was put.
//
// Inside a record of the user is
//
//	counter (8 bytes) || key || room || sender || pending || value
//
// with each text after its length of 2 bytes. The counter is that of the commit.

const (
	format    = 1
	prefixLen = 3
)

// mark is a part of the MAC of a sealed value. As each has its own random IV, it
// tells apart all versions of a record that there ever were.
type mark [16]byte

var (
	errAltered = errors.New(ReasonAltered)
	errTooNew  = errors.New(ReasonTooNew)
)

// sealAt seals a value for a place, which is a record without its value.
func (k *keys) sealAt(ivs *seal.IVs, place *store.Record, plaintext ...[]byte) (value []byte, m mark) {
	n := prefixLen + seal.Overhead
	for _, part := range plaintext {
		n += len(part)
	}
	prefix := binary.BigEndian.AppendUint16(append(make([]byte, 0, n), format), schema.Version)
	about := associated(make([]byte, 0, usualTexts), place, prefix)
	value = k.values.Append(ivs, prefix, about, plaintext...)
	return value, markOf(value)
}

// openAt opens a value at the place where it was found.
func (k *keys) openAt(r *store.Record) (plaintext []byte, m mark, err error) {
	if len(r.Value) < prefixLen+seal.Overhead {
		return nil, m, errAltered
	}
	prefix := r.Value[:prefixLen]
	plaintext, err = k.values.Open(r.Value[prefixLen:], associated(make([]byte, 0, usualTexts), r, prefix))
	version := binary.BigEndian.Uint16(prefix[1:])
	if err != nil {
		return nil, m, errAltered
	}
	if prefix[0] != format || version > schema.Version {
		return nil, m, errTooNew
	}
	return plaintext, markOf(r.Value), nil
}

// markOf returns the mark of a value that is long enough.
func markOf(value []byte) mark { return mark(value[len(value)-len(mark{}):]) }

// usualTexts is how long the texts of a record are that fit into a buffer on the
// stack.
const usualTexts = 256

// associated appends what a MAC covers besides the value.
func associated(b []byte, r *store.Record, prefix []byte) []byte {
	b = append(b, prefix...)
	b = appendText(b, string(r.Table))
	b = appendText(b, r.Key)
	b = appendText(b, r.Indexes.Room)
	b = appendText(b, r.Indexes.Sender)
	return appendText(b, r.Indexes.Pending)
}

// sealRecord seals a record of the user. What it is found by stands in its
// indexes only where the store below has to find it.
func (k *keys) sealRecord(ivs *seal.IVs, r *store.Record, at store.Ref, counter uint64) (store.Record, mark) {
	sealed := store.Record{Ref: at}
	if d := store.Defined(r.Table); !d.Hot {
		for _, i := range d.Indexes {
			if text := r.Indexes.Get(i); text != "" {
				hashed := k.index(r.Table, i, text)
				sealed.Indexes.Set(i, hashed.text())
			}
		}
	}
	header := binary.BigEndian.AppendUint64(make([]byte, 0, usualTexts), counter)
	header = appendText(header, r.Key)
	header = appendText(header, r.Indexes.Room)
	header = appendText(header, r.Indexes.Sender)
	header = appendText(header, r.Indexes.Pending)
	var m mark
	sealed.Value, m = k.sealAt(ivs, &sealed, header, r.Value)
	return sealed, m
}

// opened is a record of the user as it was sealed.
type opened struct {
	store.Record
	counter uint64
	mark    mark
}

// openRecord opens a record of the store below.
func (k *keys) openRecord(r *store.Record) (o opened, err error) {
	plaintext, m, err := k.openAt(r)
	if err != nil {
		return o, err
	}
	in := pickle.NewReader(plaintext)
	o.mark, o.counter = m, readUint64(in)
	o.Ref = store.Ref{Table: r.Table, Key: readText(in)}
	o.Indexes = store.Indexes{Room: readText(in), Sender: readText(in), Pending: readText(in)}
	if o.Value = in.Raw(in.Left()); in.Failed() || o.Key == "" {
		return opened{}, errAltered
	}
	return o, nil
}

func readUint64(in *pickle.Reader) uint64 {
	high := uint64(in.Uint32())
	return high<<32 | uint64(in.Uint32())
}

func readText(in *pickle.Reader) string {
	b := in.Raw(2)
	if b == nil {
		return ""
	}
	return string(in.Raw(int(binary.BigEndian.Uint16(b))))
}
