package sha2

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

type hkdfCase struct {
	ID     string      `json:"id"`
	IKM    vectors.Hex `json:"ikm_hex"`
	Salt   vectors.Hex `json:"salt_hex"`
	Info   vectors.Hex `json:"info_hex"`
	Size   int         `json:"size"`
	OKM    vectors.Hex `json:"okm_hex"`
	Result string      `json:"result"`
}

func TestWycheproofHKDF256(t *testing.T) {
	for _, c := range vectors.Load[hkdfCase](t, "wycheproof/hkdf_sha256.json") {
		out := make([]byte, c.Size)
		switch c.Result {
		case "valid":
			HKDF256(out, c.IKM, c.Salt, c.Info)
			if !bytes.Equal(out, c.OKM) {
				t.Errorf("%s: got %x, want %x", c.ID, out, c.OKM)
			}
		case "invalid":
			if !panics(func() { HKDF256(out, c.IKM, c.Salt, c.Info) }) {
				t.Errorf("%s: %d bytes were given", c.ID, c.Size)
			}
		default:
			t.Errorf("%s: unknown result %q", c.ID, c.Result)
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}

func TestHKDF256AgainstStd(t *testing.T) {
	r := testrand.New(t)
	lengths := []int{255*32 - 1, 255 * 32}
	for n := range 200 {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		ikm, salt, info := testrand.Bytes(r, r.IntN(150)), testrand.Bytes(r, r.IntN(150)), testrand.Bytes(r, r.IntN(150))
		want, err := hkdf.Key(sha256.New, ikm, salt, string(info), n)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, n)
		HKDF256(got, ikm, salt, info)
		if !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: got %x, want %x", n, got, want)
		}
	}
}

func TestHKDF256LongestOutput(t *testing.T) {
	if !panics(func() { HKDF256(make([]byte, 255*32+1), nil, nil, nil) }) {
		t.Error("more than 255 blocks were given")
	}
}

func TestHKDF256NilSaltIsZeros(t *testing.T) {
	var withNil, withEmpty, withZeros [96]byte
	HKDF256(withNil[:], []byte("ikm"), nil, []byte("info"))
	HKDF256(withEmpty[:], []byte("ikm"), []byte{}, []byte("info"))
	HKDF256(withZeros[:], []byte("ikm"), make([]byte, 32), []byte("info"))
	if withNil != withZeros || withEmpty != withZeros {
		t.Errorf("nil %x, empty %x, zeros %x", withNil, withEmpty, withZeros)
	}
}

func TestUnsaltedIsHMACUnderZeros(t *testing.T) {
	if want := *NewHMAC256(make([]byte, 32)); unsalted != want {
		t.Errorf("got %08x, want %08x", unsalted, want)
	}
}
