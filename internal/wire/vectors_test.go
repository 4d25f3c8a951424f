package wire

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

// messageCase is a case of olm_messages.json.
type messageCase struct {
	ID               string
	Op               string
	Expect           string
	Version          byte
	Counter          *uint32
	HasCounter       bool         `json:"has_counter"`
	MessageHex       vectors.Hex  `json:"message_hex"`
	MessageB64       string       `json:"message_b64"`
	MessageType      int          `json:"message_type"`
	RatchetKeyHex    *vectors.Hex `json:"ratchet_key_hex"`
	CiphertextHex    *vectors.Hex `json:"ciphertext_hex"`
	MACHex           vectors.Hex  `json:"mac_hex"`
	PrefixHex        vectors.Hex  `json:"prefix_hex"`
	MACLength        int          `json:"mac_length"`
	SignatureLength  int          `json:"signature_length"`
	MessageIndex     uint32       `json:"message_index"`
	CiphertextLength int          `json:"ciphertext_length"`
	TotalLength      int          `json:"total_length_with_8_mac_64_sig"`
}

// elsewhere are the operations of olm_messages.json that need more than the
// wire format: packages olm and megolm run them.
var elsewhere = map[string]bool{
	"encode_and_mac":        true,
	"group_encode_mac_sign": true,
	"session_decrypt":       true,
}

func TestOlmMessageVectors(t *testing.T) {
	operations := map[string]func(*testing.T, messageCase){
		"decode_fields":       decodeFields,
		"encode_fields":       encodeFields,
		"decode_message":      decodeRefused,
		"decode_message_v4":   decodeVersion2,
		"from_parts":          fromParts,
		"group_encode_prefix": groupEncode,
		"group_decode":        groupDecode,
	}
	for _, c := range vectors.Load[messageCase](t, "olm_messages.json") {
		if elsewhere[c.Op] {
			continue
		}
		run, ok := operations[c.Op]
		if !ok {
			t.Fatalf("%s: unknown operation %q", c.ID, c.Op)
		}
		t.Run(c.ID, func(t *testing.T) { run(t, c) })
	}
}

// stricter are messages that libolm's field walk reads and this package
// refuses: a field that stands there twice, and a number above 32 bits of
// which libolm keeps the lower ones.
var stricter = map[string]bool{
	"decode-counter-twice":           true,
	"decode-counter-5-byte-overflow": true,
}

// decodeFields compares the fields that are found. The ratchet keys of these
// cases are ten bytes long, so that none of the messages is a valid one.
func decodeFields(t *testing.T, c messageCase) {
	if _, err := DecodeOlm(c.MessageHex, Version1); err == nil {
		t.Error("a ratchet key of ten bytes was accepted")
	}
	complete := c.HasCounter && c.RatchetKeyHex != nil && c.CiphertextHex != nil && !stricter[c.ID]
	if len(c.MessageHex) <= c.MACLength {
		if complete {
			t.Fatal("too short to be complete")
		}
		return
	}
	body := c.MessageHex[1 : len(c.MessageHex)-c.MACLength]
	fields, err := readFields(body, tagRatchetKey, tagCounter, tagOlmCiphertext)
	if !complete {
		if err == nil {
			counter, err := fields[1].uint32()
			if err == nil {
				t.Fatalf("accepted, with counter %d", counter)
			}
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(fields[0].bytes, *c.RatchetKeyHex) || fields[1].number != uint64(*c.Counter) ||
		!bytes.Equal(fields[2].bytes, *c.CiphertextHex) {
		t.Errorf("fields %v", fields)
	}
}

func encodeFields(t *testing.T, c messageCase) {
	if len(*c.RatchetKeyHex) != 32 { // assembled from the parts of AppendOlm
		message := appendBytesField([]byte{Version1.versionByte()}, tagRatchetKey, *c.RatchetKeyHex)
		message = appendVarint(append(message, tagCounter), uint64(*c.Counter))
		message = appendBytesField(message, tagOlmCiphertext, *c.CiphertextHex)
		checkBytes(t, append(message, c.MACHex...), c.MessageHex)
		return
	}
	key := [32]byte(*c.RatchetKeyHex)
	message := AppendOlm(nil, Version1, &key, *c.Counter, len(*c.CiphertextHex))
	message = append(message, *c.CiphertextHex...)
	message = append(message, c.MACHex...)
	checkBytes(t, message, c.MessageHex)
	if n := OlmLen(Version1, *c.Counter, len(*c.CiphertextHex)); n != len(message) {
		t.Errorf("OlmLen = %d, want %d", n, len(message))
	}
}

func decodeRefused(t *testing.T, c messageCase) {
	for _, v := range []Version{Version1, Version2} {
		if _, err := DecodeOlm(c.MessageHex, v); err == nil {
			t.Errorf("accepted as version %d", v)
		}
	}
}

func decodeVersion2(t *testing.T, c messageCase) {
	m, err := DecodeOlm(c.MessageHex, Version2)
	if err != nil {
		t.Fatal(err)
	}
	if m.Counter != *c.Counter {
		t.Errorf("counter %d", m.Counter)
	}
	checkBytes(t, m.RatchetKey[:], *c.RatchetKeyHex)
	checkBytes(t, m.Ciphertext, *c.CiphertextHex)
	checkBytes(t, m.MAC, c.MACHex)
	if _, err := DecodeOlm(c.MessageHex, Version1); !errors.Is(err, ErrVersion) {
		t.Errorf("as version 1: %v", err)
	}
}

func fromParts(t *testing.T, c messageCase) {
	if c.Expect == "refused" {
		return // an unknown type is refused by olm.ParseMessage
	}
	raw := decodeBase64(t, c.MessageB64)
	if c.MessageType == 0 {
		outer, err := DecodePreKey(raw)
		if err != nil {
			t.Fatal(err)
		}
		checkBytes(t, EncodePreKey(&outer), raw)
		raw = outer.Message
	}
	m, err := DecodeOlm(raw, Version1)
	if err != nil {
		t.Fatal(err)
	}
	checkBytes(t, m.Ciphertext, *c.CiphertextHex)
	again := AppendOlm(nil, Version1, &m.RatchetKey, m.Counter, len(m.Ciphertext))
	again = append(append(again, m.Ciphertext...), m.MAC...)
	checkBytes(t, again, raw)
}

func groupEncode(t *testing.T, c messageCase) {
	checkBytes(t, AppendMegolm(nil, Version1, c.MessageIndex, c.CiphertextLength), c.PrefixHex)
	if n := MegolmLen(Version1, c.MessageIndex, c.CiphertextLength); n != c.TotalLength {
		t.Errorf("MegolmLen = %d, want %d", n, c.TotalLength)
	}
}

func groupDecode(t *testing.T, c messageCase) {
	if c.Expect == "refused" {
		for _, v := range []Version{Version1, Version2} {
			if _, err := DecodeMegolm(c.MessageHex, v); err == nil {
				t.Errorf("accepted as version %d", v)
			}
		}
		return
	}
	message := c.MessageHex
	if short := SignatureLen - c.SignatureLength; short > 0 {
		message = append(bytes.Clone(message), make([]byte, short)...)
	}
	m, err := DecodeMegolm(message, Version1)
	if err != nil {
		t.Fatal(err)
	}
	if m.Index != c.MessageIndex {
		t.Errorf("index %d", m.Index)
	}
	checkBytes(t, m.Ciphertext, *c.CiphertextHex)
}

func TestPreKeyVectors(t *testing.T) {
	type preKeyCase struct {
		ID         string
		Op         string
		MessageHex vectors.Hex `json:"message_hex"`
		MessageB64 string      `json:"message_b64"`
		OneTimeKey vectors.Hex `json:"one_time_key_hex"`
		BaseKey    vectors.Hex `json:"base_key_hex"`
		Identity   vectors.Hex `json:"identity_key_hex"`
		Inner      vectors.Hex `json:"inner_message_hex"`
		Roundtrip  bool
	}
	for _, c := range vectors.Load[preKeyCase](t, "olm_prekey.json") {
		t.Run(c.ID, func(t *testing.T) {
			raw := []byte(c.MessageHex)
			if raw == nil {
				raw = decodeBase64(t, c.MessageB64)
			}
			if c.Op == "encode" { // keys of other lengths, fields in another order
				message := appendBytesField([]byte{preKeyVersion}, tagOneTimeKey, c.OneTimeKey)
				message = appendBytesField(message, tagIdentityKey, c.Identity)
				message = appendBytesField(message, tagBaseKey, c.BaseKey)
				checkBytes(t, appendBytesField(message, tagMessage, c.Inner), raw)
				return
			}
			m, err := DecodePreKey(raw)
			if err != nil {
				t.Fatal(err)
			}
			checkBytes(t, m.OneTimeKey[:], c.OneTimeKey)
			checkBytes(t, m.BaseKey[:], c.BaseKey)
			checkBytes(t, m.IdentityKey[:], c.Identity)
			checkBytes(t, m.Message, c.Inner)
			if c.Roundtrip {
				checkBytes(t, EncodePreKey(&m), raw)
			}
		})
	}
}

func decodeBase64(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func checkBytes(t *testing.T, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("got %x\nwant %x", got, want)
	}
}
