package libolm

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// outboundVersion is the version of the pickle of an outbound session.
const outboundVersion = 1

// PickleOutboundSession returns the session as a pickle that libolm reads. It
// returns [ErrSessionVersion] or [megolm.ErrWiped].
func PickleOutboundSession(s *megolm.OutboundSession, key []byte) (string, error) {
	state := s.State()
	if state.Wiped() {
		return "", megolm.ErrWiped
	}
	if state.Version != wire.Version1 {
		return "", ErrSessionVersion
	}
	return seal(encodeOutbound(state), key), nil
}

// UnpickleOutboundSession reads an outbound group session that libolm pickled;
// its version is [megolm.Version1].
//
// It returns [ErrBase64], [ErrKey], [ErrVersion], [ErrCorrupted] or
// [ErrExtraData].
func UnpickleOutboundSession(pickle string, key []byte) (*megolm.OutboundSession, error) {
	state, err := unpickle(pickle, key, readOutbound)
	if err != nil {
		return nil, err
	}
	return megolm.OutboundFromState(state), nil
}

func encodeOutbound(s *megolmstate.Outbound) []byte {
	w := pickle.NewWriter(4 + ratchetLen + signingKeyLen)
	w.Uint32(outboundVersion)
	writeRatchet(w, &s.Ratchet)
	writeSigningKey(w, &s.SigningKey)
	return w.Bytes()
}

func readOutbound(r *pickle.Reader, version uint32) (*megolmstate.Outbound, error) {
	if version != outboundVersion {
		return nil, ErrVersion
	}
	return &megolmstate.Outbound{
		Version:    wire.Version1,
		Ratchet:    readRatchet(r),
		SigningKey: readSigningKey(r),
	}, nil
}
