package sealed_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// planted are a record in each table, with texts that are easily found.
func planted() (records []store.Record, texts []string) {
	for _, d := range store.Tables {
		r := record(d.Table, "planted-key-"+string(d.Table), "planted-value-"+string(d.Table))
		texts = append(texts, r.Key, string(r.Value))
		for _, i := range d.Indexes {
			text := "!planted-" + string(i) + "-" + string(d.Table) + ":example.org"
			texts = append(texts, text)
			r.Indexes.Set(i, text)
		}
		records = append(records, r)
	}
	return records, texts
}

// found returns which texts stand in the records of a store, as they are or in
// a common encoding, and whether keys repeat among tables.
func found(t *testing.T, below *memory.Store, texts []string) (found []string) {
	t.Helper()
	v := &vault{T: t, below: below}
	for _, d := range store.Tables {
		for _, r := range v.raw(d.Table) {
			everything := bytes.Join([][]byte{
				[]byte(r.Key), r.Value, []byte(r.Indexes.Room), []byte(r.Indexes.Sender), []byte(r.Indexes.Pending),
			}, []byte(" "))
			for _, text := range texts {
				for _, encoded := range []string{
					text, base64.StdEncoding.EncodeToString([]byte(text))[:16], hex.EncodeToString([]byte(text)),
				} {
					if bytes.Contains(everything, []byte(encoded)) {
						found = append(found, text)
					}
				}
			}
		}
	}
	return found
}

func TestT37NothingInClear(t *testing.T) {
	records, texts := planted()
	v := newVault(t)
	v.put(records...)
	if got := found(t, v.below, texts); len(got) > 0 {
		t.Errorf("in clear: %q", got)
	}
	unsealed := memory.New()
	if err := unsealed.Commit(t.Context(), 0, store.Changes{Puts: records}); err != nil {
		t.Fatal(err)
	}
	if got := found(t, unsealed, texts); len(got) < len(texts) {
		t.Errorf("the search misses what is there: of %d it finds %d", len(texts), len(got))
	}
}

// TestNamesDifferByTable: the same key in two tables, or the same text in two
// indexes, must not look the same.
func TestNamesDifferByTable(t *testing.T) {
	v := newVault(t)
	seen := make(map[string]bool)
	see := func(text string) {
		if text != "" && seen[text] {
			t.Errorf("%q appears twice", text)
		}
		seen[text] = true
	}
	for _, d := range store.Tables {
		if d.Table == store.Meta {
			continue
		}
		r := record(d.Table, "same", "v")
		for _, i := range d.Indexes {
			r.Indexes.Set(i, "same")
		}
		v.put(r)
		below := v.only(d.Table)
		for _, text := range []string{below.Key, below.Indexes.Room, below.Indexes.Sender, below.Indexes.Pending} {
			see(text)
		}
	}
	other, err := sealedOver(t, memory.New(), 2)
	if err != nil {
		t.Fatal(err)
	}
	other.put(record(store.Rooms, "same", "v"))
	see(other.only(store.Rooms).Key)
}

// TestT36StorePrintsNoKey prints a store and a key with all verbs.
func TestT36StorePrintsNoKey(t *testing.T) {
	secret := bytes.Repeat([]byte("0123456789abcdef"), 2)
	v := newVault(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		for _, x := range []any{rawKeyOf(secret), passphrase(string(secret))} {
			text := fmt.Sprintf(verb, x)
			for _, form := range []string{string(secret), hex.EncodeToString(secret), "48 49 50", "30313233"} {
				if strings.Contains(text, form) {
					t.Errorf("%s of a key: %s", verb, text)
				}
			}
		}
		if text := fmt.Sprintf(verb, v.Store); len(text) > 2000 {
			t.Errorf("%s of a store: %s", verb, text)
		}
	}
}
