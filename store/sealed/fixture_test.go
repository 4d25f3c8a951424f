package sealed_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
	"github.com/mudpuppy-e2ee/mudpuppy/store/schema"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

var writeFixtures = flag.Bool("write-fixtures", false, "write the fixtures of the present schema version anew")

// fixture is all that lies in the store below.
type fixture struct {
	Epoch   uint64
	Records []store.Record
}

// fixtures are stores of schema version 1, as that version wrote them. They stay
// as they are for ever: a later version adds its own.
var fixtures = []struct {
	file string
	key  func() sealed.Key
}{
	{"testdata/v1-raw.json", func() sealed.Key { return rawKeyOf([]byte("a raw key of the first version..")) }},
	{"testdata/v1-passphrase.json", func() sealed.Key { return passphrase("correct horse battery staple") }},
}

// inFixtures are the changes that made them, besides the version.
func inFixtures() []store.Changes {
	records, _ := planted()
	return []store.Changes{
		{Puts: records},
		{Puts: []store.Record{record(store.Account, "own", "first"), session("s", "!room:example.org", "first"), olm("o", "sender", "first")}},
		{Puts: []store.Record{record(store.Account, "own", "second"), session("s", "!room:example.org", "second")},
			Deletes: []store.Ref{ref(store.OlmSessions, "o"), ref(store.Requests, records[5].Key)}},
	}
}

// makeFixture makes a store with randomness that is the same each time.
func makeFixture(t *testing.T, key sealed.Key) fixture {
	t.Helper()
	defer random.Replace(testrand.NewStream(1))()
	below := memory.New()
	s, err := sealed.Open(t.Context(), below, key)
	if err != nil {
		t.Fatal(err)
	}
	v := &vault{T: t, Store: s, below: below}
	v.claim()
	if err := schema.Migrate(t.Context(), v, v.epoch); err != nil {
		t.Fatal(err)
	}
	for _, c := range inFixtures() {
		v.commit(c)
	}
	page, err := below.Load(t.Context(), store.Query{Table: store.Meta})
	if err != nil {
		t.Fatal(err)
	}
	f := fixture{Epoch: page.Epoch}
	for _, d := range store.Tables {
		for _, r := range v.raw(d.Table) {
			f.Records = append(f.Records, r)
		}
	}
	slices.SortFunc(f.Records, func(a, b store.Record) int {
		return strings.Compare(string(a.Table)+"/"+a.Key, string(b.Table)+"/"+b.Key)
	})
	return f
}

// readFixture returns the store below, as it was.
func readFixture(t *testing.T, file string) *memory.Store {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var f fixture
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	below := memory.New()
	err = below.Commit(t.Context(), 1, store.Changes{Claim: true, Sealed: true, Puts: f.Records})
	for epoch := uint64(2); epoch <= f.Epoch && err == nil; epoch++ {
		err = below.Commit(t.Context(), epoch, store.Changes{Claim: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	return below
}

func TestFixtures(t *testing.T) {
	want := make(map[string]string)
	for _, c := range inFixtures() {
		want = apply(want, c)
	}
	for _, c := range fixtures {
		if *writeFixtures {
			text, err := json.MarshalIndent(makeFixture(t, c.key()), "", " ")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(c.file, append(text, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		below := readFixture(t, c.file)
		s, err := sealed.Open(t.Context(), below, c.key())
		if err != nil {
			t.Fatalf("%s: %v", c.file, err)
		}
		v := &vault{T: t, Store: s, below: below}
		v.intact()
		v.claim()
		if v.epoch != 2 {
			t.Errorf("%s: claimed as epoch %d", c.file, v.epoch)
		}
		if err := schema.Migrate(t.Context(), v, v.epoch); err != nil {
			t.Errorf("%s: %v", c.file, err)
		}
		v.wants(byRoom("!room:example.org"), "s", "second")
		v.delete(ref(store.Meta, "schema"))
		got := contents(t, v)
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%s: %s is %q, want %q", c.file, key, got[key], value)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d records, want %d", c.file, len(got), len(want))
		}
		v.intact()
	}
}

// TestFixturesAreWrittenTheSame: as long as the schema version is that of the
// fixtures, the same changes give the same bytes.
func TestFixturesAreWrittenTheSame(t *testing.T) {
	for _, c := range fixtures {
		text, err := os.ReadFile(c.file)
		if err != nil {
			t.Fatal(err)
		}
		again, err := json.MarshalIndent(makeFixture(t, c.key()), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytes.TrimSpace(text), again) {
			t.Errorf("%s: what is written now differs", c.file)
		}
	}
}
