package olmstate

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aessha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// ratchetCase is a case of olm_ratchet.json: libolm's ratchet under other
// labels than those of Olm, so the test walks through the steps of Ratchet by
// hand.
type ratchetCase struct {
	ID           string
	SharedSecret vectors.Hex `json:"shared_secret_hex"`
	RootInfo     string      `json:"root_info"`
	RatchetInfo  string      `json:"ratchet_info"`
	MessageInfo  string      `json:"message_info"`
	AlicePrivate vectors.Hex `json:"alice_private_hex"`
	AlicePublic  vectors.Hex `json:"alice_public_hex"`
	ReceiveOrder []int       `json:"receive_order"`
	Messages     []struct {
		From      string
		Random    vectors.Hex `json:"random_hex"`
		Plaintext vectors.Hex `json:"plaintext_hex"`
		Message   vectors.Hex `json:"message_hex"`
	}
}

func TestRatchetVectors(t *testing.T) {
	for _, c := range vectors.Load[ratchetCase](t, "olm_ratchet.json") {
		t.Run(c.ID, func(t *testing.T) {
			w := newWalk(t, &c)
			for i, m := range c.Messages {
				if len(m.Random) > 0 {
					w.step((*[32]byte)(m.Random))
				}
				if got := w.encrypt(m.Plaintext); !bytes.Equal(got, m.Message) {
					t.Errorf("message %d:\ngot  %x\nwant %x", i, got, []byte(m.Message))
				}
				w.check(m.Message, m.Plaintext)
			}
		})
	}
}

// walk is a ratchet under the labels of a case. Since both sides derive the
// same keys, one walk stands for both.
type walk struct {
	t       *testing.T
	c       *ratchetCase
	ratchet Ratchet
	sender  KeyPair
	chain   ChainKey
	keys    map[uint32][32]byte
}

func newWalk(t *testing.T, c *ratchetCase) *walk {
	root, chain := expandRoot(c.SharedSecret, nil, c.RootInfo)
	w := &walk{t: t, c: c, ratchet: Ratchet{Root: root}, chain: chain, keys: map[uint32][32]byte{}}
	w.sender = curve25519.NewKeyPair((*[32]byte)(c.AlicePrivate))
	if !bytes.Equal(w.sender.Public[:], c.AlicePublic) {
		t.Fatalf("public key %x", w.sender.Public)
	}
	return w
}

// step lets the other side answer with a new ratchet key.
func (w *walk) step(private *[32]byte) {
	next := curve25519.NewKeyPair(private)
	var shared [32]byte
	if err := next.SharedSecret(&shared, &w.sender.Public); err != nil {
		w.t.Fatal(err)
	}
	root, chain := expandRoot(shared[:], w.ratchet.Root.Array()[:], w.c.RatchetInfo)
	w.ratchet.Root, w.chain, w.sender = root, chain, next
}

func (w *walk) encrypt(plaintext []byte) []byte {
	index := w.chain.Index
	var key [32]byte
	w.chain.next(&key)
	w.keys[index] = key
	cipher := aessha2.New(key[:], w.c.MessageInfo)
	n := aessha2.CiphertextLen(len(plaintext))
	m := make([]byte, 0, wire.OlmLen(wire.Version1, index, n))
	m = cipher.Append(wire.AppendOlm(m, wire.Version1, &w.sender.Public, index, n), plaintext)
	return cipher.AppendMAC(m, m, 8)
}

func (w *walk) check(message, plaintext []byte) {
	m, err := wire.DecodeOlm(message, wire.Version1)
	if err != nil {
		w.t.Fatal(err)
	}
	key := w.keys[m.Counter]
	got, ok := aessha2.New(key[:], w.c.MessageInfo).Open(m.Body, m.MAC, m.Ciphertext)
	if !ok || !bytes.Equal(got, plaintext) {
		w.t.Errorf("decrypted %q, %v", got, ok)
	}
}
