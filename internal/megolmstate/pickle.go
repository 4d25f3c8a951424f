package megolmstate

import (
	"crypto/subtle"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// Versions of the encodings below.
const (
	outboundFormat = 1
	inboundFormat  = 1
)

const ratchetPickleLen = RatchetLen + 4

// MarshalPickle encodes the session; the result is secret and unencrypted.
func (s *Outbound) MarshalPickle() []byte {
	w := pickle.NewWriter(1 + 1 + ratchetPickleLen + 32 + 64)
	w.Uint8(outboundFormat)
	w.Uint8(uint8(s.Version))
	writeRatchet(w, &s.Ratchet)
	w.Key(&s.SigningKey.Public)
	w.Raw(s.SigningKey.Expanded.Array()[:]) // not the seed, which libolm's pickles do not hold
	return w.Bytes()
}

// UnmarshalOutbound decodes what MarshalPickle encoded.
func UnmarshalOutbound(b []byte) (*Outbound, error) {
	r := pickle.NewReader(b)
	if r.Uint8() != outboundFormat {
		return nil, pickle.ErrVersion
	}
	s := &Outbound{Version: readVersion(r), Ratchet: readRatchet(r), SigningKey: r.SigningKey()}
	if !r.Done() {
		s.Wipe()
		return nil, pickle.ErrCorrupted
	}
	return s, nil
}

// MarshalPickle encodes the session; the result is secret and unencrypted. The
// latest ratchet goes with it, so that a session read far ahead stays quick.
func (s *Inbound) MarshalPickle() []byte {
	w := pickle.NewWriter(1 + 1 + 2*ratchetPickleLen + 32 + 1)
	w.Uint8(inboundFormat)
	w.Uint8(uint8(s.Version))
	writeRatchet(w, &s.Initial)
	writeRatchet(w, s.LatestRatchet())
	w.Key(&s.SigningKey)
	w.Bool(s.Verified)
	return w.Bytes()
}

// UnmarshalInbound decodes what MarshalPickle encoded.
func UnmarshalInbound(b []byte) (*Inbound, error) {
	r := pickle.NewReader(b)
	if r.Uint8() != inboundFormat {
		return nil, pickle.ErrVersion
	}
	s := &Inbound{
		Version:    readVersion(r),
		Initial:    readRatchet(r),
		Latest:     readRatchet(r),
		SigningKey: r.Key(),
		Verified:   r.Bool(),
	}
	if !r.Done() || !s.Consistent() {
		s.Wipe()
		return nil, pickle.ErrCorrupted
	}
	return s, nil
}

// Consistent reports whether the latest ratchet can have come from the initial
// one: it is not behind it, and not another one at the same index. Whether it
// is the right one further ahead, only the hashes between them would tell; if
// it is not, what is there does not decrypt.
func (s *Inbound) Consistent() bool {
	latest := s.LatestRatchet()
	if latest.Index == s.Initial.Index {
		return subtle.ConstantTimeCompare(latest.Data.Array()[:], s.Initial.Data.Array()[:]) == 1
	}
	return ahead(latest.Index, s.Initial.Index)
}

func readVersion(r *pickle.Reader) wire.Version {
	v := wire.Version(r.Uint8())
	if !v.Valid() {
		r.Fail()
	}
	return v
}

func writeRatchet(w *pickle.Writer, r *Ratchet) {
	w.Raw(r.Data.Array()[:])
	w.Uint32(r.Index)
}

func readRatchet(r *pickle.Reader) Ratchet {
	data := secret.New[[RatchetLen]byte]()
	copy(data.Array()[:], r.Raw(RatchetLen))
	return Ratchet{data, r.Uint32()}
}
