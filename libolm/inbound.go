package libolm

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// Versions of the pickle of an inbound session. The first does not say whether
// the session is verified: there were no exports yet, so all were.
const (
	inboundAllVerified = 1
	inboundVersion     = 2
)

// PickleInboundSession returns the session as a pickle that libolm reads. It
// returns [ErrSessionVersion] or [megolm.ErrWiped].
func PickleInboundSession(s *megolm.InboundSession, key []byte) (string, error) {
	state := s.State()
	if state.Wiped() {
		return "", megolm.ErrWiped
	}
	if state.Version != wire.Version1 {
		return "", ErrSessionVersion
	}
	return seal(encodeInbound(state), key), nil
}

// UnpickleInboundSession reads an inbound group session that libolm pickled;
// its version is [megolm.Version1]. Where it stands is forgotten, which costs
// no message, if that is 2^31 indexes or more after its first: libolm goes
// there, this module does not.
//
// It returns [ErrBase64], [ErrKey], [ErrVersion], [ErrCorrupted] or
// [ErrExtraData].
func UnpickleInboundSession(pickle string, key []byte) (*megolm.InboundSession, error) {
	state, err := unpickle(pickle, key, readInbound)
	if err != nil {
		return nil, err
	}
	return megolm.InboundFromState(state), nil
}

func encodeInbound(s *megolmstate.Inbound) []byte {
	w := pickle.NewWriter(4 + 2*ratchetLen + 32 + 1)
	w.Uint32(inboundVersion)
	writeRatchet(w, &s.Initial)
	writeRatchet(w, s.LatestRatchet())
	w.Key(&s.SigningKey)
	w.Bool(s.Verified)
	return w.Bytes()
}

func readInbound(r *pickle.Reader, version uint32) (*megolmstate.Inbound, error) {
	if version != inboundAllVerified && version != inboundVersion {
		return nil, ErrVersion
	}
	s := &megolmstate.Inbound{
		Version:    wire.Version1,
		Initial:    readRatchet(r),
		Latest:     readRatchet(r),
		SigningKey: r.Key(),
		Verified:   version == inboundAllVerified || r.Bool(),
	}
	if !s.Consistent() {
		// Indexes wrap: two leaps of the sender bring a session of libolm to
		// where it counts as behind its own beginning.
		s.Latest.Data.Wipe()
		s.Latest = megolmstate.Ratchet{}
	}
	return s, nil
}
