package homeserver

import (
	"fmt"
	"strings"
	"testing"
)

func TestUpload(t *testing.T) {
	s := New()
	a := login(t, s, alice, "A")
	for _, step := range []struct {
		what, body string
		status     int
		path       []string
		want       string
	}{
		{"nothing", `{}`, 200, []string{"one_time_key_counts"}, `{}`},
		{"two keys", `{"one_time_keys":{` + joinKeys([]string{"1", "2"}) + `}}`, 200, []string{"one_time_key_counts"}, `{"signed_curve25519":2}`},
		{"the same and another", `{"one_time_keys":{` + joinKeys([]string{"2", "3"}) + `}}`, 200, []string{"one_time_key_counts"}, `{"signed_curve25519":3}`},
		{"the same, signed again", `{"one_time_keys":{"signed_curve25519:1":{"key":"key of 1","signatures":{}}}}`, 200,
			[]string{"one_time_key_counts"}, `{"signed_curve25519":3}`},
		{"another key with an old id", `{"one_time_keys":{"signed_curve25519:9":{"key":"9"},"signed_curve25519:1":{"key":"other"}}}`, 400, []string{"errcode"}, `"M_UNKNOWN"`},
		{"nothing of that was taken", `{}`, 200, []string{"one_time_key_counts"}, `{"signed_curve25519":3}`},
		{"keys of another device", `{"device_keys":{"user_id":"@alice:example.org","device_id":"B"}}`, 400, []string{"errcode"}, `"M_INVALID_PARAM"`},
		{"two fallback keys", `{"fallback_keys":{"a:1":{},"a:2":{}}}`, 400, []string{"errcode"}, `"M_INVALID_PARAM"`},
		{"no JSON", `{`, 400, []string{"errcode"}, `"M_BAD_JSON"`},
	} {
		expect(t, step.what, get(a.do(step.status, "POST", "keys/upload", step.body), step.path...), step.want)
	}
	(&client{t, s, alice, "nobody"}).do(401, "POST", "keys/upload", `{}`)
	a.do(404, "POST", "keys/upload/more", `{}`)
	a.do(404, "GET", "keys/upload", ``)
}

func TestQuery(t *testing.T) {
	s := New()
	a, b := login(t, s, alice, "A"), login(t, s, bob, "B")
	login(t, s, bob, "WITHOUT")
	login(t, s, carol, "C").keys()
	a.keys()
	b.keys()
	s.Unreachable("remote.example", true)
	answer := a.post("keys/query", `{"device_keys":{"@bob:example.org":[],"@carol:remote.example":[],"@nobody:example.org":[]}}`)
	expect(t, "devices", get(answer, "device_keys"), fmt.Sprintf(`{"@bob:example.org":{"B":%s,"unsigned":{"device_display_name":"Device B"}}}}`,
		strings.TrimSuffix(b.deviceKeys("first"), "}")))
	expect(t, "failures", get(answer, "failures"), `{"remote.example":{"status":503}}`)

	s.Unreachable("remote.example", false)
	b.post("keys/upload", `{"device_keys":`+b.deviceKeys("second")+`}`)
	answer = a.post("keys/query", `{"device_keys":{"@bob:example.org":["B","WITHOUT"],"@carol:remote.example":["X"]}}`)
	expect(t, "another key", get(answer, "device_keys", bob, "B", "keys"), `{"ed25519:B":"second"}`)
	expect(t, "no such device", get(answer, "device_keys", carol), `{}`)
	expect(t, "failures", get(answer, "failures"), `{}`)

	s.Logout(bob, "B")
	answer = a.post("keys/query", `{"device_keys":{"@bob:example.org":[]}}`)
	expect(t, "logged out", get(answer, "device_keys", bob), `{}`)
	b.do(401, "POST", "keys/query", `{"device_keys":{}}`)
}

func TestClaim(t *testing.T) {
	s := New()
	a, b := login(t, s, alice, "A"), login(t, s, bob, "B")
	b.keys("2", "1")
	b.post("keys/upload", `{"one_time_keys":{`+joinKeys([]string{"0"})+`}}`)
	login(t, s, carol, "C").keys("1")
	s.Unreachable("remote.example", true)
	claim := func() string {
		return a.post("keys/claim", `{"one_time_keys":{"@bob:example.org":{"B":"signed_curve25519","X":"signed_curve25519"},"@carol:remote.example":{"C":"signed_curve25519"}}}`)
	}
	keyB := func(name string) string { return `{"@bob:example.org":{"B":{` + joinKeys([]string{name}) + `}}}` }
	answer := claim()
	expect(t, "the oldest", get(answer, "one_time_keys"), keyB("1"))
	expect(t, "failures", get(answer, "failures"), `{"remote.example":{"status":503}}`)
	expect(t, "the next", get(claim(), "one_time_keys"), keyB("2"))
	b.post("keys/upload", `{"one_time_keys":{`+joinKeys([]string{"1", "2"})+`}}`) // the answer was lost
	expect(t, "what came later", get(claim(), "one_time_keys"), keyB("0"))
	expect(t, "none left", get(claim(), "one_time_keys"), `{}`)
	b.post("keys/upload", `{"fallback_keys":{`+joinKeys([]string{"F"})+`}}`)
	for range 2 {
		expect(t, "the fallback key", get(claim(), "one_time_keys"), keyB("F"))
	}
	s.Unreachable("remote.example", false)
	expect(t, "reachable again", get(claim(), "one_time_keys", carol), `{"C":{`+joinKeys([]string{"1"})+`}}`)
}

func TestCountsOfSync(t *testing.T) {
	s := New()
	a, b := login(t, s, alice, "A"), login(t, s, bob, "B")
	check := func(what string, counts, unused string) {
		t.Helper()
		answer, _ := b.sync("")
		expect(t, what, get(answer, "device_one_time_keys_count"), counts)
		expect(t, what, get(answer, "device_unused_fallback_key_types"), unused)
	}
	claim := func() { a.post("keys/claim", `{"one_time_keys":{"@bob:example.org":{"B":"signed_curve25519"}}}`) }
	b.keys("1", "2")
	check("two", `{"signed_curve25519":2}`, `[]`)
	claim()
	b.post("keys/upload", `{"fallback_keys":{`+joinKeys([]string{"F"})+`}}`)
	check("one", `{"signed_curve25519":1}`, `["signed_curve25519"]`)
	claim()
	check("none", `null`, `["signed_curve25519"]`)
	claim()
	check("fallback used", `null`, `[]`)
	b.post("keys/upload", `{"fallback_keys":{`+joinKeys([]string{"F"})+`}}`)
	check("the same again", `null`, `[]`)
	b.post("keys/upload", `{"fallback_keys":{`+joinKeys([]string{"G"})+`}}`)
	check("another", `null`, `["signed_curve25519"]`)
}
