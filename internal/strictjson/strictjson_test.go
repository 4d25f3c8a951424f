package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

type canonicalCase struct {
	ID        string
	Op        string
	Text      string      `json:"input_text"`
	Bytes     vectors.Hex `json:"input_hex"`
	Canonical string      `json:"canonical_text"`
	Expect    string
}

// rounds are cases that only an implementation with floating-point numbers
// accepts: it rounds them to whole ones.
var rounds = []string{"canon-62", "canon-63", "canon-64", "canon-65", "canon-66", "canon-67", "canon-68"}

func TestT34CanonicalVectors(t *testing.T) {
	n := 0
	for _, c := range vectors.Load[canonicalCase](t, "canonical_json_and_signing.json") {
		if c.Op != "canonicalize" {
			continue
		}
		n++
		text := []byte(c.Text)
		if c.Bytes != nil {
			text = c.Bytes
		}
		if strings.Contains(strings.Join(rounds, " ")+" ", c.ID+" ") {
			c.Expect = "refused"
		}
		got, err := canonical(text)
		switch c.Expect {
		case "ok":
			if err != nil || string(got) != c.Canonical {
				t.Errorf("%s: %s: got %s, %v, want %s", c.ID, text, got, err, c.Canonical)
			}
		case "refused":
			if err == nil {
				t.Errorf("%s: %s: accepted as %s", c.ID, text, got)
			}
		default:
			t.Errorf("%s expects %q", c.ID, c.Expect)
		}
	}
	if n < 100 {
		t.Errorf("only %d cases", n)
	}
}

func canonical(text []byte) ([]byte, error) {
	v, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return AppendCanonical(nil, v)
}

func TestT34NoNameStandsTwice(t *testing.T) {
	many := func(last string) string {
		var b strings.Builder
		b.WriteString("{")
		for i := range 100 {
			b.WriteString(`"` + strings.Repeat("n", i) + `":{},`)
		}
		return b.String() + `"` + last + `":1}`
	}
	for text, want := range map[string]error{
		`{"a":1,"a":1}`:                    ErrDuplicate,
		`{"a":1,"\u0061":1}`:               ErrDuplicate,
		`[{"x":{"\ud83d\udc31":1,"🐱":2}}]`: ErrDuplicate,
		`{"":1,"":2}`:                      ErrDuplicate,
		many("nnnnn"):                      ErrDuplicate,
		many(strings.Repeat("n", 99)):      ErrDuplicate,
		many(""):                           ErrDuplicate,
		many("m"):                          nil,
		`{"a":1,"A":1,"a ":1,"á":1,"a\u0301":1}`:    nil,
		`{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}`: nil,
	} {
		if _, err := Parse([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%.60s…: %v, want %v", text, err, want)
		}
	}
}

func TestT34NamesAreCaseExact(t *testing.T) {
	v := mustParse(t, `{"Sender":"@mallory:example.org","sender":"@alice:example.org","SENDER":1}`)
	if got, ok := v.Get("sender").Text(); !ok || got != "@alice:example.org" {
		t.Errorf("got %q, %v", got, ok)
	}
	if v.Get("sendeR").Kind() != None {
		t.Error("a name in another case was found")
	}
}

func TestT34Nesting(t *testing.T) {
	for _, open := range []string{"[", `{"a":`} {
		closing := map[string]string{"[": "]", `{"a":`: "}"}[open]
		nested := func(n int) string { return strings.Repeat(open, n) + "1" + strings.Repeat(closing, n) }
		if _, err := Parse([]byte(nested(MaxDepth))); err != nil {
			t.Errorf("%d deep: %v", MaxDepth, err)
		}
		for _, n := range []int{MaxDepth + 1, 100000} {
			if _, err := Parse([]byte(nested(n))); !errors.Is(err, ErrDepth) {
				t.Errorf("%d deep: %v", n, err)
			}
		}
	}
}

// TestT34NamesAreDecodedOnce: a name that looks like an escape is not one.
func TestT34NamesAreDecodedOnce(t *testing.T) {
	v := mustParse(t, `{"\u0061":1,"\\u0061":2}`)
	for name, want := range map[string]int64{"a": 1, `\u0061`: 2} {
		if got, ok := v.Get(name).Integer(); !ok || got != want {
			t.Errorf("%s: %d, %v, want %d", name, got, ok, want)
		}
	}
	if mustParse(t, `{"\u0061":1}`).Get(`\u0061`).Kind() != None {
		t.Error("a member was found by how its name is written")
	}
}

func TestFarExponents(t *testing.T) {
	for _, text := range []string{"1e4294967299", "1e4294967296", "1E-4294967296", "1e18446744073709551616", "1e99999999999999999999999", "10e-99999999999999999999"} {
		if n, ok := mustParse(t, text).Integer(); ok {
			t.Errorf("%s is read as %d", text, n)
		}
	}
}

// TestSyntax: what is refused here encoding/json accepts only where it is lax.
func TestSyntax(t *testing.T) {
	for _, text := range []string{
		"", " ", "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a":1 "b":2}`, `{1:2}`, `{a:1}`,
		"nul", "nulll", "True", "tru", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "Infinity", "-Infinity", "--1", "1 2",
		`"`, `"a`, `'a'`, `"\"`, `"\x"`, `"\u12"`, `"\u12g4"`, `"\ud800"`, `"\udc00"`, `"\ud800\u0041"`, `"\ud800x"`, `"\udc00\ud800"`,
		"\"\n\"", "\"\t\"", "\"\x00\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"",
		"\ufeff1", "1\x00", "/**/1", "[1]//", "{}{}", "\v1", "\u00a01", "[1\x00]", `{"a":1}]`,
	} {
		if v, err := Parse([]byte(text)); !errors.Is(err, ErrSyntax) || v.Kind() != None {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{
		"0", "-0", "1.5e-7", "[]", " [ ] ", "{}", "\t{\r\n} ", `"\u0000\ud83d\udc31\/"`, "\"\x7f\u2028\U0010ffff\"", "null", `[null,true,{"a":[{}]}]`, "123456789012345678901234567890",
	} {
		if _, err := Parse([]byte(text)); err != nil || !json.Valid([]byte(text)) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAccess(t *testing.T) {
	v := mustParse(t, ` { "text" : "a\u00e4\n\"🐱" , "n" : 1e3, "list":[1, "two" ,[3],{"four":4},null , true,false],"\u0065sc":[], "o":{"a":{"b":-7}},"f":1.5} `)
	if got, ok := v.Get("text").Text(); !ok || got != "aä\n\"🐱" {
		t.Errorf("text: %q, %v", got, ok)
	}
	if got, ok := v.Get("n").Integer(); !ok || got != 1000 {
		t.Errorf("n: %d, %v", got, ok)
	}
	if got, ok := v.Get("o").Get("a").Get("b").Integer(); !ok || got != -7 {
		t.Errorf("o.a.b: %d, %v", got, ok)
	}
	if got := v.Get("esc").Kind(); got != Array {
		t.Errorf("esc: %q", got)
	}
	var kinds, raw []string
	for e := range v.Get("list").Elements() {
		kinds, raw = append(kinds, string(rune(e.Kind()))), append(raw, string(e.Raw()))
	}
	if got := strings.Join(kinds, ""); got != `0"[{nbb` {
		t.Errorf("kinds: %s", got)
	}
	if got := strings.Join(raw, "|"); got != `1|"two"|[3]|{"four":4}|null|true|false` {
		t.Errorf("elements: %s", got)
	}
	var all []string
	for name := range v.Members() {
		all = append(all, name)
	}
	if got := strings.Join(all, " "); got != "text n list esc o f" {
		t.Errorf("members: %s", got)
	}
	// What is asked of another kind has no answer.
	fields := v.Fields()
	for name, member := range v.Members() {
		if got := fields.Get(name); string(got.Raw()) != string(member.Raw()) {
			t.Errorf("field %q is %s, not %s", name, got.Raw(), member.Raw())
		}
	}
	if fields.Get("nothing").Kind() != None || v.Get("list").Fields().Get("x").Kind() != None || len(Value{}.Fields()) != 0 {
		t.Error("there are fields that there are not")
	}
	for _, other := range []Value{{}, v, v.Get("list"), v.Get("o"), v.Get("nothing").Get("nothing")} {
		_, text := other.Text()
		_, number := other.Integer()
		_, truth := other.Bool()
		if text || number || truth || other.Get("x").Kind() != None {
			t.Errorf("%s has an answer", other.Raw())
		}
	}
	if _, ok := v.Get("f").Integer(); ok {
		t.Error("1.5 is an integer")
	}
	if yes, ok := mustParse(t, "true").Bool(); !yes || !ok {
		t.Error("true is not true")
	}
	if yes, ok := mustParse(t, "false").Bool(); yes || !ok {
		t.Error("false is not false")
	}
}

func TestCanonicalWithout(t *testing.T) {
	v := mustParse(t, `{"b":{"signatures":1},"unsigned":2,"signatures":{"x":1},"a":1,"\u0075nsigned2":3}`)
	got, err := AppendCanonical([]byte("> "), v, "signatures", "unsigned")
	if want := `> {"a":1,"b":{"signatures":1},"unsigned2":3}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func mustParse(t testing.TB, text string) Value {
	t.Helper()
	v, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// FuzzParse: what is accepted encoding/json reads as well, and the same from the
// canonical form, which is its own canonical form.
func FuzzParse(f *testing.F) {
	for _, text := range []string{`{"a":[1,-2.5e3,"\ud83d\udc31\n",null,true,{}],"b":{"c":"é"}}`, `[[],{"":""}]`, "1e400", `"\u0000"`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := Parse(text)
		if err != nil {
			if v.Kind() != None {
				t.Fatal("an error with a value")
			}
			return
		}
		if !json.Valid(text) {
			t.Fatalf("accepted %q", text)
		}
		first, err := AppendCanonical(nil, v)
		if err != nil {
			return
		}
		second, err := canonical(first)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%q became %q, and then %q, %v", text, first, second, err)
		}
		if got, want := decode(t, first), decode(t, text); got != want {
			t.Fatalf("%q became %q: %s, %s", text, first, got, want)
		}
	})
}

// decode returns what encoding/json makes of a text, in its own notation.
func decode(t *testing.T, text []byte) string {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	again, err := json.Marshal(withoutSign(v))
	if err != nil {
		t.Fatal(err)
	}
	return string(again)
}

// withoutSign turns -0 into 0: encoding/json tells them apart.
func withoutSign(v any) any {
	switch v := v.(type) {
	case float64:
		if v == 0 {
			return 0.0
		}
	case []any:
		for i := range v {
			v[i] = withoutSign(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = withoutSign(v[name])
		}
	}
	return v
}
