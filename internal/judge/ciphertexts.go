package judge

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// place is where in a ratchet a message was encrypted. Two different messages at one
// place were encrypted with the same key.
type place struct {
	ratchet string // a Megolm session, or a ratchet key of Olm
	index   uint32
}

type ciphertexts map[place]string

// add reports whether no other message was at a place.
func (c ciphertexts) add(p place, ciphertext string) bool {
	before, known := c[p]
	c[p] = ciphertext
	return !known || before == ciphertext
}

// Megolm looks at the ciphertext of a room event, wherever it was seen, and returns
// its index.
func (j *Judge) Megolm(sessionID, ciphertext string) uint32 {
	message, err := base64.Decode(ciphertext)
	if err != nil {
		j.complain("a ciphertext of session %s is not base64", sessionID)
		return 0
	}
	m, err := wire.DecodeMegolm(message, wire.Version1)
	if err != nil {
		j.complain("a ciphertext of session %s is no Megolm message", sessionID)
		return 0
	}
	if !j.megolm.add(place{sessionID, m.Index}, ciphertext) {
		j.complain("encrypted twice: session %s, index %d", sessionID, m.Index)
	}
	return m.Index
}

// Olm looks at the ciphertext of a message to a device: of type 0, a pre-key
// message, or 1.
func (j *Judge) Olm(kind int, ciphertext string) {
	message, err := base64.Decode(ciphertext)
	if err == nil && kind == 0 {
		var preKey wire.PreKeyMessage
		preKey, err = wire.DecodePreKey(message)
		message = preKey.Message
	}
	var m wire.OlmMessage
	if err == nil {
		m, err = wire.DecodeOlm(message, wire.Version1)
	}
	if err != nil {
		j.complain("no Olm message of type %d: %s", kind, ciphertext)
		return
	}
	p := place{string(m.RatchetKey[:]), m.Counter}
	if !j.olm.add(p, string(message)) {
		j.complain("encrypted twice: Olm ratchet key %s, counter %d", base64.Encode(m.RatchetKey[:]), m.Counter)
	}
}
