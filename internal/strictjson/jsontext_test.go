//go:build goexperiment.jsonv2

package strictjson

import (
	"bytes"
	"encoding/json/jsontext"
	"math/rand/v2"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// samples are what is mutated.
var samples = []string{
	`{"user_id":"@alice:example.org","keys":{"ed25519:A":"x","curve25519:A":"y"},"algorithms":["a","b"],"n":[1,-2,0,1.5,1e3,9007199254740993]}`,
	`[true,false,null,"\u00e9\ud83d\ude00\n\\\"/",{"":{}},[[[]]]]`,
	` { "a" : 1 , "b" : [ { "a" : 2 } , 3 ] } `,
	`"text"`, `12`, `-0`, `1E-7`, `{}`, `[]`,
}

const tokens = `{}[]:,"\ u0dtfn-+.eE19` + "\x00\x1f\x7f\xc3\xa9\xed\xa0\x80\xff\t\n"

// mutate changes a few bytes of a sample.
func mutate(r *rand.Rand) []byte {
	b := []byte(samples[r.IntN(len(samples))])
	for range r.IntN(4) {
		at := r.IntN(len(b))
		c := tokens[r.IntN(len(tokens))]
		switch r.IntN(4) {
		case 0:
			b[at] = c
		case 1:
			b = append(b[:at], append([]byte{c}, b[at:]...)...)
		case 2:
			b = append(b[:at], b[at+1:]...)
		case 3: // twice, which may make a name stand twice
			end := at + r.IntN(len(b)-at)
			b = append(b[:end], append(bytes.Clone(b[at:end]), b[end:]...)...)
		}
		if len(b) == 0 {
			return b
		}
	}
	return b
}

// TestAsJsontext compares with the strict reader of Go's own experiment.
func TestAsJsontext(t *testing.T) {
	r := testrand.New(t)
	valid := 0
	for range testrand.Count(t, 200_000) {
		b := mutate(r)
		_, err := Parse(bytes.Clone(b))
		want := jsontext.Value(b).IsValid()
		if (err == nil) != want {
			t.Fatalf("%q: valid is %v, error %v", b, want, err)
		}
		if !want {
			continue
		}
		valid++
		v, _ := Parse(b)
		again, err := AppendCanonical(nil, v)
		if err != nil {
			continue // a number that is not whole
		}
		if !jsontext.Value(again).IsValid() {
			t.Fatalf("%q: its canonical form %q is no JSON", b, again)
		}
	}
	if valid < 1000 {
		t.Fatalf("only %d texts were valid", valid)
	}
}
