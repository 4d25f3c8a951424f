package olmstate

import (
	"math"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

// Seeds of the two keys that a chain key gives: the key of the message at its
// index, and the next chain key.
//
// https://spec.matrix.org/latest/olm-megolm/olm/#advancing-the-chain-key
const (
	messageKeySeed = 1
	chainKeySeed   = 2
)

// ChainKey is a chain key C(i,j) with its index j.
type ChainKey struct {
	Key   secret.Box[[32]byte]
	Index uint32
}

func (c *ChainKey) clone() ChainKey { return ChainKey{c.Key.Clone(), c.Index} }

// next takes the key of the message at this index and advances the chain.
// A nil messageKey is not derived.
func (c *ChainKey) next(messageKey *[32]byte) {
	mac := sha2.NewHMAC256(c.Key.Array()[:])
	if messageKey != nil {
		mac.SumByte(messageKey, messageKeySeed)
	}
	mac.SumByte(c.Key.Array(), chainKeySeed)
	mac.Wipe()
	c.Index++
}

// exhausted reports whether the chain cannot advance without beginning again
// at index 0.
func (c *ChainKey) exhausted() bool { return c.Index == math.MaxUint32 }

// SenderChain is the chain of the messages that we send, with the ratchet key
// pair that began it.
type SenderChain struct {
	RatchetKey KeyPair
	Chain      ChainKey
}

func (c *SenderChain) wipe() {
	c.RatchetKey.Wipe()
	c.Chain.Key.Wipe()
}

// ReceiverChain is a chain of messages that we receive, with the public
// ratchet key of the peer that began it.
type ReceiverChain struct {
	RatchetKey [32]byte
	Chain      ChainKey
}

// SkippedKey is the key of one message that has not arrived, though later ones
// of its chain have.
type SkippedKey struct {
	RatchetKey [32]byte
	Key        secret.Box[[32]byte]
	Index      uint32
}
