package interop

import (
	"math"
	"testing"
)

// libolmMegolm is libolm.
type libolmMegolm struct{ t testing.TB }

func (l libolmMegolm) newOutbound() outboundGroup {
	o := newObject(l.t, "OutboundGroupSession")
	o.must(nil, "create")
	return libolmOutbound{o}
}

func (l libolmMegolm) newInbound(sessionKey string) (inboundGroup, error) {
	o := newObject(l.t, "InboundGroupSession")
	return libolmInbound{o}, o.call(nil, "create", sessionKey)
}

func (l libolmMegolm) importInbound(exportedKey string) (inboundGroup, error) {
	o := newObject(l.t, "InboundGroupSession")
	return libolmInbound{o}, o.call(nil, "import_session", exportedKey)
}

func (l libolmMegolm) unpickleOutbound(pickle string, key []byte) (outboundGroup, error) {
	o, err := unpickleObject(l.t, "OutboundGroupSession", pickle, key)
	return libolmOutbound{o}, err
}

func (l libolmMegolm) unpickleInbound(pickle string, key []byte) (inboundGroup, error) {
	o, err := unpickleObject(l.t, "InboundGroupSession", pickle, key)
	return libolmInbound{o}, err
}

type libolmOutbound struct{ object }

func (s libolmOutbound) id() string { return s.text("session_id") }

func (s libolmOutbound) index() uint32 { return s.number("message_index") }

// number calls a method that returns an index. In JavaScript one from 2^31 on
// is negative, and the last one, −1, is taken for a failure.
func (o object) number(method string) uint32 {
	o.t.Helper()
	var n int64
	if o.call(&n, method) != nil {
		return math.MaxUint32
	}
	return uint32(n)
}

func (s libolmOutbound) sessionKey() string { return s.text("session_key") }

func (s libolmOutbound) encrypt(plaintext string) (message string) {
	s.t.Helper()
	s.must(&message, "encrypt", plaintext)
	return message
}

type libolmInbound struct{ object }

func (s libolmInbound) id() string { return s.text("session_id") }

func (s libolmInbound) firstIndex() uint32 { return s.number("first_known_index") }

func (s libolmInbound) decrypt(message string) (opened, error) {
	var result struct {
		Plaintext string `json:"plaintext"`
		Index     int64  `json:"message_index"`
	}
	err := s.call(&result, "decrypt", message)
	return opened{result.Plaintext, uint32(result.Index)}, err
}

func (s libolmInbound) export(index uint32) (key string, err error) {
	err = s.call(&key, "export_session", index)
	return key, err
}
