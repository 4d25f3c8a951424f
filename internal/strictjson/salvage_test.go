package strictjson

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func TestSalvage(t *testing.T) {
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for text, want := range map[string]string{
		`{"a":[1,{"b":2}]}`:                      `{"a":[1,{"b":2}]}`,
		`{"a":[1,{"b":2,"b":3},{"c":4}]}`:        `{"a":[1,null,{"c":4}]}`,
		`{"a":[1,` + deep + `,{"c":4}]}`:         `{"a":[1,[[[null]]],{"c":4}]}`,
		`{"a":[1,{"b":"\ud800"} , {"c":4}]}`:     `{"a":[1,null , {"c":4}]}`,
		`{"a":["\ud800","}]",{"c":"}"}]}`:        `{"a":[null,"}]",{"c":"}"}]}`,
		`{"a":[tru,nul ,1]}`:                     `{"a":[null,null ,1]}`,
		`{"a":[[{"b":1,"b":2}],2]}`:              `{"a":[null,2]}`,
		`{"a":[{"x":{"y":[{"b":1,"b":2}]}}]}`:    `{"a":[{"x":{"y":[null]}}]}`,
		`{"a":[{"x":{"y":[{"b":"\q"}],"y":1}}]}`: `{"a":[null]}`,
	} {
		got, err := Salvage([]byte(text), 2, 5)
		if err != nil || string(got) != want {
			t.Errorf("%.80s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{``, `{`, `{"a":1,"a":2}`, `{"a":["x]}`, `{"a":[{"b":}`, `{"a":[1]}x`, `{"\ud800":[1]}`, `{"a":[1 2]}`} {
		if got, err := Salvage([]byte(text), 2, 5); err == nil {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// TestWhatIsSalvagedParses spoils texts at random.
func TestWhatIsSalvagedParses(t *testing.T) {
	r := testrand.New(t)
	sample := []byte(`{"to_device":{"events":[{"type":"m.dummy","content":{"a":"\u00e9","b":[1,2,{"c":null}]}},{"x":-1.5e3}]},"n":"s"}`)
	salvaged := 0
	for range testrand.Count(t, 20_000) {
		b := bytes.Clone(sample)
		for range 1 + r.IntN(3) {
			b[r.IntN(len(b))] = "{}[]:,\"\\u0x \x00\xff"[r.IntN(14)]
		}
		got, err := Salvage(b, 3)
		if err != nil {
			continue
		}
		salvaged++
		if _, err := Parse(got); err != nil {
			t.Fatalf("%q became %q: %v", b, got, err)
		}
	}
	if salvaged < 100 {
		t.Fatalf("only %d were salvaged", salvaged)
	}
}
