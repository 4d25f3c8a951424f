package libolm

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// Versions of the pickle of a session. The second comes from a branch of
// libolm for debugging, and has a number at its end that nobody uses.
const (
	sessionVersion      = 1
	sessionDebugVersion = 0x80000001
)

const (
	chainLen         = 32 + 4
	senderChainLen   = keyPairLen + chainLen
	receiverChainLen = 32 + chainLen
	skippedKeyLen    = 32 + 32 + 4
	sessionFixedLen  = 4 + 1 + 3*32 + 32 + 4 + 4 + 4
)

// PickleSession returns the session as a pickle that libolm reads. It returns
// [ErrSessionVersion] or [olm.ErrWiped].
func PickleSession(s *olm.Session, key []byte) (string, error) {
	state := s.State()
	if state.Wiped() {
		return "", olm.ErrWiped
	}
	if state.Version != wire.Version1 {
		return "", ErrSessionVersion
	}
	return seal(encodeSession(state), key), nil
}

// UnpickleSession reads a session that libolm pickled; its version is
// [olm.Version1]. Even one that was never made is read, as libolm pickles it
// without complaint: every use of it fails.
//
// It returns [ErrBase64], [ErrKey], [ErrVersion], [ErrCorrupted] or
// [ErrExtraData].
func UnpickleSession(pickle string, key []byte) (*olm.Session, error) {
	state, err := unpickle(pickle, key, readSession)
	if err != nil {
		return nil, err
	}
	return olm.SessionFromState(state), nil
}

func encodeSession(s *olmstate.Session) []byte {
	ratchet := &s.Ratchet
	size := sessionFixedLen + len(ratchet.Receivers)*receiverChainLen + len(ratchet.Skipped)*skippedKeyLen
	senders := 0
	if ratchet.Sender != nil {
		senders = 1
		size += senderChainLen
	}

	w := pickle.NewWriter(size)
	w.Uint32(sessionVersion)
	w.Bool(s.Received)
	w.Key(&s.IdentityKey)
	w.Key(&s.BaseKey)
	w.Key(&s.OneTimeKey)
	w.Key(ratchet.Root.Array())
	w.Uint32(uint32(senders))
	if ratchet.Sender != nil {
		writeKeyPair(w, &ratchet.Sender.RatchetKey)
		writeChain(w, &ratchet.Sender.Chain)
	}
	w.Uint32(uint32(len(ratchet.Receivers)))
	for i := range ratchet.Receivers {
		w.Key(&ratchet.Receivers[i].RatchetKey)
		writeChain(w, &ratchet.Receivers[i].Chain)
	}
	w.Uint32(uint32(len(ratchet.Skipped)))
	for i := range ratchet.Skipped {
		w.Key(&ratchet.Skipped[i].RatchetKey)
		w.Key(ratchet.Skipped[i].Key.Array())
		w.Uint32(ratchet.Skipped[i].Index)
	}
	return w.Bytes()
}

func readSession(r *pickle.Reader, version uint32) (*olmstate.Session, error) {
	if version != sessionVersion && version != sessionDebugVersion {
		return nil, ErrVersion
	}
	s := &olmstate.Session{
		Version:     wire.Version1,
		Received:    r.Bool(),
		IdentityKey: r.Key(),
		BaseKey:     r.Key(),
		OneTimeKey:  r.Key(),
	}
	ratchet := &s.Ratchet
	ratchet.Root = r.Secret()
	if r.Count(1, senderChainLen) == 1 {
		ratchet.Sender = &olmstate.SenderChain{RatchetKey: readKeyPair(r), Chain: readChain(r)}
	}
	for range r.Count(olmstate.MaxReceiverChains, receiverChainLen) {
		ratchet.Receivers = append(ratchet.Receivers, olmstate.ReceiverChain{RatchetKey: r.Key(), Chain: readChain(r)})
	}
	for range r.Count(olmstate.MaxSkippedKeys, skippedKeyLen) {
		ratchet.Skipped = append(ratchet.Skipped, olmstate.SkippedKey{RatchetKey: r.Key(), Key: r.Secret(), Index: r.Uint32()})
	}
	if version == sessionDebugVersion {
		r.Uint32()
	}
	return s, nil
}

func writeChain(w *pickle.Writer, c *olmstate.ChainKey) {
	w.Key(c.Key.Array())
	w.Uint32(c.Index)
}

func readChain(r *pickle.Reader) olmstate.ChainKey {
	return olmstate.ChainKey{Key: r.Secret(), Index: r.Uint32()}
}
