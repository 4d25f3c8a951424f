package megolmstate

import (
	"crypto/subtle"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// Inbound is a session that decrypts, from the index of its initial ratchet
// on.
type Inbound struct {
	Version    wire.Version
	Initial    Ratchet  // at the first known index
	Latest     Ratchet  // where the last message, or export, was: a shortcut to the next; empty before
	SigningKey [32]byte // Ed25519, also the session id
	Verified   bool     // whether a signature by SigningKey ever held

	verifyKey *curve25519.VerifyKey // SigningKey decoded, with a table, once it was needed
}

// ahead reports whether an index lies at or after another. Indexes wrap, so
// the half of them that follow are ahead, and the others behind.
func ahead(index, from uint32) bool { return index-from < 1<<31 }

// Decrypt checks the signature and the MAC of a message and decrypts it. After
// an error the session is bit for bit what it was.
func (s *Inbound) Decrypt(message []byte) (plaintext []byte, index uint32, err error) {
	m, err := wire.DecodeMegolm(message, s.Version)
	if err != nil {
		return nil, 0, err
	}
	if !s.verify(m.Signed, &m.Signature) {
		return nil, 0, ErrSignature
	}
	ratchet, err := s.At(m.Index)
	if err != nil {
		return nil, 0, err
	}
	cipher := ratchet.cipher()
	defer cipher.Wipe()
	plaintext, ok := cipher.Open(m.Body, m.MAC, m.Ciphertext)
	if !ok {
		ratchet.Data.Wipe()
		return nil, 0, ErrMAC
	}
	s.keep(ratchet)
	s.Verified = true
	return plaintext, m.Index, nil
}

// verify checks a signature by the session's signing key.
func (s *Inbound) verify(message []byte, signature *[64]byte) bool {
	if s.verifyKey == nil {
		key, ok := curve25519.NewVerifyKey(&s.SigningKey)
		if !ok {
			return false
		}
		s.verifyKey = key
	}
	return s.verifyKey.Verify(message, signature)
}

// At returns a copy of the ratchet at an index, for the caller to wipe or to
// give to keep. The index must be ahead of the initial one, not only of the
// latest: else two leaps would bring the latest round to where it counts as
// behind, and the session would lose what it could decrypt before.
func (s *Inbound) At(index uint32) (Ratchet, error) {
	if !ahead(index, s.Initial.Index) {
		return Ratchet{}, ErrUnknownIndex
	}
	from := s.LatestRatchet()
	if !ahead(index, from.Index) {
		from = &s.Initial
	}
	ratchet := from.Clone()
	ratchet.AdvanceTo(index)
	return ratchet, nil
}

// LatestRatchet returns the ratchet that is farthest ahead.
func (s *Inbound) LatestRatchet() *Ratchet {
	if s.Latest.Data.IsZero() {
		return &s.Initial
	}
	return &s.Latest
}

// keep makes a ratchet the latest, unless it lies behind that.
func (s *Inbound) keep(ratchet Ratchet) {
	if !ahead(ratchet.Index, s.LatestRatchet().Index) {
		ratchet.Data.Wipe()
		return
	}
	s.Latest.Data.Wipe()
	s.Latest = ratchet
}

// AdvanceTo makes an index the first known one.
func (s *Inbound) AdvanceTo(index uint32) error {
	ratchet, err := s.At(index)
	if err != nil {
		return err
	}
	s.keep(ratchet.Clone())
	s.Initial.Data.Wipe()
	s.Initial = ratchet
	return nil
}

// connected reports whether two sessions are the same one, known from
// different indexes.
func (s *Inbound) connected(other *Inbound) bool {
	if s.SigningKey != other.SigningKey || s.Version != other.Version {
		return false
	}
	earlier, later := s, other
	if !ahead(other.Initial.Index, s.Initial.Index) {
		earlier, later = other, s
	}
	ratchet, err := earlier.At(later.Initial.Index)
	if err != nil {
		return false
	}
	defer ratchet.Data.Wipe()
	return subtle.ConstantTimeCompare(ratchet.Data.Array()[:], later.Initial.Data.Array()[:]) == 1
}

// Ordering says how a session compares with another.
type Ordering int

// The orderings, which package megolm documents.
const (
	Unconnected Ordering = iota
	Equal
	Better
	Worse
)

// String returns the ordering as a word.
func (o Ordering) String() string {
	switch o {
	case Equal:
		return "equal"
	case Better:
		return "better"
	case Worse:
		return "worse"
	}
	return "unconnected"
}

// Compare compares by what the sessions can decrypt.
func (s *Inbound) Compare(other *Inbound) Ordering {
	switch {
	case !s.connected(other):
		return Unconnected
	case s.Initial.Index == other.Initial.Index:
		return Equal
	case ahead(other.Initial.Index, s.Initial.Index):
		return Better
	}
	return Worse
}

// Merge returns a session that knows what both know, or nil if they are
// unconnected.
func (s *Inbound) Merge(other *Inbound) *Inbound {
	best := s
	switch s.Compare(other) {
	case Unconnected:
		return nil
	case Worse:
		best = other
	}
	return &Inbound{
		Version:    s.Version,
		Initial:    best.Initial.Clone(),
		SigningKey: s.SigningKey,
		Verified:   s.Verified || other.Verified,
	}
}

// Wipe overwrites all secrets; what is public stays.
func (s *Inbound) Wipe() {
	s.Initial.Data.Wipe()
	s.Latest.Data.Wipe()
	s.verifyKey = nil // no secret, but large
}

// Wiped reports whether the session holds no secrets, wiped or never made.
func (s *Inbound) Wiped() bool { return s.Initial.Data.IsZero() }
