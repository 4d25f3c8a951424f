package olmstate

import (
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aessha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// decrypt decrypts a message. Everything is computed on copies, which replace
// the state only once the MAC has held: after an error the ratchet is bit for
// bit what it was.
func (r *Ratchet) decrypt(m *wire.OlmMessage) ([]byte, error) {
	chain := r.receiver(&m.RatchetKey)
	if chain == nil {
		return r.decryptNewChain(m)
	}
	if m.Counter < chain.Chain.Index {
		return r.decryptSkipped(m)
	}
	t := trial{ratchetKey: m.RatchetKey, chain: chain.Chain.clone()}
	plaintext, err := t.decrypt(m)
	if err != nil {
		return nil, err
	}
	chain.Chain.Key.Wipe()
	chain.Chain = t.chain
	r.keepSkipped(t.skipped)
	return plaintext, nil
}

// decryptSkipped decrypts a message that others of its chain have overtaken.
func (r *Ratchet) decryptSkipped(m *wire.OlmMessage) ([]byte, error) {
	i := slices.IndexFunc(r.Skipped, func(k SkippedKey) bool {
		return k.Index == m.Counter && k.RatchetKey == m.RatchetKey
	})
	if i < 0 {
		return nil, ErrMessageKeyGone
	}
	plaintext, err := open(r.Skipped[i].Key.Array(), m)
	if err != nil {
		return nil, err
	}
	r.Skipped[i].Key.Wipe()
	r.Skipped = slices.Delete(r.Skipped, i, i+1)
	return plaintext, nil
}

// decryptNewChain decrypts the first message to arrive under a new ratchet key
// of the peer. Since the peer has answered our own ratchet key by it, that is
// used up: the next message we send begins a chain of ours.
func (r *Ratchet) decryptNewChain(m *wire.OlmMessage) ([]byte, error) {
	if r.Sender == nil {
		return nil, ErrMAC // the peer cannot step again before we have
	}
	if m.Counter > MaxMessageGap {
		return nil, ErrGap // before the costly step
	}
	root, chain, err := r.advanceRoot(&r.Sender.RatchetKey, &m.RatchetKey)
	if err != nil {
		return nil, err
	}
	t := trial{ratchetKey: m.RatchetKey, chain: chain}
	plaintext, err := t.decrypt(m)
	if err != nil {
		root.Wipe()
		return nil, err
	}
	r.Root.Wipe()
	r.Root = root
	r.Sender.wipe()
	r.Sender = nil
	r.addReceiver(ReceiverChain{m.RatchetKey, t.chain})
	r.keepSkipped(t.skipped)
	return plaintext, nil
}

// addReceiver puts a chain before the others and drops the oldest beyond the
// limit.
func (r *Ratchet) addReceiver(chain ReceiverChain) {
	if len(r.Receivers) == MaxReceiverChains {
		last := len(r.Receivers) - 1
		r.Receivers[last].Chain.Key.Wipe()
		r.Receivers = r.Receivers[:last]
	}
	r.Receivers = slices.Insert(r.Receivers, 0, chain)
}

// keepSkipped puts keys, newest first, before the others and drops the oldest
// beyond the limit.
func (r *Ratchet) keepSkipped(newest []SkippedKey) {
	all := append(newest, r.Skipped...)
	for i := MaxSkippedKeys; i < len(all); i++ {
		all[i].Key.Wipe()
	}
	r.Skipped = all[:min(len(all), MaxSkippedKeys)]
}

// trial is an attempt to decrypt a message on a copy of its chain.
type trial struct {
	ratchetKey [32]byte
	chain      ChainKey     // advanced past the message
	skipped    []SkippedKey // those on the way, newest first
}

// decrypt advances the chain past the message and decrypts it. On an error the
// copies are wiped.
func (t *trial) decrypt(m *wire.OlmMessage) (plaintext []byte, err error) {
	defer func() {
		if err != nil {
			t.wipe()
		}
	}()
	if m.Counter-t.chain.Index > MaxMessageGap {
		return nil, ErrGap
	}
	if m.Counter == ^uint32(0) {
		return nil, ErrChainExhausted
	}
	for t.chain.Index < m.Counter {
		t.skip(m.Counter)
	}
	slices.Reverse(t.skipped)
	var key [32]byte
	t.chain.next(&key)
	defer secret.Wipe(key[:])
	return open(&key, m)
}

// skip advances the chain by one message and keeps its key, unless the later
// ones on the way to the target would push it out again.
func (t *trial) skip(target uint32) {
	if target-t.chain.Index > MaxSkippedKeys {
		t.chain.next(nil)
		return
	}
	key := SkippedKey{t.ratchetKey, secret.New[[32]byte](), t.chain.Index}
	t.chain.next(key.Key.Array())
	t.skipped = append(t.skipped, key)
}

func (t *trial) wipe() {
	t.chain.Key.Wipe()
	for i := range t.skipped {
		t.skipped[i].Key.Wipe()
	}
}

// open checks the MAC of a message with its key and decrypts it.
func open(key *[32]byte, m *wire.OlmMessage) ([]byte, error) {
	cipher := aessha2.New(key[:], "OLM_KEYS")
	defer cipher.Wipe()
	plaintext, ok := cipher.Open(m.Body, m.MAC, m.Ciphertext)
	if !ok {
		return nil, ErrMAC
	}
	return plaintext, nil
}
