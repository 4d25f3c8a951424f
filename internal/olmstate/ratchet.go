package olmstate

import (
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aessha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// Limits on what a peer can make a session compute and keep.
const (
	// MaxMessageGap is how many messages of one chain may be missing before
	// the one that arrives.
	MaxMessageGap = 2000
	// MaxSkippedKeys is how many keys of missing messages a session keeps, in
	// all of its chains together; the oldest go first.
	MaxSkippedKeys = 40
	// MaxReceiverChains is how many of the peer's latest chains a session can
	// still read; the oldest go first.
	MaxReceiverChains = 5
)

// KeyPair is a Curve25519 key pair.
type KeyPair = curve25519.KeyPair

// Ratchet is the double ratchet of one session.
//
// https://spec.matrix.org/latest/olm-megolm/olm/#the-olm-algorithm
type Ratchet struct {
	Root      secret.Box[[32]byte] // R(i)
	Sender    *SenderChain         // nil until we answer a new ratchet key of the peer
	Receivers []ReceiverChain      // newest first, at most MaxReceiverChains
	Skipped   []SkippedKey         // newest first, at most MaxSkippedKeys
}

// newRatchet derives the first root key and chain key from the shared secret
// of the handshake, which it wipes.
func newRatchet(shared []byte) (root secret.Box[[32]byte], chain ChainKey) {
	root, chain = expandRoot(shared, nil, "OLM_ROOT")
	secret.Wipe(shared)
	return root, chain
}

// advanceRoot takes a Diffie-Hellman step from the root key: it gives the next
// root key and the first chain key of a new chain.
func (r *Ratchet) advanceRoot(ours *KeyPair, theirs *[32]byte) (root secret.Box[[32]byte], chain ChainKey, err error) {
	var shared [32]byte
	if err := ours.SharedSecret(&shared, theirs); err != nil {
		return root, chain, err
	}
	root, chain = expandRoot(shared[:], r.Root.Array()[:], "OLM_RATCHET")
	secret.Wipe(shared[:])
	return root, chain, nil
}

func expandRoot(shared, salt []byte, info string) (root secret.Box[[32]byte], chain ChainKey) {
	var derived [64]byte
	sha2.HKDF256(derived[:], shared, salt, []byte(info))
	root = secret.Of((*[32]byte)(derived[:32]))
	chain = ChainKey{Key: secret.Of((*[32]byte)(derived[32:]))}
	secret.Wipe(derived[:])
	return root, chain
}

// encrypt encrypts the next message, after a Diffie-Hellman step if the peer
// has a new ratchet key.
func (r *Ratchet) encrypt(plaintext []byte, v wire.Version) ([]byte, error) {
	if r.Sender == nil {
		if err := r.beginSenderChain(); err != nil {
			return nil, err
		}
	}
	chain := &r.Sender.Chain
	if chain.exhausted() {
		return nil, ErrChainExhausted
	}
	index := chain.Index
	var key [32]byte
	chain.next(&key)
	cipher := aessha2.New(key[:], "OLM_KEYS")
	secret.Wipe(key[:])
	defer cipher.Wipe()

	n := aessha2.CiphertextLen(len(plaintext))
	message := make([]byte, 0, wire.OlmLen(v, index, n))
	message = wire.AppendOlm(message, v, &r.Sender.RatchetKey.Public, index, n)
	message = cipher.Append(message, plaintext)
	return cipher.AppendMAC(message, message, v.MACLen()), nil
}

func (r *Ratchet) beginSenderChain() error {
	if len(r.Receivers) == 0 {
		return ErrMAC // only a pickle of libolm's that was never a session's holds neither
	}
	key := curve25519.GenerateKeyPair()
	root, chain, err := r.advanceRoot(&key, &r.Receivers[0].RatchetKey)
	if err != nil {
		key.Wipe()
		return err
	}
	r.Root.Wipe()
	r.Root = root
	r.Sender = &SenderChain{key, chain}
	return nil
}

// wipe overwrites all secrets.
func (r *Ratchet) wipe() {
	r.Root.Wipe()
	if r.Sender != nil {
		r.Sender.wipe()
	}
	for i := range r.Receivers {
		r.Receivers[i].Chain.Key.Wipe()
	}
	for i := range r.Skipped {
		r.Skipped[i].Key.Wipe()
	}
	*r = Ratchet{}
}

// receiver finds the chain of a ratchet key. Ratchet keys are public, so the
// search need not take constant time.
func (r *Ratchet) receiver(ratchetKey *[32]byte) *ReceiverChain {
	i := slices.IndexFunc(r.Receivers, func(c ReceiverChain) bool { return c.RatchetKey == *ratchetKey })
	if i < 0 {
		return nil
	}
	return &r.Receivers[i]
}
