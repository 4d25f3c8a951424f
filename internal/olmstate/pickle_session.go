package olmstate

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// sessionFormat is the version of the encoding below.
const sessionFormat = 1

const (
	keyPairLen       = 32 + 32
	chainLen         = 32 + 4
	senderChainLen   = keyPairLen + chainLen
	receiverChainLen = 32 + chainLen
	skippedKeyLen    = 32 + 32 + 4
)

// MarshalPickle encodes the session; the result is secret and unencrypted.
func (s *Session) MarshalPickle() []byte {
	r := &s.Ratchet
	size := 1 + 1 + 1 + 3*32 + 32 + 1 + 4 + 4
	if r.Sender != nil {
		size += senderChainLen
	}
	size += len(r.Receivers)*receiverChainLen + len(r.Skipped)*skippedKeyLen

	w := pickle.NewWriter(size)
	w.Uint8(sessionFormat)
	w.Uint8(uint8(s.Version))
	w.Bool(s.Received)
	w.Key(&s.IdentityKey)
	w.Key(&s.BaseKey)
	w.Key(&s.OneTimeKey)
	w.Key(r.Root.Array())
	w.Bool(r.Sender != nil)
	if r.Sender != nil {
		writeKeyPair(w, &r.Sender.RatchetKey)
		writeChain(w, &r.Sender.Chain)
	}
	w.Uint32(uint32(len(r.Receivers)))
	for i := range r.Receivers {
		w.Key(&r.Receivers[i].RatchetKey)
		writeChain(w, &r.Receivers[i].Chain)
	}
	w.Uint32(uint32(len(r.Skipped)))
	for i := range r.Skipped {
		w.Key(&r.Skipped[i].RatchetKey)
		w.Key(r.Skipped[i].Key.Array())
		w.Uint32(r.Skipped[i].Index)
	}
	return w.Bytes()
}

// UnmarshalSession decodes what MarshalPickle encoded.
func UnmarshalSession(b []byte) (*Session, error) {
	r := pickle.NewReader(b)
	if r.Uint8() != sessionFormat {
		return nil, pickle.ErrVersion
	}
	s := &Session{Version: wire.Version(r.Uint8()), Received: r.Bool()}
	if !s.Version.Valid() {
		r.Fail()
	}
	s.IdentityKey, s.BaseKey, s.OneTimeKey = r.Key(), r.Key(), r.Key()
	s.Ratchet.Root = r.Secret()
	if r.Bool() {
		s.Ratchet.Sender = &SenderChain{readKeyPair(r), readChain(r)}
	}
	for range r.Count(MaxReceiverChains, receiverChainLen) {
		s.Ratchet.Receivers = append(s.Ratchet.Receivers, ReceiverChain{r.Key(), readChain(r)})
	}
	for range r.Count(MaxSkippedKeys, skippedKeyLen) {
		s.Ratchet.Skipped = append(s.Ratchet.Skipped, SkippedKey{r.Key(), r.Secret(), r.Uint32()})
	}
	if !r.Done() || !s.Ratchet.usable() {
		s.Wipe()
		return nil, pickle.ErrCorrupted
	}
	return s, nil
}

// usable reports whether the ratchet can go on: it has a chain to send on, or
// a ratchet key of the peer to answer.
func (r *Ratchet) usable() bool { return r.Sender != nil || len(r.Receivers) > 0 }

func writeKeyPair(w *pickle.Writer, k *KeyPair) {
	w.Key(&k.Public)
	w.Key(k.Private.Array())
}

func readKeyPair(r *pickle.Reader) KeyPair {
	return KeyPair{Public: r.Key(), Private: r.Secret()}
}

func writeChain(w *pickle.Writer, c *ChainKey) {
	w.Key(c.Key.Array())
	w.Uint32(c.Index)
}

func readChain(r *pickle.Reader) ChainKey {
	return ChainKey{Key: r.Secret(), Index: r.Uint32()}
}
