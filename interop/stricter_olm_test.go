package interop

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aessha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// preKeyMessages returns the verdicts on a second pre-key message, altered.
func preKeyMessages(alter func(message) message) func(t *testing.T) (ours, theirs error) {
	return func(t *testing.T) (ours, theirs error) {
		twins := newTwins(t, 1)
		a, b := twins.newAccount(), twins.newAccount()
		b.generateFallbackKey()
		alice, err := a.outbound(b.identityKeys().Curve25519, b.fallbackKey()["AAAAAQ"])
		noError(t, err)
		bob, _, err := b.inbound(a.identityKeys().Curve25519, alice.encrypt("one"))
		noError(t, err)
		genuine := alice.encrypt("a second message")
		altered := alter(genuine)
		_, ours = bob.(*twinSession).ours.decrypt(altered)
		_, theirs = bob.(*twinSession).theirs.decrypt(altered)
		if !isStricter(altered) {
			t.Error("this difference is not known to the twins")
		}
		if _, err := bob.(*twinSession).ours.decrypt(genuine); err != nil {
			t.Error("the genuine message is refused: ", err)
		}
		return ours, theirs
	}
}

func withType2(m message) message { return message{2, m.Body} }

func withBody(alter func([]byte) []byte) func(message) message {
	return func(m message) message {
		b, err := base64.RawStdEncoding.DecodeString(m.Body)
		if err != nil {
			panic(err)
		}
		return message{m.Type, base64.RawStdEncoding.EncodeToString(alter(b))}
	}
}

func withStrayBits(m message) message { return message{m.Type, withLastBit(m.Body)} }

// withLastBit sets the last bit of the last character, which stands for no bit
// of the bytes.
func withLastBit(text string) string {
	if len(text)%4 == 0 {
		panic("no bits are left over")
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := len(text) - 1
	return text[:last] + string(alphabet[strings.IndexByte(alphabet, text[last])|1])
}

// withLatin1 replaces an A by a character of which libolm sees the lower seven
// bits only.
func withLatin1(m message) message { return message{m.Type, strings.Replace(m.Body, "A", "Á", 1)} }

func withoutBaseKey(b []byte) []byte {
	const oneTimeKeyEnd, baseKeyEnd = 1 + 34, 1 + 34 + 34
	return slices.Delete(b, oneTimeKeyEnd, baseKeyEnd)
}

// craftedMessages returns the verdicts on a message that is authentic, but
// whose fields no implementation writes.
func craftedMessages(alter func(fields []byte) []byte) func(t *testing.T) (ours, theirs error) {
	return func(t *testing.T) (ours, theirs error) {
		alice, bob := newTwinSessions(t)
		alice.encrypt("begins a chain")
		sender := alice.(*twinSession).ours.(ourSession).State().Ratchet.Sender
		var key [32]byte
		sha2.NewHMAC256(sender.Chain.Key.Array()[:]).Sum(&key, []byte{1})
		cipher := aessha2.New(key[:], "OLM_KEYS")

		plaintext := []byte("crafted")
		n := aessha2.CiphertextLen(len(plaintext))
		body := wire.AppendOlm(make([]byte, 0, 100), wire.Version1, &sender.RatchetKey.Public, sender.Chain.Index, n)
		body = cipher.Append(body, plaintext)
		body = append(body[:1:1], alter(body[1:])...)
		crafted := cipher.AppendMAC(body, body, wire.Version1.MACLen())

		m := message{normal, base64.RawStdEncoding.EncodeToString(crafted)}
		_, ours = bob.(*twinSession).ours.decrypt(m)
		_, theirs = bob.(*twinSession).theirs.decrypt(m)
		return ours, theirs
	}
}

// withLongNumber writes the counter, a byte that follows the ratchet key and a
// tag, in two.
func withLongNumber(fields []byte) []byte {
	const counter = 34 + 1
	return slices.Concat(fields[:counter], []byte{fields[counter] | 0x80, 0}, fields[counter+1:])
}
