package store_test

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// TestDefinitionsAreThoseOfTheNpmPackage: testdata/definitions.json is what the
// tests of both sides compare with.
func TestDefinitionsAreThoseOfTheNpmPackage(t *testing.T) {
	type table struct {
		Table   store.Table
		Indexes []store.Index
		Hot     bool
	}
	type limits struct {
		KeyBytes, ValueBytes, Changes, Bytes, Page, NextBytes int
		Sealed                                                struct{ ValueBytes, Changes, Bytes int }
	}
	text, err := os.ReadFile("testdata/definitions.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Tables  []table
		Indexes []store.Index
		Limits  limits
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}

	var tables []table
	for _, d := range store.Tables {
		tables = append(tables, table{d.Table, append([]store.Index{}, d.Indexes...), d.Hot})
	}
	if !reflect.DeepEqual(tables, want.Tables) {
		t.Errorf("tables: %+v, want %+v", tables, want.Tables)
	}
	indexes := []store.Index{store.ByRoom, store.BySender, store.Pending}
	if !reflect.DeepEqual(indexes, want.Indexes) {
		t.Errorf("indexes: %v, want %v", indexes, want.Indexes)
	}
	got := limits{
		KeyBytes: store.MaxKeyLen, ValueBytes: store.MaxValueLen, Changes: store.MaxChanges, Bytes: store.MaxBytes,
		Page: store.DefaultLimit, NextBytes: want.Limits.NextBytes,
	}
	got.Sealed.ValueBytes, got.Sealed.Changes, got.Sealed.Bytes = store.SealedRoom, store.SealedRoomChanges, store.SealedRoomBytes
	if got != want.Limits {
		t.Errorf("limits: %+v, want %+v", got, want.Limits)
	}
}
