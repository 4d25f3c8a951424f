package aes

import (
	"bytes"
	"crypto/cipher"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

// sp80038a are the key and the plaintext of NIST SP 800-38A, appendix F, for
// AES-256.
const (
	sp80038aKey   = "603deb1015ca71be2b73aef0857d7781 1f352c073b6108d72d9810a30914dff4"
	sp80038aPlain = "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51" +
		"30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710"
)

// NIST SP 800-38A, F.2.5 and F.2.6.
func TestT1CBCOfSP80038A(t *testing.T) {
	c := newCipher(unhex(t, sp80038aKey))
	iv := [BlockSize]byte(unhex(t, "000102030405060708090a0b0c0d0e0f"))
	plain := unhex(t, sp80038aPlain)
	want := unhex(t, "f58c4c04d6e5f1ba779eabfb5f7bfbd6 9cfc4e967edb808d679f777bc6702c7d"+
		"39f23369a9d9bacfa530e26304231461 b2eb05e2c39be9fcda6c19078c6a9d1b")

	got := make([]byte, len(plain))
	c.EncryptCBC(got, plain, &iv)
	if !bytes.Equal(got, want) {
		t.Errorf("encrypted %x, want %x", got, want)
	}
	c.DecryptCBC(got, want, &iv)
	if !bytes.Equal(got, plain) {
		t.Errorf("decrypted %x, want %x", got, plain)
	}
}

type paddedCase struct {
	ID         string      `json:"id"`
	Kind       string      `json:"kind"`
	Key        vectors.Hex `json:"key_hex"`
	IV         vectors.Hex `json:"iv_hex"`
	Plaintext  vectors.Hex `json:"plaintext_hex"`
	Ciphertext vectors.Hex `json:"ciphertext_hex"`
	Result     string      `json:"result"`
}

func (p *paddedCase) encrypt() []byte {
	b := make([]byte, PaddedLen(len(p.Plaintext)))
	Pad(b, copy(b, p.Plaintext))
	newCipher(p.Key).EncryptCBC(b, b, (*[BlockSize]byte)(p.IV))
	return b
}

func (p *paddedCase) decrypt() ([]byte, bool) {
	b := make([]byte, len(p.Ciphertext))
	newCipher(p.Key).DecryptCBC(b, p.Ciphertext, (*[BlockSize]byte)(p.IV))
	n, ok := Unpad(b)
	return b[:n], ok
}

func (p *paddedCase) check(t *testing.T) {
	if got := p.encrypt(); !bytes.Equal(got, p.Ciphertext) {
		t.Errorf("%s: encrypted %x, want %x", p.ID, got, p.Ciphertext)
	}
	if got, ok := p.decrypt(); !ok || !bytes.Equal(got, p.Plaintext) {
		t.Errorf("%s: decrypted %x, %v, want %x", p.ID, got, ok, p.Plaintext)
	}
}

func TestT1T7Wycheproof(t *testing.T) {
	count := map[string]int{}
	for _, p := range vectors.Load[paddedCase](t, "wycheproof/aes256_cbc_pkcs5.json") {
		count[p.Result]++
		switch p.Result {
		case "valid":
			p.check(t)
		case "invalid":
			if got, ok := p.decrypt(); ok || len(got) != 0 {
				t.Errorf("%s: accepted with %x", p.ID, got)
			}
		default:
			t.Errorf("%s: what is %q?", p.ID, p.Result)
		}
	}
	if count["valid"] != 24 || count["invalid"] != 48 {
		t.Errorf("ran %v, want 24 valid and 48 invalid", count)
	}
}

func TestT1CBCOfPrimitives(t *testing.T) {
	found := false
	for _, p := range vectors.Load[paddedCase](t, "primitives.json") {
		if p.Kind == "aes256_cbc" {
			found = true
			p.check(t)
		}
	}
	if !found {
		t.Error("no case of kind aes256_cbc")
	}
}

func TestT1CBCAgainstStd(t *testing.T) {
	r := testrand.New(t)
	for range testrand.Count(t, 200) {
		key := testrand.Bytes(r, 32)
		iv := [BlockSize]byte(testrand.Bytes(r, BlockSize))
		plain := testrand.Bytes(r, r.IntN(40)*BlockSize)
		want := make([]byte, len(plain))
		cipher.NewCBCEncrypter(std(t, key), iv[:]).CryptBlocks(want, plain)

		c, ivBefore := newCipher(key), iv
		got := make([]byte, len(plain))
		c.EncryptCBC(got, plain, &iv)
		if !bytes.Equal(got, want) {
			t.Fatalf("encrypted %x, want %x", got, want)
		}
		c.DecryptCBC(got, want, &iv)
		if !bytes.Equal(got, plain) {
			t.Fatalf("decrypted %x, want %x", got, plain)
		}

		inPlace := bytes.Clone(plain)
		c.EncryptCBC(inPlace, inPlace, &iv)
		if !bytes.Equal(inPlace, want) {
			t.Fatalf("encrypted in place %x, want %x", inPlace, want)
		}
		c.DecryptCBC(inPlace, inPlace, &iv)
		if !bytes.Equal(inPlace, plain) {
			t.Fatalf("decrypted in place %x, want %x", inPlace, plain)
		}
		if iv != ivBefore {
			t.Fatal("the IV was changed")
		}
	}
}

// A part of a block would silently stay as it is.
func TestCBCRefusesPartOfBlock(t *testing.T) {
	c := New(new([32]byte))
	for n := 1; n < 2*BlockSize; n++ {
		for name, f := range map[string]func(dst, src []byte, iv *[BlockSize]byte){
			"EncryptCBC": c.EncryptCBC, "DecryptCBC": c.DecryptCBC,
		} {
			func() {
				defer func() {
					if refused := recover() != nil; refused != (n != BlockSize) {
						t.Errorf("%s of %d bytes: refused is %v", name, n, refused)
					}
				}()
				f(make([]byte, n), make([]byte, n), new([BlockSize]byte))
			}()
		}
	}
}
