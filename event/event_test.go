package event

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

type signedCase struct {
	ID     string
	Op     string
	Object json.RawMessage
	UserID string `json:"user_id"`
	KeyID  string `json:"key_id"`
	Public string `json:"public_key_b64"`
	Expect string
}

// TestSignedKeysOfOthers reads what other implementations published, as what it
// is.
func TestSignedKeysOfOthers(t *testing.T) {
	parsed := make(map[string]int)
	for _, c := range vectors.Load[signedCase](t, "signed_keys.json") {
		if c.Op != "verify_json" {
			continue
		}
		key, err := keys.ParseEd25519(c.Public)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		s, err := ParseSigned(c.Object)
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		err = s.VerifySignature(c.UserID, c.KeyID, key)
		if (err == nil) != (c.Expect == "valid") || err != nil && !errors.Is(err, ErrSignature) {
			t.Errorf("%s is %s: %v", c.ID, c.Expect, err)
		}
		kind, err := parseAny(s, c.UserID, c.Object)
		if c.Expect == "valid" && err != nil {
			t.Errorf("%s, a %s: %v", c.ID, kind, err)
		}
		parsed[kind]++
	}
	for kind, least := range map[string]int{"device": 20, "cross-signing key": 15} {
		if parsed[kind] < least {
			t.Errorf("%d of kind %s: %v", parsed[kind], kind, parsed)
		}
	}
}

func parseAny(s Signed, userID string, object []byte) (kind string, err error) {
	var fields struct {
		DeviceID string `json:"device_id"`
		Usage    []Usage
	}
	if err := json.Unmarshal(object, &fields); err != nil {
		return "", err
	}
	switch {
	case fields.DeviceID != "":
		_, err = s.DeviceKeys(userID, fields.DeviceID)
		return "device", err
	case len(fields.Usage) > 0:
		_, err = s.CrossSigningKey(userID, fields.Usage[0])
		return "cross-signing key", err
	}
	return "other", nil
}

// device is a device that signs, as text with marks to be replaced.
type device struct {
	account *olm.Account
	id      string
}

const alice = "@alice:example.org"

func newDevice(id string) *device { return &device{olm.NewAccount(), id} }

func (d *device) sign(t *testing.T, object string) string {
	t.Helper()
	signature, err := Sign([]byte(object), d.account.Sign)
	if err != nil {
		t.Fatalf("%s: %v", object, err)
	}
	return strings.TrimSuffix(object, "}") + `,"signatures":{"` + alice + `":{"ed25519:` + d.id + `":"` + signature.String() + `"}}}`
}

func (d *device) keys(t *testing.T) string {
	return d.sign(t, `{"algorithms":["m.olm.v1.curve25519-aes-sha2","m.megolm.v1.aes-sha2"],"device_id":"`+d.id+`","keys":{"curve25519:`+d.id+
		`":"`+d.account.Curve25519Key().String()+`","ed25519:`+d.id+`":"`+d.account.Ed25519Key().String()+`"},"user_id":"`+alice+`"}`)
}

func TestDeviceKeys(t *testing.T) {
	d := newDevice("JLAFKJWSCS")
	text := strings.TrimSuffix(d.keys(t), "}") + `,"unsigned":{"device_display_name":"Alice's phone"}}`
	got, err := ParseDeviceKeys([]byte(text), alice, d.id)
	if err != nil {
		t.Fatal(err)
	}
	if got.Curve25519 != d.account.Curve25519Key() || got.Ed25519 != d.account.Ed25519Key() || got.UserID != alice || got.DeviceID != d.id ||
		got.DisplayName != "Alice's phone" || !got.Supports("m.megolm.v1.aes-sha2") || got.Supports("m.megolm") || string(got.JSON()) != text {
		t.Errorf("got %+v", got)
	}
}

func TestDeviceKeysOfSomebodyElse(t *testing.T) {
	d := newDevice("JLAFKJWSCS")
	for _, c := range [][2]string{{"@mallory:example.org", d.id}, {alice, "OTHER"}, {alice, ""}, {"", d.id}, {alice, "jlafkjwscs"}} {
		if _, err := ParseDeviceKeys([]byte(d.keys(t)), c[0], c[1]); !errors.Is(err, ErrMismatch) {
			t.Errorf("as %v: %v", c, err)
		}
	}
}

func TestAlteredDeviceKeysAreRefused(t *testing.T) {
	d, other := newDevice("JLAFKJWSCS"), newDevice("JLAFKJWSCS")
	text := d.keys(t)
	identity, strange := d.account.Curve25519Key().String(), other.account.Curve25519Key().String()
	signing := d.account.Ed25519Key().String()
	for name, c := range map[string]struct {
		old, new string
		want     error
	}{
		"the identity key":      {identity, strange, ErrSignature},
		"the signing key":       {signing, other.account.Ed25519Key().String(), ErrSignature},
		"an algorithm":          {"m.megolm.v1", "m.megolm.v2", ErrSignature},
		"no signature":          {`"signatures"`, `"signed"`, ErrSignature},
		"somebody's signature":  {`"signatures":{"@alice`, `"signatures":{"@mallory`, ErrSignature},
		"half a signature":      {`{"ed25519:JLAFKJWSCS":"`, `{"ed25519:JLAFKJWSCS":"A`, ErrSignature},
		"one more field":        {`"user_id"`, `"x":1,"user_id"`, ErrSignature},
		"no identity key":       {`"curve25519:`, `"curve:`, ErrFormat},
		"no signing key":        {`"ed25519:JLAFKJWSCS":"` + signing, `"ed:JLAFKJWSCS":"` + signing, ErrFormat},
		"a key that is none":    {identity, "AAAA", ErrFormat},
		"algorithms of numbers": {`["m.olm.v1.curve25519-aes-sha2"`, `[1`, ErrFormat},
		"one algorithm":         {`["m.olm.v1.curve25519-aes-sha2","m.megolm.v1.aes-sha2"]`, `"m.olm.v1.curve25519-aes-sha2"`, ErrFormat},
	} {
		altered := strings.Replace(text, c.old, c.new, 1)
		if altered == text {
			t.Fatalf("%s: nothing to replace", name)
		}
		if _, err := ParseDeviceKeys([]byte(altered), alice, d.id); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestT34ShadowKeys puts a second key beside the signed one, under a name that
// some programs take for the same.
func TestT34ShadowKeys(t *testing.T) {
	d, mallory := newDevice("JLAFKJWSCS"), newDevice("JLAFKJWSCS")
	text := d.keys(t)
	shadow := mallory.account.Curve25519Key().String()
	for _, name := range []string{`curve25519:JLAFKJWSCS`, `curve25519:\u004aLAFKJWSCS`} {
		twice := strings.Replace(text, `"keys":{`, `"keys":{"`+name+`":"`+shadow+`",`, 1)
		if _, err := ParseDeviceKeys([]byte(twice), alice, d.id); !errors.Is(err, ErrFormat) {
			t.Errorf("%s twice: %v", name, err)
		}
	}
	// Outside of what is signed: the name of another case is another name.
	for _, field := range []string{`"Keys":{"curve25519:JLAFKJWSCS":"` + shadow + `"}`, `"unsigned":{"keys":{"curve25519:JLAFKJWSCS":"` + shadow + `"}}`} {
		got, err := ParseDeviceKeys([]byte("{"+field+","+text[1:]), alice, d.id)
		if err == nil && got.Curve25519 != d.account.Curve25519Key() {
			t.Errorf("%s: the shadow was taken", field)
		}
	}
}

func TestOneTimeKey(t *testing.T) {
	d, other := newDevice("JLAFKJWSCS"), newDevice("JLAFKJWSCS")
	owner, err := ParseDeviceKeys([]byte(d.keys(t)), alice, d.id)
	if err != nil {
		t.Fatal(err)
	}
	key := d.account.Curve25519Key() // any will do
	for name, c := range map[string]struct {
		object   string
		signer   *device
		fallback bool
		want     error
	}{
		"a one-time key":         {`{"key":"` + key.String() + `"}`, d, false, nil},
		"a fallback key":         {`{"key":"` + key.String() + `","fallback":true}`, d, true, nil},
		"one that is none":       {`{"key":"` + key.String() + `","fallback":false}`, d, false, nil},
		"fallback as a text":     {`{"key":"` + key.String() + `","fallback":"true"}`, d, false, ErrFormat},
		"without a key":          {`{"fallback":true}`, d, false, ErrFormat},
		"with half a key":        {`{"key":"AAAA"}`, d, false, ErrFormat},
		"signed by another":      {`{"key":"` + key.String() + `"}`, other, false, ErrSignature},
		"a fallback key, shadow": {`{"key":"` + key.String() + `","Fallback":true}`, d, false, nil},
	} {
		got, err := ParseOneTimeKey([]byte(c.signer.sign(t, c.object)), owner)
		if !errors.Is(err, c.want) || err == nil && (got.Key != key || got.Fallback != c.fallback) {
			t.Errorf("%s: %+v, %v, want %v", name, got, err, c.want)
		}
	}
	unsigned := `{"key":"` + key.String() + `"}`
	if _, err := ParseOneTimeKey([]byte(unsigned), owner); !errors.Is(err, ErrSignature) {
		t.Errorf("unsigned: %v", err)
	}
}

func TestCrossSigningKey(t *testing.T) {
	key, other := newDevice("").account.Ed25519Key().String(), newDevice("").account.Ed25519Key().String()
	good := `{"user_id":"` + alice + `","usage":["master"],"keys":{"ed25519:` + key + `":"` + key + `"}}`
	got, err := ParseCrossSigningKey([]byte(good), alice, Master)
	if err != nil || got.Key.String() != key || got.KeyID() != "ed25519:"+key || got.Usage != Master || got.UserID != alice {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		old, new string
		want     error
	}{
		"another user":       {alice, "@mallory:example.org", ErrMismatch},
		"another usage":      {"master", "self_signing", ErrMismatch},
		"usage in capitals":  {"master", "MASTER", ErrMismatch},
		"no usage":           {`"usage"`, `"use"`, ErrFormat},
		"no key":             {`"ed25519:` + key + `":"` + key + `"`, ``, ErrFormat},
		"two keys":           {`"keys":{`, `"keys":{"ed25519:` + other + `":"` + other + `",`, ErrFormat},
		"another key's name": {`"ed25519:` + key, `"ed25519:` + other, ErrFormat},
		"another algorithm":  {`"ed25519:`, `"curve25519:`, ErrFormat},
		"a number":           {`:"` + key + `"`, `:1`, ErrFormat},
		"no JSON":            {`}}`, `}`, ErrFormat},
	} {
		altered := strings.Replace(good, c.old, c.new, 1)
		if altered == good {
			t.Fatalf("%s: nothing to replace", name)
		}
		if _, err := ParseCrossSigningKey([]byte(altered), alice, Master); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
