package sha2

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

type primitiveCase struct {
	ID           string      `json:"id"`
	Kind         string      `json:"kind"`
	Message      vectors.Hex `json:"message_hex"`
	Digest       vectors.Hex `json:"digest_hex"`
	DigestBase64 string      `json:"digest_b64"`
	Key          vectors.Hex `json:"key_hex"`
	MAC          vectors.Hex `json:"mac_hex"`
	IKM          vectors.Hex `json:"ikm_hex"`
	Salt         vectors.Hex `json:"salt_hex"`
	Info         vectors.Hex `json:"info_hex"`
	OKM          vectors.Hex `json:"okm_hex"`
}

func TestPrimitives(t *testing.T) {
	run := make(map[string]int)
	for _, c := range vectors.Load[primitiveCase](t, "primitives.json") {
		run[c.Kind]++
		var got, want []byte
		switch c.Kind {
		case "sha256":
			sum := Sum256(c.Message)
			got, want = sum[:], c.Digest
			if c.DigestBase64 != "" {
				got, want = []byte(base64.Encode(sum[:])), []byte(c.DigestBase64)
			}
		case "hmac_sha256":
			got, want = hmac256(c.Key, c.Message), c.MAC
		case "hkdf_sha256":
			got, want = make([]byte, len(c.OKM)), c.OKM
			HKDF256(got, c.IKM, c.Salt, c.Info)
		case "x25519", "ed25519_sign_verify", "ed25519_verify_strict", "curve25519_key_decode": // internal/curve25519
			continue
		case "base64", "base64_decode": // internal/base64
			continue
		case "aes256_cbc", "aes256_ctr": // internal/aes
			continue
		case "varint", "varint_length", "key_id_64", "pickle_u32_big_endian": // formats
			continue
		case "pbkdf2_sha512": // secret storage
			continue
		default:
			t.Errorf("%s: no package claims the kind %q", c.ID, c.Kind)
			continue
		}
		if len(want) == 0 || !bytes.Equal(got, want) {
			t.Errorf("%s: got %x, want %x", c.ID, got, want)
		}
	}
	for _, kind := range []string{"sha256", "hmac_sha256", "hkdf_sha256"} {
		if run[kind] == 0 {
			t.Errorf("no case of kind %q", kind)
		}
	}
}
