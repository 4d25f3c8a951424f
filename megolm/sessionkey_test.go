package megolm_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

func TestSessionKeyText(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	key, err := out.SessionKey()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := megolm.ParseSessionKey(key.Base64())
	if err != nil || !bytes.Equal(parsed.Expose(), key.Expose()) {
		t.Errorf("the session key came back otherwise, %v", err)
	}
	exported, err := in.Export()
	if err != nil {
		t.Fatal(err)
	}
	again, err := megolm.ParseExportedSessionKey(exported.Base64())
	if err != nil || !bytes.Equal(again.Expose(), exported.Expose()) {
		t.Errorf("the exported session key came back otherwise, %v", err)
	}
	for name, text := range map[string]string{
		"empty": "", "cut": key.Base64()[:305], "exported": exported.Base64(),
		"padded": key.Base64() + "=", "altered": "!" + key.Base64()[1:],
	} {
		if _, err := megolm.ParseSessionKey(text); !errors.Is(err, megolm.ErrSessionKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := megolm.ParseExportedSessionKey(key.Base64()); !errors.Is(err, megolm.ErrSessionKey) {
		t.Errorf("a session key was parsed as an exported one: %v", err)
	}
}

// T36, as far as this package goes: no verb prints a session key.
func TestSessionKeysPrintRedacted(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	key, _ := out.SessionKey()
	exported, _ := in.Export()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, secret := range []any{key, exported, &key, struct{ K megolm.SessionKey }{key}, out, in} {
			printed := fmt.Sprintf(verb, secret)
			for _, raw := range [][]byte{key.Expose()[5:21], exported.Expose()[5:21]} {
				for _, form := range []string{
					string(raw), fmt.Sprintf("%x", raw), fmt.Sprintf("%X", raw), strings.Trim(fmt.Sprint(raw), "[]"),
				} {
					if strings.Contains(printed, form) {
						t.Errorf("%s of %T prints the key: %s", verb, secret, printed)
					}
				}
			}
		}
	}
	if _, err := json.Marshal(key); err == nil {
		t.Error("a session key was marshalled")
	}
}

func TestMessageText(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	m, err := out.Encrypt([]byte("in an event"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := megolm.ParseMessage(m.Base64())
	if err != nil {
		t.Fatal(err)
	}
	decrypt(t, in, parsed, 0, "in an event")
	for _, text := range []string{m.Base64() + "=", " " + m.Base64(), "!"} {
		if _, err := megolm.ParseMessage(text); !errors.Is(err, megolm.ErrFormat) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
