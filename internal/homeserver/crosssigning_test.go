package homeserver

import (
	"fmt"
	"testing"
)

// signingKey is a cross-signing key as it is uploaded.
func signingKey(userID, usage, key string) string {
	return fmt.Sprintf(`{"user_id":%q,"usage":[%q],"keys":{"ed25519:%s":%q}}`, userID, usage, key, key)
}

func (c *client) crossSigning(prefix string) {
	c.t.Helper()
	c.post("keys/device_signing/upload", fmt.Sprintf(`{"master_key":%s,"self_signing_key":%s,"user_signing_key":%s}`,
		signingKey(c.user, "master", prefix+"M"), signingKey(c.user, "self_signing", prefix+"S"), signingKey(c.user, "user_signing", prefix+"U")))
}

func TestCrossSigningKeys(t *testing.T) {
	s := New()
	a, b := login(t, s, alice, "A"), login(t, s, bob, "B")
	a.keys()
	a.do(400, "POST", "keys/device_signing/upload", `{"self_signing_key":`+signingKey(alice, "self_signing", "S")+`}`)
	a.do(400, "POST", "keys/device_signing/upload", `{"master_key":`+signingKey(bob, "master", "M")+`}`)
	a.do(403, "POST", "keys/device_signing/upload", `{"master_key":`+signingKey(alice, "master", "A")+`}`)
	s.AskForPassword = true
	answer := a.do(401, "POST", "keys/device_signing/upload", `{"master_key":`+signingKey(alice, "master", "M")+`}`)
	expect(t, "flows", get(answer, "flows"), `[{"stages":["m.login.password"]}]`)
	a.post("keys/device_signing/upload", `{"auth":{"type":"m.login.password","session":"xxxxxx"},"master_key":`+signingKey(alice, "master", "M")+`}`)
	s.AskForPassword = false
	a.crossSigning("a")

	for name, c := range map[string]struct {
		asker *client
		want  string
	}{"the user": {a, signingKey(alice, "user_signing", "aU")}, "another user": {b, `null`}} {
		answer := c.asker.post("keys/query", `{"device_keys":{"@alice:example.org":[]}}`)
		expect(t, name, get(answer, "master_keys", alice, "keys"), `{"ed25519:aM":"aM"}`)
		expect(t, name, get(answer, "self_signing_keys", alice, "keys"), `{"ed25519:aS":"aS"}`)
		expect(t, name, get(answer, "user_signing_keys", alice, "keys"), fmt.Sprint(jsonOf(get(c.want, "keys"))))
	}
}

func TestSignatures(t *testing.T) {
	s := New()
	var signed []string
	s.Watch = func(h Happening) {
		if h.Kind == DeviceSigned {
			signed = append(signed, fmt.Sprint(h.UserID, h.DeviceID, h.Yes))
		}
	}
	a, b, c := login(t, s, alice, "A"), login(t, s, bob, "B"), login(t, s, carol, "C")
	for _, each := range []*client{a, b, c} {
		each.keys()
		each.crossSigning(each.device)
	}
	sign := func(object, by, key string) string {
		return object[:len(object)-1] + fmt.Sprintf(`,"signatures":{%q:{"ed25519:%s":"signature"}}}`, by, key)
	}
	unsigned := fmt.Sprintf(`{"user_id":%q,"device_id":"A","algorithms":[],"keys":{"ed25519:A":"first"},"unsigned":{"x":1}}`, alice)
	answer := a.post("keys/signatures/upload", fmt.Sprintf(`{%q:{"A":%s,"AM":%s,"X":{}},%q:{"BM":%s,"CM":%s,"B":%s}}`,
		alice, sign(unsigned, alice, "AS"), sign(signingKey(alice, "master", "AM"), alice, "A"),
		bob, sign(signingKey(bob, "master", "BM"), alice, "AU"), sign(signingKey(bob, "master", "CM"), alice, "AU"), b.deviceKeys("first")))
	refused := `{"errcode":"M_INVALID_SIGNATURE","error":"Not the key that is known"}`
	expect(t, "refused", get(answer, "failures"), fmt.Sprintf(`{%q:{"X":%s},%q:{"CM":%s,"B":%s}}`, alice, refused, bob, refused, refused))

	byAlice := `{"@alice:example.org":{"ed25519:AU":"signature"}}`
	for name, look := range map[string]struct {
		asker *client
		path  []string
		want  string
	}{
		"a device":                    {c, []string{"device_keys", alice, "A", "signatures", alice}, `{"ed25519:A":"own","ed25519:AS":"signature"}`},
		"the own master key":          {c, []string{"master_keys", alice, "signatures", alice}, `{"ed25519:A":"signature"}`},
		"another's, by who signed it": {a, []string{"master_keys", bob, "signatures"}, byAlice},
		"another's, by its owner":     {b, []string{"master_keys", bob, "signatures"}, `{}`},
		"another's, by a third":       {c, []string{"master_keys", bob, "signatures"}, `{}`},
	} {
		answer := look.asker.post("keys/query", `{"device_keys":{"@alice:example.org":[],"@bob:example.org":[]}}`)
		expect(t, name, get(answer, look.path...), look.want)
	}

	a.post("keys/upload", `{"device_keys":`+a.deviceKeys("first")+`}`) // keeps the signature
	a.crossSigning("new")                                              // does not
	if got := fmt.Sprint(signed); got != "[@alice:example.orgAtrue @alice:example.orgAfalse]" {
		t.Errorf("signed: %s", got)
	}
}
