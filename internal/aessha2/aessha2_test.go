package aessha2

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

// The cases of olm_messages.json that put a MAC, and a signature, after given
// fields.
func TestMACVectors(t *testing.T) {
	type macCase struct {
		ID         string
		Op         string
		Message    vectors.Hex `json:"message_hex"`
		CipherKey  vectors.Hex `json:"cipher_key_hex"`
		CipherInfo vectors.Hex `json:"cipher_info_hex"`
		Seed       vectors.Hex `json:"signing_seed_hex"`
	}
	signatureLen := map[string]int{"encode_and_mac": 0, "group_encode_mac_sign": 64}
	ran := 0
	for _, c := range vectors.Load[macCase](t, "olm_messages.json") {
		n, ok := signatureLen[c.Op]
		if !ok {
			continue
		}
		ran++
		body := c.Message[:len(c.Message)-8-n]
		got := New(c.CipherKey, string(c.CipherInfo)).AppendMAC(bytes.Clone(body), body, 8)
		if n > 0 {
			key := curve25519.NewSigningKey((*[32]byte)(c.Seed))
			signature := key.Sign(got)
			got = append(got, signature[:]...)
		}
		if !bytes.Equal(got, c.Message) {
			t.Errorf("%s:\ngot  %x\nwant %x", c.ID, got, []byte(c.Message))
		}
	}
	if ran != 2 {
		t.Errorf("%d cases ran", ran)
	}
}

func TestRoundTrip(t *testing.T) {
	for n := range 50 {
		c := New([]byte("key"), "info")
		plaintext := bytes.Repeat([]byte{7}, n)
		ciphertext := c.Append(make([]byte, 0, CiphertextLen(n)), plaintext)
		mac := c.AppendMAC(nil, ciphertext, 8)
		got, ok := c.Open(ciphertext, mac, ciphertext)
		if !ok || !bytes.Equal(got, plaintext) {
			t.Fatalf("%d bytes came back as %x, %v", n, got, ok)
		}
	}
}

// T6: no shorter MAC passes for a whole one by being compared shorter; its
// length is the caller's to check, and none at all is never enough.
func TestT6MACMustHold(t *testing.T) {
	c := New([]byte("key"), "info")
	ciphertext := c.Append(make([]byte, 0, 16), nil)
	mac := c.AppendMAC(nil, ciphertext, 32)
	for i := range mac {
		altered := bytes.Clone(mac)
		altered[i] ^= 1
		if _, ok := c.Open(ciphertext, altered, ciphertext); ok {
			t.Errorf("byte %d altered", i)
		}
	}
	for name, bad := range map[string][]byte{"empty": {}, "too long": append(bytes.Clone(mac), 0)} {
		if _, ok := c.Open(ciphertext, bad, ciphertext); ok {
			t.Errorf("%s MAC was accepted", name)
		}
	}
}

// T7: wrong padding is told apart from a wrong MAC by nothing.
func TestT7BadPaddingIsRefused(t *testing.T) {
	c := New([]byte("key"), "info")
	other := New([]byte("other key"), "info")
	for n := range 40 {
		ciphertext := other.Append(make([]byte, 0, CiphertextLen(n)), make([]byte, n))
		if n%16 != 0 {
			ciphertext = ciphertext[:n]
		}
		got, ok := c.Open(ciphertext, c.AppendMAC(nil, ciphertext, 8), ciphertext)
		if ok || got != nil {
			t.Errorf("%d bytes of another key gave %x", n, got)
		}
	}
}

func TestT9WipeClearsTheKeys(t *testing.T) {
	c := New([]byte("key"), "info")
	c.Wipe()
	if c.iv != [16]byte{} {
		t.Error("the IV was not overwritten")
	}
	if *c.mac != (sha2.HMAC256{}) {
		t.Error("the MAC key was not overwritten")
	}
	defer func() {
		if recover() == nil {
			t.Error("the AES key was not overwritten: it still encrypts")
		}
	}()
	c.Append(make([]byte, 0, 16), nil)
}
