package pk

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// b64 is a byte string in unpadded base64.
type b64 []byte

func (b *b64) UnmarshalText(text []byte) (err error) {
	*b, err = base64.RawStdEncoding.DecodeString(string(text))
	return err
}

// pkCase is a case of pk_backup.json or generated_by_libolm/pk.json.
type pkCase struct {
	ID           string
	Private      vectors.Hex               `json:"private_key_hex"`
	PrivateB64   b64                       `json:"private_key_b64"`
	Public       b64                       `json:"public_key_b64"`
	EphemeralKey vectors.Hex               `json:"ephemeral_private_hex"`
	Ephemeral    *keys.Curve25519PublicKey `json:"ephemeral_b64"`
	MAC          b64                       `json:"mac_b64"`
	Ciphertext   b64                       `json:"ciphertext_b64"`
	Plaintext    *string                   `json:"plaintext"`
	Digest       vectors.Hex               `json:"plaintext_sha256_hex"`
	Garbled      vectors.Hex               `json:"plaintext_hex"`
	Expect       string                    `json:"expect"`
	Libolm       string                    `json:"libolm"`
	Seed         vectors.Hex               `json:"seed_hex"`
	Text         string                    `json:"text"`
	Signature    keys.Ed25519Signature     `json:"signature_b64"`
}

func (c *pkCase) decryption() *Decryption {
	if c.PrivateB64 != nil {
		return DecryptionFromPrivateKey((*[32]byte)(c.PrivateB64))
	}
	return DecryptionFromPrivateKey((*[32]byte)(c.Private))
}

func (c *pkCase) message() Message { return Message{c.Ciphertext, c.MAC, *c.Ephemeral} }

func TestBackupVectors(t *testing.T) {
	for _, c := range vectors.Load[pkCase](t, "pk_backup.json") {
		t.Run(c.ID, func(t *testing.T) { checkMessage(t, c, c.Expect) })
	}
}

// TestMessagesAndSignaturesOfLibolm includes altered messages: we accept and
// refuse just the ones that libolm does, garbled plaintext and all.
func TestMessagesAndSignaturesOfLibolm(t *testing.T) {
	for _, c := range vectors.Load[pkCase](t, "generated_by_libolm/pk.json") {
		t.Run(c.ID, func(t *testing.T) {
			switch {
			case c.Seed != nil:
				checkSignature(t, c)
			case c.Libolm == "accepted":
				checkMessage(t, c, "ok")
			case c.Libolm == "refused":
				checkMessage(t, c, "refused")
			default:
				checkMessage(t, c, c.Expect)
			}
		})
	}
}

func checkMessage(t *testing.T, c pkCase, expect string) {
	d := c.decryption()
	if public := d.PublicKey(); c.Public != nil && !bytes.Equal(public[:], c.Public) {
		t.Errorf("public key: got %x, want %x", public, []byte(c.Public))
	}
	got, err := d.Decrypt(c.message())
	if expect == "refused" {
		if !errors.Is(err, ErrDecrypt) || got != nil {
			t.Errorf("got %q, %v", got, err)
		}
		return
	}
	if expect != "ok" || err != nil {
		t.Fatalf("expected %q, got %v", expect, err)
	}
	checkPlaintext(t, c, got)
	if c.EphemeralKey == nil {
		return
	}
	m := encryptWith(t, c.EphemeralKey, d, got)
	if !bytes.Equal(m.Ciphertext, c.Ciphertext) || !bytes.Equal(m.MAC, c.MAC) || m.EphemeralKey != *c.Ephemeral {
		t.Errorf("encrypting gives %x, want %x", m, c.message())
	}
}

func checkPlaintext(t *testing.T, c pkCase, got []byte) {
	known := 0
	if c.Plaintext != nil {
		known++
		if string(got) != *c.Plaintext {
			t.Errorf("got %q, want %q", got, *c.Plaintext)
		}
	}
	if c.Garbled != nil {
		known++
		if !bytes.Equal(got, c.Garbled) {
			t.Errorf("got %x, want %x", got, []byte(c.Garbled))
		}
	}
	if c.Digest != nil {
		known++
		if digest := sha256.Sum256(got); !bytes.Equal(digest[:], c.Digest) {
			t.Errorf("got %q, of another digest", got)
		}
	}
	if known == 0 {
		t.Error("the vector has no plaintext")
	}
}

func checkSignature(t *testing.T, c pkCase) {
	s := NewSigning((*[32]byte)(c.Seed))
	if public := s.PublicKey(); !bytes.Equal(public[:], c.Public) {
		t.Errorf("public key: got %x, want %x", public, []byte(c.Public))
	}
	if got, err := s.Sign([]byte(c.Text)); err != nil || got != c.Signature {
		t.Errorf("got %s, %v, want %s", got, err, c.Signature)
	}
}
