package olm_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aessha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// What a peer can do that holds the chain key: these helpers make authentic
// messages that no honest implementation sends.

// messageCipher returns the cipher of the message some steps down a chain.
func messageCipher(chainKey [32]byte, steps uint32) *aessha2.Cipher {
	key := chainKey[:]
	for range steps {
		key = hash(key, 2)
	}
	return aessha2.New(hash(key, 1), "OLM_KEYS")
}

func hash(key []byte, seed byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte{seed})
	return mac.Sum(nil)
}

// appendMAC appends the right MAC to the body of a version 1 message.
func appendMAC(body []byte, chainKey [32]byte, steps uint32) []byte {
	return messageCipher(chainKey, steps).AppendMAC(body, body, 8)
}

// reencrypt returns Alice's next message with a right MAC over n bytes of
// ciphertext in which no padding can be found: they decrypt to 0xee, and the
// block with the padding is cut off.
func reencrypt(t testing.TB, p *pair, n int) olm.Message {
	t.Helper()
	encrypt(t, p.aliceSession, "makes sure that there is a chain")
	sender := p.aliceSession.State().Ratchet.Sender
	m := wire.AppendOlm(nil, wire.Version1, &sender.RatchetKey.Public, sender.Chain.Index, n)
	cipher := messageCipher(*sender.Chain.Key.Array(), 0)
	whole := cipher.Append(make([]byte, 0, aessha2.CiphertextLen(n)), bytes.Repeat([]byte{0xee}, n))
	m = append(m, whole[:n]...)
	return olm.Message{Type: olm.Normal, Body: appendMAC(m, *sender.Chain.Key.Array(), 0)}
}

// forgeAsReceiver returns a message under the ratchet key and counter of a
// genuine one, made with nothing but the receiver's session.
func forgeAsReceiver(t testing.TB, s *olm.Session, genuine olm.Message, plaintext string) olm.Message {
	t.Helper()
	m, err := wire.DecodeOlm(genuine.Body, wire.Version1)
	if err != nil {
		t.Fatal(err)
	}
	for _, chain := range s.State().Ratchet.Receivers {
		if chain.RatchetKey != m.RatchetKey || chain.Chain.Index != m.Counter {
			continue
		}
		cipher := messageCipher(*chain.Chain.Key.Array(), 0)
		n := aessha2.CiphertextLen(len(plaintext))
		body := make([]byte, 0, wire.OlmLen(wire.Version1, m.Counter, n))
		body = wire.AppendOlm(body, wire.Version1, &m.RatchetKey, m.Counter, n)
		body = cipher.Append(body, []byte(plaintext))
		return olm.Message{Type: olm.Normal, Body: cipher.AppendMAC(body, body, 8)}
	}
	t.Fatal("the receiver does not have the chain")
	return olm.Message{}
}
