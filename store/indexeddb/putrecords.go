//go:build js

package indexeddb

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// putRecords is a function of the host's that puts many records at once, if it has one:
// web/src/machine/putrecords.ts. It spares most of what a record costs in Go.
var putRecords = browser.Get("mudpuppyPutRecords")

const (
	fewRecords = 8         // for fewer it is not worth while
	packedLen  = 256 << 10 // how much is packed at a time
)

// putPacked puts records of one table into its object store.
func (t *transaction) putPacked(table safejs.Value, records []store.Record) {
	packed := make([]byte, 0, packedLen)
	flush := func() {
		array := t.new(uint8Array, len(packed))
		t.copyBytes(array, packed)
		clear(packed)
		if t.err == nil {
			_, t.err = putRecords.Invoke(table, array)
		}
		packed = packed[:0]
	}
	for i := range records {
		r := &records[i]
		if len(packed) > 0 && len(packed)+packedSize(r) > packedLen {
			flush()
		}
		packed = appendPacked(packed, r)
	}
	flush()
}

func packedSize(r *store.Record) int {
	return 5*4 + len(r.Key) + len(r.Indexes.Room) + len(r.Indexes.Sender) + len(r.Indexes.Pending) + len(r.Value)
}

func appendPacked(b []byte, r *store.Record) []byte {
	for _, text := range []string{r.Key, r.Indexes.Room, r.Indexes.Sender, r.Indexes.Pending} {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(text))), text...)
	}
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(r.Value))), r.Value...)
}

// run returns the records at the beginning that are of one table.
func run(records []store.Record) []store.Record {
	for n := range records {
		if records[n].Table != records[0].Table {
			return records[:n]
		}
	}
	return records
}
