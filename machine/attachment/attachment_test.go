package attachment

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

type vector struct {
	ID         string          `json:"id"`
	File       json.RawMessage `json:"file"`
	Ciphertext string          `json:"ciphertext_b64"`
	Plaintext  string          `json:"plaintext_b64"`
	Expect     string          `json:"expect"`
	Reason     string          `json:"reason"`
}

func decoded(t *testing.T, text string) []byte {
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVectors(t *testing.T) {
	reasons := map[string]error{"hash": ErrHash, "version": ErrVersion, "algorithm": ErrVersion, "hash length": ErrFormat}
	for _, c := range vectors.Load[vector](t, "attachments.json") {
		t.Run(c.ID, func(t *testing.T) {
			ciphertext := decoded(t, c.Ciphertext)
			var plaintext []byte
			info, err := Parse(c.File)
			if err == nil {
				plaintext, err = Decrypt(ciphertext, info)
			}
			if !errors.Is(err, reasons[c.Reason]) {
				t.Fatalf("the error is %v, not %v", err, reasons[c.Reason])
			}
			if c.Expect == "ok" && !bytes.Equal(plaintext, decoded(t, c.Plaintext)) {
				t.Errorf("plaintext is %q", plaintext)
			}
		})
	}
}

func TestWhatIsWrittenIsReadInAnyPieces(t *testing.T) {
	r := testrand.New(t)
	for range testrand.Count(t, 100) {
		plaintext := testrand.Bytes(r, r.IntN(2000))
		e := NewEncrypter()
		ciphertext := bytes.Clone(plaintext)
		for rest := ciphertext; len(rest) > 0; {
			n := 1 + r.IntN(len(rest))
			e.Encrypt(rest[:n], rest[:n])
			rest = rest[n:]
		}
		file := e.Finish().JSON("mxc://example.org/file")
		info, err := Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.URL != "mxc://example.org/file" {
			t.Fatalf("the address is %q", info.URL)
		}
		got, err := Decrypt(ciphertext, info)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("%d bytes: %v", len(plaintext), err)
		}
	}
}

// T35: the counter begins at zero in its low half, and keys and IVs do not repeat.
func TestT35NoCounterIsUsedTwice(t *testing.T) {
	seen := make(map[string]bool)
	for range 100 {
		_, info := Encrypt([]byte("file"))
		if !bytes.Equal(info.iv[8:], make([]byte, 8)) {
			t.Fatalf("the counter begins at %x", info.iv[8:])
		}
		for _, s := range []string{string(info.iv[:]), string(info.key.Array()[:])} {
			if seen[s] {
				t.Fatal("drawn twice")
			}
			seen[s] = true
		}
	}
}

// T35: no byte comes out of a file that was changed.
func TestT35EveryFlippedBitIsNoticed(t *testing.T) {
	ciphertext, info := Encrypt([]byte("a file"))
	for i := range 8 * len(ciphertext) {
		ciphertext[i/8] ^= 1 << (i % 8)
		if got, err := Decrypt(ciphertext, info); got != nil || !errors.Is(err, ErrHash) {
			t.Fatalf("bit %d: %q, %v", i, got, err)
		}
		ciphertext[i/8] ^= 1 << (i % 8)
	}
	if _, err := Decrypt(ciphertext, info); err != nil {
		t.Fatal(err)
	}
	if _, err := Decrypt(ciphertext[:3], info); !errors.Is(err, ErrHash) {
		t.Error("a truncated file passes")
	}
}

func TestMalformedFilesAreRefused(t *testing.T) {
	_, info := Encrypt([]byte("file"))
	good := string(info.JSON("mxc://example.org/file"))
	if _, err := Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	key := base64.RawURLEncoding.EncodeToString(info.key.Array()[:])
	for name, bad := range map[string]string{
		"not JSON":       good[1:],
		"an array":       "[" + good + "]",
		"a name twice":   strings.Replace(good, `"iv"`, `"iv":"","iv"`, 1),
		"no key":         strings.Replace(good, `"k"`, `"q"`, 1),
		"a short key":    strings.Replace(good, key, key[:40], 1),
		"a padded key":   strings.Replace(good, key, key+"=", 1),
		"no hash":        strings.Replace(good, "sha256", "sha1", 1),
		"version 3":      strings.Replace(good, "v2", "v3", 1),
		"an empty one":   strings.Replace(good, "v2", "", 1),
		"another type":   strings.Replace(good, "oct", "RSA", 1),
		"a plain base64": strings.Replace(good, key, "+"+key[1:], 1),
	} {
		if i, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%s: %+v", name, i)
		}
	}
}

func TestAWipedInfoDecryptsNothing(t *testing.T) {
	ciphertext, info := Encrypt([]byte("file"))
	info.Wipe()
	if got, err := Decrypt(ciphertext, info); err == nil {
		t.Errorf("%q", got)
	}
}
