package sas

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

var methods = []MACMethod{HKDFHMACSHA256V2, HKDFHMACSHA256, HMACSHA256}

func TestMACsAgreeOnBothSidesOnly(t *testing.T) {
	alice, bob := newPair(t)
	eve, _ := newPair(t)
	for _, method := range methods {
		mac, err := alice.MAC(method, "input", "info")
		if err != nil || len(mac) != 43 {
			t.Fatalf("%s: %q, %v", method, mac, err)
		}
		if err := bob.VerifyMAC(method, "input", "info", mac); err != nil {
			t.Errorf("%s: %v", method, err)
		}
		for name, err := range map[string]error{
			"input": bob.VerifyMAC(method, "inpuT", "info", mac),
			"info":  bob.VerifyMAC(method, "input", "infO", mac),
			"moved": bob.VerifyMAC(method, "inputi", "nfo", mac),
			"keys":  eve.VerifyMAC(method, "input", "info", mac),
		} {
			if !errors.Is(err, ErrMAC) {
				t.Errorf("%s with another %s: %v", method, name, err)
			}
		}
	}
}

func TestMACOfOneMethodIsNoneOfAnother(t *testing.T) {
	alice, bob := newPair(t)
	for _, a := range methods {
		mac, _ := alice.MAC(a, "input", "info")
		for _, b := range methods {
			if err := bob.VerifyMAC(b, "input", "info", mac); (err == nil) != (a == b) {
				t.Errorf("%s taken for %s: %v", a, b, err)
			}
		}
	}
}

func TestT6AlteredMACIsRefused(t *testing.T) {
	alice, bob := newPair(t)
	for _, method := range methods {
		mac, _ := alice.MAC(method, "input", "info")
		var altered []string
		for n := range mac {
			altered = append(altered, mac[:n])
			for bit := range 8 {
				b := []byte(mac)
				b[n] ^= 1 << bit
				altered = append(altered, string(b))
			}
		}
		altered = append(altered, mac+"=", mac+"\n", " "+mac, mac+mac)
		for _, a := range altered {
			if err := bob.VerifyMAC(method, "input", "info", a); !errors.Is(err, ErrMAC) {
				t.Errorf("%s: %q for %q: %v", method, a, mac, err)
			}
		}
	}
}

func TestUnknownMethodIsRefused(t *testing.T) {
	s, _ := newPair(t)
	for _, method := range []MACMethod{"", "hkdf-hmac-sha256.v3", "HKDF-HMAC-SHA256", "hmac-sha256 "} {
		if mac, err := s.MAC(method, "input", "info"); !errors.Is(err, ErrMethod) || mac != "" {
			t.Errorf("%q: %q, %v", method, mac, err)
		}
		if err := s.VerifyMAC(method, "input", "info", ""); !errors.Is(err, ErrMethod) {
			t.Errorf("%q: %v", method, err)
		}
	}
}

// TestFlawedBase64KeepsSixBytes shows that no other byte of the MAC can be in
// the text, which is why the old methods are weak.
func TestFlawedBase64KeepsSixBytes(t *testing.T) {
	kept := map[int]bool{0: true, 1: true, 2: true, 4: true, 5: true, 8: true}
	mac := [32]byte(testrand.Bytes(testrand.New(t), 32))
	text := encodeInPlace(&mac)
	for i := range mac {
		other := mac
		other[i]++
		if changed := encodeInPlace(&other) != text; changed != kept[i] {
			t.Errorf("byte %d: changed is %v", i, changed)
		}
	}
	if right := base64.RawStdEncoding.EncodeToString(mac[:]); text[:4] != right[:4] || len(text) != len(right) {
		t.Errorf("%s for %s", text, right)
	}
}
