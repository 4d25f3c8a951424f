package wire

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

func TestVarintRoundTrip(t *testing.T) {
	values := []uint64{0, 1, 127, 128, 16383, 16384, math.MaxUint32, math.MaxUint32 + 1, math.MaxUint64 - 1, math.MaxUint64}
	r := testrand.New(t)
	for range testrand.Count(t, 1000) {
		values = append(values, r.Uint64()>>r.IntN(64))
	}
	for _, v := range values {
		b := appendVarint(nil, v)
		if len(b) != varintLen(v) {
			t.Fatalf("varintLen(%d) = %d, want %d", v, varintLen(v), len(b))
		}
		got, rest, err := readVarint(append(b, 0xff))
		if err != nil || got != v || len(rest) != 1 {
			t.Fatalf("%d came back as %d, %x, %v", v, got, rest, err)
		}
	}
}

func TestVarintVectors(t *testing.T) {
	ran := 0
	for _, c := range vectors.Load[struct {
		ID, Kind string
		Number   uint64
		Bytes    vectors.Hex `json:"bytes_hex"`
		Length   int
	}](t, "primitives.json") {
		switch c.Kind {
		case "varint":
			checkBytes(t, appendVarint(nil, c.Number), c.Bytes)
		case "varint_length":
			if n := varintLen(c.Number); n != c.Length {
				t.Errorf("%s: %d", c.ID, n)
			}
		default:
			continue
		}
		ran++
	}
	if ran != 12 {
		t.Errorf("%d cases ran", ran)
	}
}

func TestVarintRefused(t *testing.T) {
	for name, b := range map[string][]byte{
		"empty":         {},
		"unfinished":    {0x80},
		"longer form":   {0x81, 0x00},
		"zero, longer":  {0x80, 0x00},
		"65 bits":       {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02},
		"eleven groups": {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01},
	} {
		if v, _, err := readVarint(b); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %d, %v", name, v, err)
		}
	}
}

// validOlm returns a well-formed message, without a MAC that would hold.
func validOlm(v Version, counter uint32) []byte {
	m := AppendOlm(nil, v, &[32]byte{1}, counter, 16)
	return append(m, make([]byte, 16+v.MACLen())...)
}

func validMegolm(v Version, index uint32) []byte {
	m := AppendMegolm(nil, v, index, 16)
	return append(m, make([]byte, 16+v.MACLen()+SignatureLen)...)
}

// T6: the version belongs to the session and is not guessed, and nothing but
// the exact length of the MAC is read.
func TestT6EveryOtherVersionByteIsRefused(t *testing.T) {
	for _, v := range []Version{Version1, Version2} {
		olm, megolm := validOlm(v, 0), validMegolm(v, 0)
		if _, err := DecodeOlm(olm, v); err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeMegolm(megolm, v); err != nil {
			t.Fatal(err)
		}
		for b := range 256 {
			if byte(b) == v.versionByte() {
				continue
			}
			olm[0], megolm[0] = byte(b), byte(b)
			if _, err := DecodeOlm(olm, v); !errors.Is(err, ErrVersion) {
				t.Errorf("Olm version byte %d: %v", b, err)
			}
			if _, err := DecodeMegolm(megolm, v); !errors.Is(err, ErrVersion) {
				t.Errorf("Megolm version byte %d: %v", b, err)
			}
		}
	}
	preKey := EncodePreKey(&PreKeyMessage{Message: validOlm(Version1, 0)})
	for b := range 256 {
		preKey[0] = byte(b)
		if _, err := DecodePreKey(preKey); b != preKeyVersion && !errors.Is(err, ErrVersion) || b == preKeyVersion && err != nil {
			t.Errorf("pre-key version byte %d: %v", b, err)
		}
	}
}

// T6: the length of the MAC goes with the version.
func TestT6MACLengths(t *testing.T) {
	for v, n := range map[Version]int{Version1: 8, Version2: 32} {
		olm, err := DecodeOlm(validOlm(v, 0), v)
		if err != nil || len(olm.MAC) != n {
			t.Errorf("Olm version %d: %d bytes, %v", v, len(olm.MAC), err)
		}
		megolm, err := DecodeMegolm(validMegolm(v, 0), v)
		if err != nil || len(megolm.MAC) != n {
			t.Errorf("Megolm version %d: %d bytes, %v", v, len(megolm.MAC), err)
		}
	}
}

func TestT17TruncatedMessagesAreRefusedOrShorter(t *testing.T) {
	for _, v := range []Version{Version1, Version2} {
		whole := validOlm(v, 300)
		for n := range whole {
			m, err := DecodeOlm(whole[:n], v)
			if err == nil && len(m.Ciphertext) == 16 {
				t.Errorf("version %d: %d of %d bytes were read whole", v, n, len(whole))
			}
		}
		group := validMegolm(v, 300)
		for n := range group {
			m, err := DecodeMegolm(group[:n], v)
			if err == nil && len(m.Ciphertext) == 16 {
				t.Errorf("version %d: %d of %d bytes were read whole", v, n, len(group))
			}
		}
	}
	preKey := EncodePreKey(&PreKeyMessage{Message: validOlm(Version1, 0)})
	for n := range preKey {
		if _, err := DecodePreKey(preKey[:n]); err == nil {
			t.Errorf("%d of %d bytes of a pre-key message were read", n, len(preKey))
		}
	}
}

func TestFieldsAreFoundInAnyOrderAndUnknownOnesSkipped(t *testing.T) {
	message := []byte{Version1.versionByte()}
	message = append(message, 0x38, 5)                        // unknown number, field 7
	message = appendBytesField(message, 0x3a, []byte("what")) // unknown bytes, field 7
	message = appendVarint(append(message, tagOlmCiphertext), 3)
	message = append(message, "abc"...)
	message = append(message, tagCounter, 9)
	message = append(message, 0x80, 0x01, 1) // unknown number, field 16, a tag of two bytes
	message = appendBytesField(message, tagRatchetKey, make([]byte, 32))
	message = append(message, "12345678"...)
	m, err := DecodeOlm(message, Version1)
	if err != nil {
		t.Fatal(err)
	}
	if m.Counter != 9 || string(m.Ciphertext) != "abc" || string(m.MAC) != "12345678" {
		t.Errorf("%+v", m)
	}
}

// X25519 ignores the top bit of a key, and no MAC covers the keys of a pre-key
// message, so a flipped one would give each side another session id.
func TestPreKeyMessageKeysHaveOneEncoding(t *testing.T) {
	for i := range 3 {
		m := PreKeyMessage{Message: validOlm(Version1, 0)}
		if _, err := DecodePreKey(EncodePreKey(&m)); err != nil {
			t.Fatal(err)
		}
		[]*[32]byte{&m.OneTimeKey, &m.BaseKey, &m.IdentityKey}[i][31] = 0x80
		if _, err := DecodePreKey(EncodePreKey(&m)); !errors.Is(err, ErrFormat) {
			t.Errorf("key %d with its top bit set: %v", i, err)
		}
	}
}

func TestFieldsRefused(t *testing.T) {
	key := appendBytesField(nil, tagRatchetKey, make([]byte, 32))
	counter := []byte{tagCounter, 1}
	ciphertext := appendBytesField(nil, tagOlmCiphertext, make([]byte, 16))
	for name, fields := range map[string][][]byte{
		"no key":             {counter, ciphertext},
		"no counter":         {key, ciphertext},
		"no ciphertext":      {key, counter},
		"two keys":           {key, key, counter, ciphertext},
		"two counters":       {key, counter, counter, ciphertext},
		"two ciphertexts":    {key, counter, ciphertext, ciphertext},
		"key of 31 bytes":    {appendBytesField(nil, tagRatchetKey, make([]byte, 31)), counter, ciphertext},
		"key of 33 bytes":    {appendBytesField(nil, tagRatchetKey, make([]byte, 33)), counter, ciphertext},
		"counter of 33 bits": {key, appendVarint([]byte{tagCounter}, math.MaxUint32+1), ciphertext},
		"64-bit field":       {{0x39, 1, 2, 3, 4, 5, 6, 7, 8}, key, counter, ciphertext},
		"group":              {{0x3b, 0}, key, counter, ciphertext},
		"length beyond end":  {key, counter, {tagOlmCiphertext, 0xff, 0xff, 0xff, 0x7f}},
		"length of 64 bits":  {key, counter, appendVarint([]byte{tagOlmCiphertext}, math.MaxUint64)},
	} {
		message := []byte{Version1.versionByte()}
		for _, f := range fields {
			message = append(message, f...)
		}
		message = append(message, make([]byte, Version1.MACLen())...)
		if m, err := DecodeOlm(message, Version1); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

// Whatever decodes encodes to the same bytes again, if it has no unknown
// fields and the usual order.
func reencodeOlm(t *testing.T, data []byte, v Version) {
	m, err := DecodeOlm(data, v)
	if err != nil {
		return
	}
	again := AppendOlm(nil, v, &m.RatchetKey, m.Counter, len(m.Ciphertext))
	again = append(append(again, m.Ciphertext...), m.MAC...)
	if len(again) > len(data) {
		t.Fatalf("encoding %x is longer than %x", again, data)
	}
	if len(again) == len(data) {
		n, err := DecodeOlm(again, v)
		if err != nil || n.RatchetKey != m.RatchetKey || n.Counter != m.Counter || !bytes.Equal(n.Ciphertext, m.Ciphertext) {
			t.Fatalf("%x came back as %+v, %v", data, n, err)
		}
	}
}

func FuzzDecodeOlm(f *testing.F) {
	for _, seed := range vectors.Files(f, "fuzz/olm-message-decoding") {
		f.Add(seed)
		if m, err := DecodePreKey(seed); err == nil {
			f.Add(bytes.Clone(m.Message))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		reencodeOlm(t, data, Version1)
		reencodeOlm(t, data, Version2)
	})
}

func FuzzDecodePreKey(f *testing.F) {
	for _, folder := range []string{"fuzz/olm-message-decoding", "fuzz/olm-decryption"} {
		for _, seed := range vectors.Files(f, folder) {
			f.Add(seed)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodePreKey(data)
		if err != nil {
			return
		}
		n, err := DecodePreKey(EncodePreKey(&m))
		if err != nil || n.OneTimeKey != m.OneTimeKey || n.BaseKey != m.BaseKey ||
			n.IdentityKey != m.IdentityKey || !bytes.Equal(n.Message, m.Message) {
			t.Fatalf("%x came back as %+v, %v", data, n, err)
		}
	})
}

func FuzzDecodeMegolm(f *testing.F) {
	for _, seed := range vectors.Files(f, "fuzz/megolm-decoding") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, v := range []Version{Version1, Version2} {
			m, err := DecodeMegolm(data, v)
			if err != nil {
				continue
			}
			again := AppendMegolm(nil, v, m.Index, len(m.Ciphertext))
			again = append(append(append(again, m.Ciphertext...), m.MAC...), m.Signature[:]...)
			n, err := DecodeMegolm(again, v)
			if err != nil || n.Index != m.Index || !bytes.Equal(n.Ciphertext, m.Ciphertext) {
				t.Fatalf("%x came back as %+v, %v", data, n, err)
			}
		}
	})
}
