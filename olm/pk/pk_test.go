package pk

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// encrypt encrypts to a recipient whose key is expected to be good.
func encrypt(t testing.TB, d *Decryption, plaintext []byte) Message {
	t.Helper()
	m, err := Encryption{d.PublicKey()}.Encrypt(plaintext)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// encryptWith encrypts with a known ephemeral private key.
func encryptWith(t testing.TB, ephemeral []byte, d *Decryption, plaintext []byte) Message {
	t.Helper()
	defer random.Replace(bytes.NewReader(ephemeral))()
	return encrypt(t, d, plaintext)
}

// private returns a copy of the private key.
func private(t testing.TB, d *Decryption) [32]byte {
	t.Helper()
	key, err := d.PrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	defer key.Wipe()
	return *key.Array()
}

// reference decrypts by the standard library alone, MAC and all.
func reference(private [32]byte, m Message) (plaintext []byte, ok bool) {
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		return nil, false
	}
	ephemeral, err := ecdh.X25519().NewPublicKey(m.EphemeralKey[:])
	if err != nil {
		return nil, false
	}
	shared, err := key.ECDH(ephemeral)
	if err != nil {
		return nil, false
	}
	derived, err := hkdf.Key(sha256.New, shared, nil, "", 80)
	if err != nil {
		return nil, false
	}
	mac := hmac.New(sha256.New, derived[32:64]).Sum(nil)[:8]
	if !bytes.Equal(mac, m.MAC) || len(m.Ciphertext) == 0 || len(m.Ciphertext)%16 != 0 {
		return nil, false
	}
	block, err := aes.NewCipher(derived[:32])
	if err != nil {
		return nil, false
	}
	padded := make([]byte, len(m.Ciphertext))
	cipher.NewCBCDecrypter(block, derived[64:]).CryptBlocks(padded, m.Ciphertext)
	n := int(padded[len(padded)-1])
	if n < 1 || n > 16 || !bytes.HasSuffix(padded, bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, false
	}
	return padded[:len(padded)-n], true
}

// clone returns a copy of a message, to be altered.
func clone(m Message) Message {
	return Message{bytes.Clone(m.Ciphertext), bytes.Clone(m.MAC), m.EphemeralKey}
}

// lowOrderPoints takes them from the vectors of X25519: those with a shared
// secret of zero.
func lowOrderPoints(t testing.TB) map[keys.Curve25519PublicKey]bool {
	t.Helper()
	points := make(map[keys.Curve25519PublicKey]bool)
	for _, c := range vectors.Load[struct {
		Public vectors.Hex `json:"public_hex"`
		Shared vectors.Hex `json:"shared_hex"`
	}](t, "wycheproof/x25519.json") {
		if [32]byte(c.Shared) == [32]byte{} {
			points[keys.Curve25519PublicKey(c.Public)] = true
		}
	}
	if len(points) < 7 {
		t.Fatalf("only %d points", len(points))
	}
	return points
}
