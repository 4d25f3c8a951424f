package sha2

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

type hmacCase struct {
	ID      string      `json:"id"`
	TagBits int         `json:"tag_bits"`
	Key     vectors.Hex `json:"key_hex"`
	Message vectors.Hex `json:"message_hex"`
	Tag     vectors.Hex `json:"tag_hex"`
	Result  string      `json:"result"`
}

func TestWycheproofHMAC256(t *testing.T) {
	wycheproofHMAC(t, "wycheproof/hmac_sha256.json", hmac256)
}

func TestWycheproofHMAC512(t *testing.T) {
	wycheproofHMAC(t, "wycheproof/hmac_sha512.json", hmac512)
}

func wycheproofHMAC(t *testing.T, file string, mac func(key []byte, parts ...[]byte) []byte) {
	for _, c := range vectors.Load[hmacCase](t, file) {
		got := mac(c.Key, c.Message)[:c.TagBits/8]
		switch c.Result {
		case "valid", "invalid":
			if bytes.Equal(got, c.Tag) != (c.Result == "valid") {
				t.Errorf("%s is %s: computed %x, tag %x", c.ID, c.Result, got, c.Tag)
			}
		default:
			t.Errorf("%s: unknown result %q", c.ID, c.Result)
		}
	}
}

func hmac256(key []byte, parts ...[]byte) []byte {
	var out [32]byte
	NewHMAC256(key).Sum(&out, parts...)
	return out[:]
}

func hmac512(key []byte, parts ...[]byte) []byte {
	var out [64]byte
	NewHMAC512(key).Sum(&out, parts...)
	return out[:]
}

func stdHMAC(newHash func() hash.Hash, key, message []byte) []byte {
	h := hmac.New(newHash, key)
	h.Write(message)
	return h.Sum(nil)
}

func TestHMACAgainstStd(t *testing.T) {
	r := testrand.New(t)
	for keyLen := range 270 {
		key, message := testrand.Bytes(r, keyLen), testrand.Bytes(r, r.IntN(300))
		parts := split(r, message)
		if got, want := hmac256(key, parts...), stdHMAC(sha256.New, key, message); !bytes.Equal(got, want) {
			t.Fatalf("HMAC-SHA-256, key of %d, message of %d: got %x, want %x", keyLen, len(message), got, want)
		}
		if got, want := hmac512(key, parts...), stdHMAC(sha512.New, key, message); !bytes.Equal(got, want) {
			t.Fatalf("HMAC-SHA-512, key of %d, message of %d: got %x, want %x", keyLen, len(message), got, want)
		}
	}
}

func TestHMACIsReusable(t *testing.T) {
	r := testrand.New(t)
	key := testrand.Bytes(r, 32)
	h256, h512 := NewHMAC256(key), NewHMAC512(key)
	for n := range 150 {
		message := testrand.Bytes(r, n)
		var out256 [32]byte
		h256.Sum(&out256, message)
		if want := stdHMAC(sha256.New, key, message); !bytes.Equal(out256[:], want) {
			t.Fatalf("HMAC-SHA-256, use %d: got %x, want %x", n, out256, want)
		}
		var out512 [64]byte
		h512.Sum(&out512, message)
		if want := stdHMAC(sha512.New, key, message); !bytes.Equal(out512[:], want) {
			t.Fatalf("HMAC-SHA-512, use %d: got %x, want %x", n, out512, want)
		}
	}
}

func TestHMACOfAByte(t *testing.T) {
	r := testrand.New(t)
	for message := range 256 {
		key := testrand.Bytes(r, 32)
		mac := NewHMAC256(key)
		out := [32]byte(key) // as in the ratchets, where a MAC takes the place of its key
		mac.SumByte(&out, byte(message))
		if want := stdHMAC(sha256.New, key, []byte{byte(message)}); !bytes.Equal(out[:], want) {
			t.Fatalf("key %x, message %02x: got %x, want %x", key, message, out, want)
		}
	}
}

// TestHMACOutMayBeAPart matters to the ratchets, which replace a key by a MAC
// of itself.
func TestHMACOutMayBeAPart(t *testing.T) {
	r := testrand.New(t)
	key := testrand.Bytes(r, 32)
	out256 := [32]byte(testrand.Bytes(r, 32))
	want256 := stdHMAC(sha256.New, key, out256[:])
	NewHMAC256(key).Sum(&out256, out256[:])
	if !bytes.Equal(out256[:], want256) {
		t.Errorf("HMAC-SHA-256: got %x, want %x", out256, want256)
	}
	out512 := [64]byte(testrand.Bytes(r, 64))
	want512 := stdHMAC(sha512.New, key, out512[:])
	NewHMAC512(key).Sum(&out512, out512[:])
	if !bytes.Equal(out512[:], want512) {
		t.Errorf("HMAC-SHA-512: got %x, want %x", out512, want512)
	}
}

func TestT9HMACWipeClearsTheKeyedStates(t *testing.T) {
	h256, h512 := NewHMAC256([]byte("key")), NewHMAC512([]byte("key"))
	if *h256 == (HMAC256{}) || *h512 == (HMAC512{}) {
		t.Fatal("a keyed state is zero")
	}
	h256.Wipe()
	h512.Wipe()
	if *h256 != (HMAC256{}) {
		t.Errorf("HMAC256 after Wipe: %08x", *h256)
	}
	if *h512 != (HMAC512{}) {
		t.Errorf("HMAC512 after Wipe: %016x", *h512)
	}
}
