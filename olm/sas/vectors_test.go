package sas

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// newWith makes a SAS with a known private key.
func newWith(t *testing.T, private []byte) *SAS {
	t.Helper()
	defer random.Replace(bytes.NewReader(private))()
	return New()
}

func parseKey(t *testing.T, text string) keys.Curve25519PublicKey {
	t.Helper()
	key, err := keys.ParseCurve25519(text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// setKey sets a key that is expected to be good.
func setKey(t *testing.T, s *SAS, key keys.Curve25519PublicKey) {
	t.Helper()
	if err := s.SetTheirKey(key); err != nil {
		t.Fatal(err)
	}
}

// sasCase is any case of sas.json; Op says which of the fields it has.
type sasCase struct {
	ID, Op       string
	Number       int
	Emoji, Name  string
	Bytes        vectors.Hex `json:"bytes_hex"`
	EmojiIndices [7]int      `json:"emoji_indices"`
	Decimals     [3]int
	Flawed       string      `json:"broken_text"`
	Right        string      `json:"right_b64"`
	Private      vectors.Hex `json:"our_private_hex"`
	TheirPublic  string      `json:"their_public_b64"`
	Message      string
	Info         string
	Method       MACMethod
	MAC          string         `json:"mac_text"`
	PublicKey    string         `json:"public_key_b64"`
	StartContent map[string]any `json:"start_content"`
	Commitment   string         `json:"commitment_b64"`
}

func TestVectors(t *testing.T) {
	check := map[string]func(*testing.T, sasCase){
		"emoji_table":       checkEmojiTable,
		"bytes_to_sas":      checkBytesToSAS,
		"broken_base64":     checkFlawedBase64,
		"mac_broken_base64": checkMAC,
		"commitment":        checkCommitment,
	}
	counts := make(map[string]int)
	for _, c := range vectors.Load[sasCase](t, "sas.json") {
		f := check[c.Op]
		if f == nil {
			t.Fatalf("%s: unknown op %q", c.ID, c.Op)
		}
		t.Run(c.ID, func(t *testing.T) { f(t, c) })
		counts[c.Op]++
	}
	if counts["emoji_table"] != len(emojiTable) || len(counts) != len(check) {
		t.Errorf("the vectors have %v", counts)
	}
}

func checkEmojiTable(t *testing.T, c sasCase) {
	if want := (Emoji{c.Number, c.Emoji, c.Name}); emojiTable[c.Number] != want {
		t.Errorf("got %v, want %v", emojiTable[c.Number], want)
	}
}

func checkBytesToSAS(t *testing.T, c sasCase) {
	for i, e := range emoji((*[6]byte)(c.Bytes)) {
		if e.Index != c.EmojiIndices[i] {
			t.Errorf("emoji %d: got %d, want %d", i, e.Index, c.EmojiIndices[i])
		}
	}
	if got := decimals((*[5]byte)(c.Bytes)); got != c.Decimals {
		t.Errorf("got %v, want %v", got, c.Decimals)
	}
}

func checkFlawedBase64(t *testing.T, c sasCase) {
	if got := encodeInPlace((*[32]byte)(c.Bytes)); got != c.Flawed {
		t.Errorf("got %s, want %s", got, c.Flawed)
	}
	if right := base64.RawStdEncoding.EncodeToString(c.Bytes); right != c.Right {
		t.Errorf("the vector is wrong: %s is %s", right, c.Right)
	}
}

func checkMAC(t *testing.T, c sasCase) {
	s := newWith(t, c.Private)
	setKey(t, s, parseKey(t, c.TheirPublic))
	if got, err := s.MAC(c.Method, c.Message, c.Info); err != nil || got != c.MAC {
		t.Errorf("got %s, %v, want %s", got, err, c.MAC)
	}
}

func checkCommitment(t *testing.T, c sasCase) {
	canonical, err := json.Marshal(c.StartContent) // sorts; these strings need no escapes
	if err != nil {
		t.Fatal(err)
	}
	if got := Commitment(parseKey(t, c.PublicKey), canonical); got != c.Commitment {
		t.Errorf("got %s, want %s", got, c.Commitment)
	}
}

type party struct {
	Private vectors.Hex `json:"private_hex"`
	Public  string      `json:"public_b64"`
}

// exchangeCase is a whole run, or something refused if Expect says so.
type exchangeCase struct {
	ID           string
	Alice, Bob   party
	StartContent string      `json:"start_content_canonical"`
	Commitment   string      `json:"commitment_b64"`
	Info         string      `json:"sas_info_curve25519_hkdf_sha256"`
	Bytes        vectors.Hex `json:"sas_bytes_hex"`
	EmojiIndices [7]int      `json:"emoji_indices"`
	Decimals     [3]int
	OldInfo      string                          `json:"sas_info_curve25519"`
	OldBytes     vectors.Hex                     `json:"sas_bytes_curve25519_hex"`
	Bytes40      vectors.Hex                     `json:"bytes_40_hex"`
	MACKeys      map[string]string               `json:"mac_keys"`
	MACInfo      string                          `json:"mac_info_prefix"`
	KeyIDs       string                          `json:"key_ids_text"`
	MACs         map[MACMethod]map[string]string `json:"macs"`
	Expect       string
	Private      vectors.Hex `json:"private_hex"`
	TheirPublic  string      `json:"their_public_b64"`
}

func TestExchangesOfLibolm(t *testing.T) {
	for _, c := range vectors.Load[exchangeCase](t, "generated_by_libolm/sas_exchange.json") {
		t.Run(c.ID, func(t *testing.T) {
			switch c.Expect {
			case "":
				checkExchange(t, c)
			case "refused":
				checkRefusal(t, c)
			default:
				t.Fatalf("unknown expectation %q", c.Expect)
			}
		})
	}
}

func checkRefusal(t *testing.T, c exchangeCase) {
	s := newWith(t, c.Private)
	switch c.ID {
	case "no-their-key":
		if _, err := s.Bytes("info", 6); !errors.Is(err, ErrTheirKeyNotSet) {
			t.Error(err)
		}
	case "their-key-too-short":
		if _, err := keys.ParseCurve25519(c.TheirPublic); !errors.Is(err, keys.ErrKey) {
			t.Error(err)
		}
	case "zero-key", "order-8-key": // T5; libolm accepts them
		if err := s.SetTheirKey(parseKey(t, c.TheirPublic)); !errors.Is(err, ErrWeakKey) {
			t.Error(err)
		}
	default:
		t.Error("unknown case")
	}
}

func checkExchange(t *testing.T, c exchangeCase) {
	alice, bob := newWith(t, c.Alice.Private), newWith(t, c.Bob.Private)
	if alice.PublicKey().String() != c.Alice.Public || bob.PublicKey().String() != c.Bob.Public {
		t.Fatal("other public keys")
	}
	if got := Commitment(bob.PublicKey(), []byte(c.StartContent)); got != c.Commitment {
		t.Errorf("commitment: got %s, want %s", got, c.Commitment)
	}
	setKey(t, alice, bob.PublicKey())
	setKey(t, bob, alice.PublicKey())
	for name, s := range map[string]*SAS{"alice": alice, "bob": bob} {
		t.Run(name, func(t *testing.T) {
			checkStrings(t, s, c)
			checkMACs(t, s, c)
		})
	}
}

func checkStrings(t *testing.T, s *SAS, c exchangeCase) {
	for _, want := range []struct {
		info  string
		bytes []byte
	}{{c.Info, c.Bytes}, {c.OldInfo, c.OldBytes}, {"TEST", c.Bytes40}} {
		if got, err := s.Bytes(want.info, len(want.bytes)); err != nil || !bytes.Equal(got, want.bytes) {
			t.Errorf("info %q: got %x, %v, want %x", want.info, got, err, want.bytes)
		}
	}
	list, err := s.Emoji(c.Info)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range list {
		if e != emojiTable[c.EmojiIndices[i]] {
			t.Errorf("emoji %d: got %d, want %d", i, e.Index, c.EmojiIndices[i])
		}
	}
	if got, err := s.Decimals(c.Info); err != nil || got != c.Decimals {
		t.Errorf("got %v, %v, want %v", got, err, c.Decimals)
	}
}

func checkMACs(t *testing.T, s *SAS, c exchangeCase) {
	if len(c.MACs) != 3 {
		t.Errorf("%d methods", len(c.MACs))
	}
	for method, macs := range c.MACs {
		for id, want := range macs {
			input, info := c.MACKeys[id], c.MACInfo+id
			if id == "keys" {
				input, info = c.KeyIDs, c.MACInfo+"KEY_IDS"
			}
			if got, err := s.MAC(method, input, info); err != nil || got != want {
				t.Errorf("%s of %s: got %s, %v, want %s", method, id, got, err, want)
			}
			if err := s.VerifyMAC(method, input, info, want); err != nil {
				t.Errorf("%s of %s: %v", method, id, err)
			}
			if err := s.VerifyMAC(method, input, info, strings.ToLower(want)); !errors.Is(err, ErrMAC) {
				t.Errorf("%s of %s in lower case: %v", method, id, err)
			}
		}
	}
}
