package base64

import (
	"bytes"
	std "encoding/base64"
	"errors"
	"math/bits"
	"strconv"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

// strict is the standard library's decoder closest to this one. It still
// ignores newlines.
var strict = std.RawStdEncoding.Strict()

// TestT2RoundTripsAgainstStd covers every length, and so every kind of rest.
func TestT2RoundTripsAgainstStd(t *testing.T) {
	r := testrand.New(t)
	for n := range 301 {
		b := testrand.Bytes(r, n)
		text := Encode(b)
		if want := strict.EncodeToString(b); text != want {
			t.Fatalf("%x: got %q, want %q", b, text, want)
		}
		if EncodedLen(n) != len(text) || DecodedLen(len(text)) != n {
			t.Fatalf("%d bytes, %d characters: EncodedLen %d, DecodedLen %d", n, len(text), EncodedLen(n), DecodedLen(len(text)))
		}
		back, err := Decode(text)
		if err != nil || !bytes.Equal(back, b) || back == nil {
			t.Fatalf("%q: got %x (%v), want %x", text, back, err, b)
		}
	}
}

// TestEveryPairOfCharacters decodes all pairs of bytes, alone and as the end of
// a group of four: each character in each place, and all stray bits.
func TestEveryPairOfCharacters(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			for _, text := range []string{
				string([]byte{byte(a), byte(b)}),
				string([]byte{byte(a), 'A', byte(b)}),
				string([]byte{'A', byte(a), byte(b), 'Q'}),
				string([]byte{byte(a), 'Q', 'Q', byte(b)}),
			} {
				compareWithStd(t, text)
			}
		}
	}
}

// compareWithStd decodes text here and with the standard library, which is
// spared newlines.
func compareWithStd(t *testing.T, text string) {
	t.Helper()
	want, wantErr := strict.DecodeString(text)
	if strings.ContainsAny(text, "\r\n") {
		want, wantErr = nil, ErrInvalid
	}
	got, err := Decode(text)
	if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
		t.Fatalf("%q: got %x (%v), want %x (%v)", text, got, err, want, wantErr)
	}
	if err != nil && (got != nil || !errors.Is(err, ErrInvalid)) {
		t.Fatalf("%q: got %x and error %v", text, got, err)
	}
}

// TestEveryCharacterInEveryPlace covers all bytes of a word and of a shorter
// rest, and what stands in the others.
func TestEveryCharacterInEveryPlace(t *testing.T) {
	for _, around := range []string{"AAAAAAAAAAAAAAA", "///////////////", "zZ09+/aAzZ09+/a"} {
		for _, length := range []int{2, 3, 4, 6, 7, 8, 15} {
			text := []byte(around[:length])
			for i, kept := range text {
				for c := range 256 {
					text[i] = byte(c)
					compareWithStd(t, string(text))
				}
				text[i] = kept
			}
		}
	}
}

func TestDecodeAllocatesOnce(t *testing.T) {
	text := Encode(make([]byte, 1000))
	if n := testing.AllocsPerRun(100, func() { Decode(text) }); n != 1 {
		t.Errorf("%v allocations", n)
	}
}

// TestGatherUndoesSpread takes each bit on its own. The bytes that are spread
// come in one order, those that are gathered in the other.
func TestGatherUndoesSpread(t *testing.T) {
	for bit := range 48 {
		v := uint64(1) << bit
		s, want := spread(v), bits.ReverseBytes64(v)>>16
		if place, value := 7-bit/6, uint64(1)<<(bit%6); s != value<<(8*place) || gather(s) != want {
			t.Errorf("bit %d: spread %#x, gathered %#x, want %#x", bit, s, gather(s), want)
		}
	}
}

func TestT3MalleableTextIsRefused(t *testing.T) {
	for name, texts := range map[string][]string{
		"padding":       {"Zg==", "Zg=", "Zm8=", "Zm9v=", "=", "====", "Zm9vYg==", "Z=", "Zg==Zg"},
		"newline":       {"Zm9v\n", "\nZm9v", "Zm\n9v", "Zm9v\r\n", "Zg\n", "Zm9vYg\n", "Zm9vYg\r\n", "\n", "Zm9v\n\n\n\n"},
		"white space":   {"Zm9v ", " Zm9v", "Zm 9v", "Zm9v\t", "Zg ", "Zm9vYmE ", "    "},
		"URL-safe":      {"_w", "__8", "____", "-w", "--8", "Zm9-"},
		"stray bits":    {"Zh", "Zi", "Zk", "Zo", "Zm9vZh", "Zm9", "Zm+", "Zm9vZm9", "//", "///"},
		"length":        {"Z", "Zm9vY", "Zm9vYmFyZ", "A"},
		"other symbols": {"Zm9\x00", "Zm9\x80", "Zm9\xff", "Zm9é", "Zm9\u212a", "Zm.v", "Zm*v", "Zm@v", "Zm[v", "Zm`v", "Zm{v", "Zm:v", "Zm,v"},
	} {
		for _, text := range texts {
			if b, err := Decode(text); !errors.Is(err, ErrInvalid) || b != nil {
				t.Errorf("%s: %q gives %x, error %v", name, text, b, err)
			}
		}
	}
}

// TestT3OneTextPerByteString alters valid texts at one place. Whatever is still
// accepted must stand for other bytes.
func TestT3OneTextPerByteString(t *testing.T) {
	r := testrand.New(t)
	for n := 1; n <= 6; n++ {
		b := testrand.Bytes(r, n)
		text := []byte(Encode(b))
		for i := range text {
			kept := text[i]
			for c := range 256 {
				text[i] = byte(c)
				got, err := Decode(string(text))
				if byte(c) != kept && err == nil && bytes.Equal(got, b) {
					t.Errorf("%q is a second text of %x", text, b)
				}
			}
			text[i] = kept
		}
	}
}

func TestAppendEncode(t *testing.T) {
	r := testrand.New(t)
	for n := range 50 {
		b := testrand.Bytes(r, n)
		want := "head" + strict.EncodeToString(b)
		if got := AppendEncode([]byte("head"), b); string(got) != want {
			t.Errorf("got %q, want %q", got, want)
		}
		room := make([]byte, 4, 4+EncodedLen(n))
		copy(room, "head")
		got := AppendEncode(room, b)
		if string(got) != want || &got[0] != &room[0] {
			t.Errorf("with room: got %q, want %q in place", got, want)
		}
	}
}

func TestDecodeInto(t *testing.T) {
	r := testrand.New(t)
	for n := range 50 {
		b := testrand.Bytes(r, n)
		text := AppendEncode(nil, b)
		dst := bytes.Repeat([]byte{7}, n+3)
		k, err := DecodeInto(dst, text)
		if err != nil || k != n || !bytes.Equal(dst[:n], b) {
			t.Fatalf("%q: got %x (%d, %v), want %x", text, dst, k, err, b)
		}
		if !bytes.Equal(dst[n:], []byte{7, 7, 7}) {
			t.Errorf("%q: bytes behind the result were overwritten", text)
		}
		if k, err := DecodeInto(text, text); err != nil || !bytes.Equal(text[:k], b) {
			t.Errorf("in place: got %x (%v), want %x", text[:k], err, b)
		}
	}
}

func TestDecodeIntoLeavesZerosOnError(t *testing.T) {
	dst := bytes.Repeat([]byte{7}, 9)
	n, err := DecodeInto(dst, []byte("Zm9vZm9vZm9!"))
	if !errors.Is(err, ErrInvalid) || n != 0 {
		t.Errorf("got %d, %v", n, err)
	}
	if !bytes.Equal(dst, make([]byte, 9)) {
		t.Errorf("dst holds %x", dst)
	}
}

func TestDecodeIntoDoesNotAllocate(t *testing.T) {
	text, dst := AppendEncode(nil, make([]byte, 32)), make([]byte, 32)
	n := testing.AllocsPerRun(100, func() {
		if _, err := DecodeInto(dst, text); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPrimitives(t *testing.T) {
	type primitiveCase struct {
		ID         string      `json:"id"`
		Kind       string      `json:"kind"`
		Bytes      vectors.Hex `json:"bytes_hex"`
		TextBase64 string      `json:"text_b64"`
		Text       string      `json:"text"`
		Expect     string      `json:"expect"`
	}
	run := make(map[string]bool)
	for _, c := range vectors.Load[primitiveCase](t, "primitives.json") {
		run[c.Kind] = true
		switch c.Kind {
		case "base64":
			if got := Encode(c.Bytes); got != c.TextBase64 {
				t.Errorf("%s: got %q, want %q", c.ID, got, c.TextBase64)
			}
			if got, err := Decode(c.TextBase64); err != nil || !bytes.Equal(got, c.Bytes) {
				t.Errorf("%s: got %x (%v), want %x", c.ID, got, err, c.Bytes)
			}
		case "base64_decode":
			// Some clients accept padding; here it is refused (T3).
			want := c.Expect == "ok" && c.ID != "base64-padded-accepted"
			if got, err := Decode(c.Text); (err == nil) != want || want && !bytes.Equal(got, c.Bytes) {
				t.Errorf("%s: got %x (%v)", c.ID, got, err)
			}
		case "sha256", "hmac_sha256", "hkdf_sha256": // internal/sha2
		case "x25519", "ed25519_sign_verify", "ed25519_verify_strict", "curve25519_key_decode": // internal/curve25519
		case "aes256_cbc", "aes256_ctr": // internal/aes
		case "varint", "varint_length", "key_id_64", "pickle_u32_big_endian": // formats
		case "pbkdf2_sha512": // secret storage
		default:
			t.Errorf("%s: no package claims the kind %q", c.ID, c.Kind)
		}
	}
	if !run["base64"] || !run["base64_decode"] {
		t.Error("a kind of this package has no case")
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{"", "Zg", "Zm8", "Zm9v", "Zg==", "Zh", "Zm9v\n", "/+A", "_-A"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		compareWithStd(t, text)
		if b, err := Decode(text); err == nil && Encode(b) != text {
			t.Errorf("%q decodes to %x, whose text is %q", text, b, Encode(b))
		}
		if b, err := Decode(Encode([]byte(text))); err != nil || string(b) != text {
			t.Errorf("%q comes back as %q (%v)", text, b, err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	for _, size := range benchmarkSizes {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			src := make([]byte, size)
			dst := make([]byte, 0, EncodedLen(len(src)))
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				AppendEncode(dst, src)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range benchmarkSizes {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			text, dst := AppendEncode(nil, make([]byte, size)), make([]byte, size)
			b.SetBytes(int64(len(dst)))
			for b.Loop() {
				if _, err := DecodeInto(dst, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// benchmarkSizes are those of a key and of a long message.
var benchmarkSizes = []int{32, 32 << 10}
