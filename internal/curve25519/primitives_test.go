package curve25519

import (
	"crypto/ed25519"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

type primitiveCase struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`

	AlicePrivate vectors.Hex `json:"alice_private_hex"`
	AlicePublic  vectors.Hex `json:"alice_public_hex"`
	BobPrivate   vectors.Hex `json:"bob_private_hex"`
	BobPublic    vectors.Hex `json:"bob_public_hex"`
	Shared       vectors.Hex `json:"shared_hex"`

	Seed           vectors.Hex `json:"seed_hex"`
	Message        vectors.Hex `json:"message_hex"`
	AlteredMessage vectors.Hex `json:"altered_message_hex"`

	Public    vectors.Hex `json:"public_hex"`
	Signature vectors.Hex `json:"signature_hex"`

	Text   string      `json:"text"`
	Bytes  vectors.Hex `json:"bytes_hex"`
	Expect string      `json:"expect"`
}

func TestPrimitives(t *testing.T) {
	mine := map[string]func(*testing.T, primitiveCase){
		"x25519":                primitiveX25519,
		"ed25519_sign_verify":   primitiveSignVerify,
		"ed25519_verify_strict": primitiveVerifyStrict,
		"curve25519_key_decode": primitiveKeyDecode,
	}
	run := make(map[string]bool)
	for _, c := range vectors.Load[primitiveCase](t, "primitives.json") {
		if f, ok := mine[c.Kind]; ok {
			run[c.Kind] = true
			t.Run(c.ID, func(t *testing.T) { f(t, c) })
			continue
		}
		switch c.Kind {
		case "sha256", "hmac_sha256", "hkdf_sha256": // internal/sha2
		case "base64", "base64_decode": // internal/base64
		case "aes256_cbc", "aes256_ctr": // internal/aes
		case "varint", "varint_length", "key_id_64", "pickle_u32_big_endian": // formats
		case "pbkdf2_sha512": // secret storage
		default:
			t.Errorf("%s: no package claims the kind %q", c.ID, c.Kind)
		}
	}
	for kind := range mine {
		if !run[kind] {
			t.Errorf("no case of kind %q", kind)
		}
	}
}

func primitiveX25519(t *testing.T, c primitiveCase) {
	alice, bob := NewKeyPair((*[32]byte)(c.AlicePrivate)), NewKeyPair((*[32]byte)(c.BobPrivate))
	if alice.Public != [32]byte(c.AlicePublic) || bob.Public != [32]byte(c.BobPublic) {
		t.Errorf("public keys %x and %x", alice.Public, bob.Public)
	}
	var out [32]byte
	if err := alice.SharedSecret(&out, &bob.Public); err != nil || out != [32]byte(c.Shared) {
		t.Errorf("alice has %x (%v)", out, err)
	}
	if err := bob.SharedSecret(&out, &alice.Public); err != nil || out != [32]byte(c.Shared) {
		t.Errorf("bob has %x (%v)", out, err)
	}
}

func primitiveSignVerify(t *testing.T, c primitiveCase) {
	k := NewSigningKey((*[32]byte)(c.Seed))
	signature := k.Sign(c.Message)
	if !verifies(t, &k.Public, c.Message, &signature) {
		t.Error("the signature is refused")
	}
	if verifies(t, &k.Public, c.AlteredMessage, &signature) {
		t.Error("the altered message is accepted")
	}
}

func primitiveVerifyStrict(t *testing.T, c primitiveCase) {
	if !ed25519.Verify([]byte(c.Public), c.Message, c.Signature) {
		t.Error("crypto/ed25519 refuses it too: the case holds nothing off")
	}
	if verifies(t, (*[32]byte)(c.Public), c.Message, (*[64]byte)(c.Signature)) {
		t.Error("accepted")
	}
}

// primitiveKeyDecode decodes a public key the way every caller does.
func primitiveKeyDecode(t *testing.T, c primitiveCase) {
	b, err := base64.Decode(c.Text)
	ok := err == nil && len(b) == 32
	if ok != (c.Expect == "ok") {
		t.Errorf("%q: got %v, want %s", c.Text, ok, c.Expect)
	}
	if ok && string(b) != string(c.Bytes) {
		t.Errorf("%q: got %x, want %x", c.Text, b, []byte(c.Bytes))
	}
}
