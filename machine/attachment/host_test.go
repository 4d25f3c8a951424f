package attachment

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// host is AES in counter mode as a host has it, of which all of the counter counts.
func host(t *testing.T, k Keys, text []byte) []byte {
	block, err := aes.NewCipher(k.Key)
	if err != nil {
		t.Fatal(err)
	}
	out := bytes.Clone(text)
	cipher.NewCTR(block, k.Counter).XORKeyStream(out, out)
	return out
}

func TestAHostEncryptsAndHashesTheSame(t *testing.T) {
	r := testrand.New(t)
	for range testrand.Count(t, 50) {
		plaintext := testrand.Bytes(r, r.IntN(3000))
		own, theirs, hashed := NewEncrypter(), NewEncrypter(), NewEncrypter()
		theirs.info, hashed.info = own.info, own.info
		ciphertext := host(t, own.Keys(), plaintext)
		got := bytes.Clone(plaintext)
		own.Encrypt(got, got)
		if !bytes.Equal(got, ciphertext) {
			t.Fatal("the host encrypts otherwise")
		}
		for rest := ciphertext; len(rest) > 0; {
			n := 1 + r.IntN(len(rest))
			hashed.Hash(rest[:n])
			rest = rest[n:]
		}
		file := own.Finish().JSON("mxc://x/y")
		for _, e := range []*Info{theirs.FinishWith(sha256.Sum256(ciphertext)), hashed.Finish()} {
			if other := e.JSON("mxc://x/y"); !bytes.Equal(file, other) {
				t.Fatalf("%s and %s", file, other)
			}
		}
		info, err := Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := NewVerifier(info).FinishWith(sha256.Sum256(ciphertext))
		if err != nil {
			t.Fatal(err)
		}
		if got := host(t, d.Keys(), ciphertext); !bytes.Equal(got, plaintext) {
			t.Fatal("the host decrypts otherwise")
		}
		d.Decrypt(ciphertext, ciphertext)
		if !bytes.Equal(ciphertext, plaintext) {
			t.Fatal("what the host has hashed is decrypted otherwise")
		}
	}
}

// T35: a host gets the keys of what it has hashed right, and of nothing else.
func TestT35AHostGetsNoKeysForAnotherHash(t *testing.T) {
	ciphertext, info := Encrypt([]byte("a file"))
	sum := sha256.Sum256(ciphertext)
	for bit := range 8 * len(sum) {
		sum[bit/8] ^= 1 << (bit % 8)
		if d, err := NewVerifier(info).FinishWith(sum); d != nil || !errors.Is(err, ErrHash) {
			t.Fatalf("bit %d: %v", bit, err)
		}
		sum[bit/8] ^= 1 << (bit % 8)
	}
	if _, err := NewVerifier(info).FinishWith(sum); err != nil {
		t.Fatal(err)
	}
}

// T35: a host is told how many bits count, or its counter would run elsewhere.
func TestT35AHostIsToldHowTheCounterCounts(t *testing.T) {
	for version, want := range map[Version]int{Version0: 128, Version1: 64, Version2: 64} {
		if got := (&Info{Version: version, key: NewEncrypter().info.key}).keys().Bits; got != want {
			t.Errorf("version %d: %d bits", version, got)
		}
	}
}

func TestAWipedEncrypterLeavesNoKey(t *testing.T) {
	e := NewEncrypter()
	ciphertext := make([]byte, 4)
	e.Encrypt(ciphertext, []byte("file"))
	info := e.Finish()
	e.Wipe()
	if got, err := Decrypt(ciphertext, info); err == nil {
		t.Errorf("%q", got)
	}
}

func TestAFileMayGetItsAddressLater(t *testing.T) {
	_, info := Encrypt([]byte("file"))
	var file map[string]any
	if err := json.Unmarshal(info.JSON(""), &file); err != nil {
		t.Fatal(err)
	}
	if url, ok := file["url"]; ok {
		t.Errorf("the address is %q", url)
	}
	if len(file) != 4 {
		t.Errorf("%v", file)
	}
}
