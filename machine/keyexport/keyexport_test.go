package keyexport

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

type vector struct {
	ID         string `json:"id"`
	File       string `json:"file"`
	Passphrase string `json:"passphrase"`
	Plaintext  string `json:"plaintext"`
	Expect     string `json:"expect"`
	Reason     string `json:"reason"`
}

// verify goes through a file in random pieces.
func verify(r *rand.Rand, file, passphrase string) (*Reader, error) {
	reader := NewReader([]byte(passphrase))
	for _, piece := range pieces(r, file) {
		if err := reader.Verify(piece); err != nil {
			return nil, err
		}
	}
	return reader, reader.Verified()
}

func pieces(r *rand.Rand, file string) (all [][]byte) {
	for len(file) > 0 {
		n := 1 + r.IntN(min(len(file), 300))
		all = append(all, []byte(file[:n]))
		file = file[n:]
	}
	return all
}

func TestVectors(t *testing.T) {
	r := testrand.New(t)
	reasons := map[string]error{"": nil, "header": ErrFormat, "trailer": ErrFormat, "too short": ErrFormat,
		"hmac": ErrPassphrase, "version": ErrVersion}
	for _, c := range vectors.Load[vector](t, "key_export.json") {
		t.Run(c.ID, func(t *testing.T) {
			reader, err := verify(r, c.File, c.Passphrase)
			if !errors.Is(err, reasons[c.Reason]) {
				t.Fatalf("the error is %v, not %v", err, reasons[c.Reason])
			}
			if c.Expect != "ok" || c.Plaintext == "" {
				return
			}
			// The plaintexts of some are no sessions: look at what is decrypted.
			var plaintext []byte
			var a armour
			decoded, err := a.decode([]byte(c.File))
			if err != nil {
				t.Fatal(err)
			}
			plaintext = decoded[headLen : len(decoded)-macLen]
			reader.stream.XOR(plaintext, plaintext)
			if string(plaintext) != c.Plaintext {
				t.Errorf("it is %q, not %q", plaintext, c.Plaintext)
			}
		})
	}
}

// write makes a file of n sessions.
func write(t *testing.T, passphrase string, n int) (file string, sessions []string) {
	w := NewWriter([]byte(passphrase), 10)
	text, err := w.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		s := fmt.Sprintf(`{"session_id":"%d \" [ { \\","list":[[],{}]}`, i)
		sessions = append(sessions, s)
		text = append(text, w.Session([]byte(s))...)
	}
	return string(append(text, w.End()...)), sessions
}

func TestWhatIsWrittenIsReadInAnyPieces(t *testing.T) {
	r := testrand.New(t)
	for n := range 20 {
		file, want := write(t, "passphrase", n)
		reader, err := verify(r, file, "passphrase")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, piece := range pieces(r, file) {
			sessions, err := reader.Read(piece)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range sessions {
				got = append(got, string(s))
			}
		}
		if err := reader.Done(); err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("%v: %q, not %q", err, got, want)
		}
	}
}

func TestLinesAreShort(t *testing.T) {
	file, _ := write(t, "passphrase", 20)
	for _, line := range strings.Split(file, "\n") {
		if len(line) > lineLen {
			t.Errorf("a line of %d characters", len(line))
		}
	}
}

func TestEveryChangedCharacterIsNoticed(t *testing.T) {
	r := testrand.New(t)
	file, _ := write(t, "passphrase", 1)
	for i := range file {
		changed := []byte(file)
		if changed[i] ^= 1; isSpace(changed[i]) && isSpace(file[i]) {
			continue
		}
		if _, err := verify(r, string(changed), "passphrase"); err == nil {
			t.Errorf("character %d, %q instead of %q", i, changed[i], file[i])
		}
	}
	for n := range file[:len(file)-1] {
		if _, err := verify(r, file[:n], "passphrase"); err == nil {
			t.Errorf("the first %d of %d characters pass", n, len(file))
		}
	}
	if _, err := verify(r, file, "Passphrase"); !errors.Is(err, ErrPassphrase) {
		t.Error(err)
	}
}

func TestNothingIsReadBeforeItIsVerified(t *testing.T) {
	file, _ := write(t, "passphrase", 1)
	reader := NewReader([]byte("passphrase"))
	if err := reader.Verify([]byte(file)); err != nil {
		t.Fatal(err)
	}
	if sessions, err := reader.Read([]byte(file)); !errors.Is(err, ErrFormat) || sessions != nil {
		t.Errorf("%q, %v", sessions, err)
	}
}

func TestRoundsAreLimited(t *testing.T) {
	for _, rounds := range []int{0, -1, MaxRounds + 1} {
		if _, err := NewWriter([]byte("x"), rounds).Begin(); !errors.Is(err, ErrRounds) {
			t.Errorf("%d rounds: %v", rounds, err)
		}
	}
	for _, rounds := range []uint32{MaxRounds + 1, 1<<32 - 1} {
		r := NewReader([]byte("x"), func(_, _ []byte, _ int) (*[64]byte, error) { return nil, errors.New("they are tried") })
		head := append([]byte{version}, make([]byte, headLen-5)...)
		head = binary.BigEndian.AppendUint32(head, rounds)
		if _, err := r.readHead(head); !errors.Is(err, ErrRounds) {
			t.Errorf("%d rounds: %v", rounds, err)
		}
	}
}

func TestWhatIsNoArrayIsRefused(t *testing.T) {
	for _, text := range []string{"", "[", "[{}", "{}", "1", "[,]", "[{},]", "[,{}]", "[{},,{}]", "[{}]]", "[{}] x", "[}]", "[{]", `["]`, "[{}}]]"} {
		var s Splitter
		_, err := s.Split([]byte(text))
		if err == nil && s.Ended() {
			t.Errorf("%q passes", text)
		}
	}
}

// One broken session must not cost the others.
func TestWhatIsNoSessionIsAnItemAllTheSame(t *testing.T) {
	r := testrand.New(t)
	long := `{"a":"` + strings.Repeat("x", maxOne) + `"}`
	for text, want := range map[string][]string{
		"[]":                     nil,
		" [ 1 , null,\"a\" ] ":   {"1", "null", `"a"`},
		`["],\"[",{}]`:           {`"],\"["`, "{}"},
		"[[[],{}],{}]":           {"[[],{}]", "{}"},
		"[{}{},{}x,{]]":          {"{}{}", "{}x", "{]"},
		"[{}," + long + ",{ } ]": {"{}", "null", "{ }"},
	} {
		var s Splitter
		var got []string
		for _, piece := range pieces(r, text) {
			items, err := s.Split(piece)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			for _, item := range items {
				got = append(got, string(item))
			}
		}
		if !s.Ended() || !slices.Equal(got, want) {
			t.Errorf("%.100q: %.100q, not %q", text, got, want)
		}
	}
}

func TestTheHeadAloneIsRead(t *testing.T) {
	file, _ := write(t, "passphrase", 3)
	salt, rounds, err := ReadHead([]byte(file[:200]))
	if err != nil || rounds != 10 || len(salt) != saltLen {
		t.Fatal(salt, rounds, err)
	}
	key, err := PBKDF2([]byte("passphrase"), salt, rounds)
	if err != nil {
		t.Fatal(err)
	}
	reader := NewReader(nil, Derived(key))
	if err := reader.Verify([]byte(file)); err != nil || reader.Verified() != nil {
		t.Error("the derived key does not open it", err)
	}
	for _, beginning := range []string{"", file[:60], "[]", file[1:]} {
		if _, _, err := ReadHead([]byte(beginning)); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", beginning, err)
		}
	}
}

func TestADerivationInStepsIsTheSame(t *testing.T) {
	salt := []byte("0123456789abcdef")
	for _, rounds := range []int{1, 2, 7, 100} {
		want, err := pbkdf2.Key(sha512.New, "passphrase", salt, rounds, 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []int{1, 3, 100, 1000} {
			d := NewDerivation([]byte("passphrase"), salt, rounds)
			for !d.Step(step) {
			}
			if got := d.Key(); !bytes.Equal(got[:], want) {
				t.Errorf("%d rounds by %d: %x, not %x", rounds, step, *got, want)
			}
		}
	}
}

func TestAnotherDerivationCanBeUsed(t *testing.T) {
	failing := errors.New("none here")
	none := func([]byte, []byte, int) (*[64]byte, error) { return nil, failing }
	if _, err := NewWriter([]byte("x"), 1, none).Begin(); !errors.Is(err, failing) {
		t.Error(err)
	}
	file, _ := write(t, "x", 0)
	if err := NewReader([]byte("x"), none).Verify([]byte(file)); !errors.Is(err, failing) {
		t.Error(err)
	}
}
