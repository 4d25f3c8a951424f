package keys

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
)

func TestTextRoundTrip(t *testing.T) {
	curve := Curve25519PublicKey{1, 2, 3}
	ed := Ed25519PublicKey{4, 5, 6}
	signature := Ed25519Signature{7, 8, 9}
	if got, err := ParseCurve25519(curve.String()); err != nil || got != curve {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := ParseEd25519(ed.String()); err != nil || got != ed {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := ParseSignature(signature.String()); err != nil || got != signature {
		t.Errorf("%v, %v", got, err)
	}

	type object struct {
		Curve     Curve25519PublicKey
		Ed        Ed25519PublicKey
		Signature Ed25519Signature
	}
	before := object{curve, ed, signature}
	text, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	var after object
	if err := json.Unmarshal(text, &after); err != nil || after != before {
		t.Errorf("%s came back as %v, %v", text, after, err)
	}
}

// T3: a key has one text.
func TestT3OtherTextsAreRefused(t *testing.T) {
	key := Curve25519PublicKey{31: 1}.String()
	signature := Ed25519Signature{63: 1}.String()
	alter := func(text string) map[string]string {
		return map[string]string{
			"empty":         "",
			"cut":           text[:len(text)-1],
			"longer":        text + "A",
			"padded":        text + "=",
			"white space":   " " + text[1:],
			"newline":       text[:4] + "\n" + text[5:],
			"URL-safe":      strings.Repeat("-", len(text)),
			"trailing bits": text[:len(text)-1] + "F",
		}
	}
	for name, text := range alter(key) {
		if got, err := ParseCurve25519(text); !errors.Is(err, ErrKey) || got != (Curve25519PublicKey{}) {
			t.Errorf("Curve25519, %s: %v, %v", name, got, err)
		}
		if got, err := ParseEd25519(text); !errors.Is(err, ErrKey) || got != (Ed25519PublicKey{}) {
			t.Errorf("Ed25519, %s: %v, %v", name, got, err)
		}
	}
	for name, text := range alter(signature) {
		if got, err := ParseSignature(text); !errors.Is(err, ErrSignature) || got != (Ed25519Signature{}) {
			t.Errorf("signature, %s: %v, %v", name, got, err)
		}
	}
}

func TestVerify(t *testing.T) {
	k := curve25519.GenerateSigningKey()
	signature := Ed25519Signature(k.Sign([]byte("message")))
	public := Ed25519PublicKey(k.Public)
	if err := public.Verify([]byte("message"), signature); err != nil {
		t.Error(err)
	}
	signature[0] ^= 1
	if err := public.Verify([]byte("message"), signature); !errors.Is(err, ErrSignature) {
		t.Errorf("%v", err)
	}
}
