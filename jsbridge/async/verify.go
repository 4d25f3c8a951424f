//go:build js

package async

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// TableReport is what was found in a table of a sealed store.
type TableReport struct {
	Table    string // its name
	Records  int64  // that are intact
	Expected int64  // how many there should be
	Intact   bool   // whether it holds exactly what was written
}

// BrokenRecord is a record that is not what was written.
type BrokenRecord struct {
	Table  string // where it lies
	Key    string // as the store has it, sealed
	Reason string // what is wrong with it
}

// StoreReport tells whether a sealed store holds what was written to it.
type StoreReport struct {
	Tables []TableReport  // what is in each table
	Broken []BrokenRecord // those that can be named
}

// VerifyStore reads a whole sealed store, and tells what was altered in it, rolled
// back or dropped.
//
//bridge:internal
func VerifyStore(ctx context.Context, place *Place, key Key) (StoreReport, error) {
	opened, err := key.open(ctx, place)
	if err != nil {
		return StoreReport{}, err
	}
	s, ok := opened.(clearing)
	if !ok {
		return StoreReport{}, sealed.ErrUnsealed
	}
	found, err := s.Verify(ctx)
	if err != nil {
		return StoreReport{}, err
	}
	var report StoreReport
	for _, t := range found.Tables {
		report.Tables = append(report.Tables, TableReport{string(t.Table), int64(t.Records), int64(t.Expected), t.Intact})
	}
	for _, b := range found.Broken {
		report.Broken = append(report.Broken, BrokenRecord{string(b.Table), b.Key, b.Reason})
	}
	return report, nil
}
