package megolmstate

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// Session keys begin with a version byte, the index as four big-endian bytes,
// the ratchet and the public signing key. The form that is shared with the
// room is signed; the form that is exported is not, since only the sender
// could sign it.
//
// https://spec.matrix.org/latest/olm-megolm/megolm/#session-sharing-format
// https://spec.matrix.org/latest/olm-megolm/megolm/#session-export-format
const (
	exportVersion  = 1
	sharingVersion = 2

	ExportedKeyLen = 1 + 4 + RatchetLen + 32
	SessionKeyLen  = ExportedKeyLen + 64
)

func appendKey(dst []byte, version byte, r *Ratchet, signingKey *[32]byte) []byte {
	dst = append(dst, version)
	dst = binary.BigEndian.AppendUint32(dst, r.Index)
	dst = append(dst, r.Data.Array()[:]...)
	return append(dst, signingKey[:]...)
}

// SessionKey returns the signed session key at the present index.
func (s *Outbound) SessionKey() []byte {
	key := appendKey(make([]byte, 0, SessionKeyLen), sharingVersion, &s.Ratchet, &s.SigningKey.Public)
	signature := s.SigningKey.Sign(key)
	return append(key, signature[:]...)
}

// Export returns the exported session key at an index.
func (s *Inbound) Export(index uint32) ([]byte, error) {
	ratchet, err := s.At(index)
	if err != nil {
		return nil, err
	}
	key := appendKey(make([]byte, 0, ExportedKeyLen), exportVersion, &ratchet, &s.SigningKey)
	s.keep(ratchet)
	return key, nil
}

// SetSessionKey makes s a new session from a signed session key, whose
// signature it checks. After an error s is worth nothing.
func (s *Inbound) SetSessionKey(key []byte, v wire.Version) error {
	if len(key) != SessionKeyLen {
		return ErrSessionKey
	}
	signed, signature := key[:ExportedKeyLen], [64]byte(key[ExportedKeyLen:])
	if err := s.setKey(signed, sharingVersion, v); err != nil {
		return err
	}
	if !s.verify(signed, &signature) {
		s.Wipe()
		return ErrSignature
	}
	s.Verified = true
	return nil
}

// SetExport makes s a new session from an exported session key. After an error
// s is worth nothing.
func (s *Inbound) SetExport(key []byte, v wire.Version) error {
	if len(key) != ExportedKeyLen {
		return ErrSessionKey
	}
	return s.setKey(key, exportVersion, v)
}

func (s *Inbound) setKey(key []byte, version byte, v wire.Version) error {
	if key[0] != version {
		return ErrSessionKey
	}
	const ratchetStart, ratchetEnd = 5, 5 + RatchetLen
	*s = Inbound{
		Version: v,
		Initial: Ratchet{
			Data:  secret.Of((*[RatchetLen]byte)(key[ratchetStart:ratchetEnd])),
			Index: binary.BigEndian.Uint32(key[1:]),
		},
		SigningKey: [32]byte(key[ratchetEnd:]),
	}
	return nil
}
