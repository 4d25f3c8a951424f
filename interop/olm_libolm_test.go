package interop

import (
	"encoding/json"
	"testing"
)

// libolmOlm is libolm.
type libolmOlm struct{ t testing.TB }

func (l libolmOlm) newAccount() account {
	o := newObject(l.t, "Account")
	o.must(nil, "create")
	return libolmAccount{o}
}

func (l libolmOlm) unpickleAccount(pickle string, key []byte) (account, error) {
	o, err := unpickleObject(l.t, "Account", pickle, key)
	return libolmAccount{o}, err
}

func (l libolmOlm) unpickleSession(pickle string, key []byte) (session, error) {
	o, err := unpickleObject(l.t, "Session", pickle, key)
	return libolmSession{o}, err
}

type libolmAccount struct{ object }

func (a libolmAccount) identityKeys() (k identityKeys) {
	a.decode(a.text("identity_keys"), &k)
	return k
}

// decode decodes the JSON in which libolm gives keys.
func (a libolmAccount) decode(text string, result any) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(text), result); err != nil {
		a.t.Fatalf("libolm: %q: %v", text, err)
	}
}

func (a libolmAccount) curve25519Keys(method string) map[string]string {
	a.t.Helper()
	var list struct {
		Curve25519 map[string]string `json:"curve25519"`
	}
	a.decode(a.text(method), &list)
	return list.Curve25519
}

func (a libolmAccount) sign(message string) (signature string) {
	a.must(&signature, "sign", message)
	return signature
}

func (a libolmAccount) generateOneTimeKeys(n int) { a.must(nil, "generate_one_time_keys", n) }

func (a libolmAccount) oneTimeKeys() map[string]string { return a.curve25519Keys("one_time_keys") }

func (a libolmAccount) markPublished() { a.must(nil, "mark_keys_as_published") }

func (a libolmAccount) generateFallbackKey() { a.must(nil, "generate_fallback_key") }

func (a libolmAccount) fallbackKey() map[string]string {
	return a.curve25519Keys("unpublished_fallback_key")
}

func (a libolmAccount) forgetFallbackKey() { a.must(nil, "forget_old_fallback_key") }

func (a libolmAccount) outbound(identityKey, oneTimeKey string) (session, error) {
	s := newObject(a.t, "Session")
	err := s.call(nil, "create_outbound", a.object, identityKey, oneTimeKey)
	return libolmSession{s}, err
}

func (a libolmAccount) inbound(identityKey string, m message) (session, string, error) {
	if m.Type != preKey {
		return nil, "", errRefused
	}
	s := libolmSession{newObject(a.t, "Session")}
	if err := s.call(nil, "create_inbound_from", a.object, identityKey, m.Body); err != nil {
		return nil, "", err
	}
	plaintext, err := s.decrypt(m)
	if err != nil {
		return nil, "", err
	}
	a.must(nil, "remove_one_time_keys", s.object)
	return s, plaintext, nil
}

type libolmSession struct{ object }

func (s libolmSession) id() string { return s.text("session_id") }

func (s libolmSession) hasReceived() (received bool) {
	s.must(&received, "has_received_message")
	return received
}

// matches is false for what is no pre-key message, where libolm reports an
// error instead.
func (s libolmSession) matches(identityKey string, m message) (matches bool) {
	err := s.call(&matches, "matches_inbound_from", identityKey, m.Body)
	return err == nil && matches && m.Type == preKey
}

func (s libolmSession) encrypt(plaintext string) (m message) {
	s.t.Helper()
	s.must(&m, "encrypt", plaintext)
	return m
}

func (s libolmSession) decrypt(m message) (plaintext string, err error) {
	err = s.call(&plaintext, "decrypt", m.Type, m.Body)
	return plaintext, err
}
