package megolm

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// InboundSession decrypts the messages of one sender to a group.
type InboundSession struct {
	state megolmstate.Inbound
}

// NewInboundSession makes a session from a session key. It returns
// [ErrSessionKey], [ErrSignature], or [ErrVersion] for an unknown version.
func NewInboundSession(key SessionKey, v Version) (*InboundSession, error) {
	return newInbound((*megolmstate.Inbound).SetSessionKey, key.Expose(), v)
}

// ImportInboundSession makes a session from an exported session key, which
// nothing vouches for but its source. It returns [ErrSessionKey], or
// [ErrVersion] for an unknown version.
func ImportInboundSession(key ExportedSessionKey, v Version) (*InboundSession, error) {
	return newInbound((*megolmstate.Inbound).SetExport, key.Expose(), v)
}

func newInbound(set func(*megolmstate.Inbound, []byte, Version) error, key []byte, v Version) (*InboundSession, error) {
	if !v.Valid() {
		return nil, ErrVersion
	}
	s := new(InboundSession)
	if err := set(&s.state, key, v); err != nil {
		return nil, err
	}
	return s, nil
}

// SessionID returns the session id: the public signing key of the session in
// unpadded base64.
func (s *InboundSession) SessionID() string { return base64.Encode(s.state.SigningKey[:]) }

// Version returns the version of the session's messages.
func (s *InboundSession) Version() Version { return s.state.Version }

// FirstKnownIndex returns the lowest index that the session can decrypt.
func (s *InboundSession) FirstKnownIndex() uint32 { return s.state.Initial.Index }

// Verified reports whether the owner of the session's signing key has ever
// shown that this is their session: by a signed session key, or by a message
// that decrypted. An import is unverified until then. Who that owner is, the
// session cannot know.
func (s *InboundSession) Verified() bool { return s.state.Verified }

// Decrypt decrypts a message and returns its index. It can do so again and
// again: see the package documentation about replays.
//
// It returns [ErrFormat], [ErrVersion], [ErrSignature], [ErrUnknownIndex],
// [ErrMAC] or [ErrWiped], and leaves the session as it was. Far indexes cost
// no more than 1,024 hashes.
func (s *InboundSession) Decrypt(message Message) (plaintext []byte, index uint32, err error) {
	if s.state.Wiped() {
		return nil, 0, ErrWiped
	}
	return s.state.Decrypt(message)
}

// AdvanceTo forgets all indexes before the given one, so that whoever takes
// the session cannot read them. It returns [ErrUnknownIndex] if the session
// does not know the index, or [ErrWiped].
func (s *InboundSession) AdvanceTo(index uint32) error {
	if s.state.Wiped() {
		return ErrWiped
	}
	return s.state.AdvanceTo(index)
}

// Export returns the key of the session from its first known index on.
func (s *InboundSession) Export() (ExportedSessionKey, error) {
	if s.state.Wiped() {
		return ExportedSessionKey{}, ErrWiped
	}
	return s.ExportAt(s.FirstKnownIndex())
}

// ExportAt returns the key of the session from an index on. It returns
// [ErrUnknownIndex] if the session does not know that index, or [ErrWiped].
func (s *InboundSession) ExportAt(index uint32) (ExportedSessionKey, error) {
	if s.state.Wiped() {
		return ExportedSessionKey{}, ErrWiped
	}
	key, err := s.state.Export(index)
	if err != nil {
		return ExportedSessionKey{}, err
	}
	return ExportedSessionKey{secret.Take(key)}, nil
}

// Ordering says how one session compares with another.
type Ordering = megolmstate.Ordering

const (
	// Equal sessions begin at the same index with the same ratchet.
	Equal = megolmstate.Equal
	// Better is a session that begins earlier than the other, and arrives at
	// the other's ratchet where that begins.
	Better = megolmstate.Better
	// Worse is the opposite of better.
	Worse = megolmstate.Worse
	// Unconnected sessions are of another signing key, version or ratchet:
	// neither may take the other's place.
	Unconnected = megolmstate.Unconnected
)

// Compare says whether s is equal to, better or worse than another session, or
// unconnected with it. Wiped sessions are unconnected.
//
// Better is what an import claims until it has decrypted a message: a member
// can export a made-up ratchet that arrives at the true one further on. Keep
// the session that is there until the better one has decrypted something.
func (s *InboundSession) Compare(other *InboundSession) Ordering {
	if s.state.Wiped() || other.state.Wiped() {
		return Unconnected
	}
	return s.state.Compare(&other.state)
}

// Merge returns a new session that begins where the better one of both does,
// and is verified if either is: so the trusted copy of a session can be joined
// with an earlier one from a backup. What is said of Better at
// [InboundSession.Compare] holds for the result. It returns [ErrUnconnected] if
// they are unconnected.
func (s *InboundSession) Merge(other *InboundSession) (*InboundSession, error) {
	if s.Compare(other) == Unconnected {
		return nil, ErrUnconnected
	}
	return &InboundSession{*s.state.Merge(&other.state)}, nil
}

const inboundKind = "megolm inbound session"

// Pickle returns the session sealed under a key, to be stored.
func (s *InboundSession) Pickle(key *[32]byte) ([]byte, error) {
	if s.state.Wiped() {
		return nil, ErrWiped
	}
	return pickle.Seal(key, inboundKind, s.state.MarshalPickle()), nil
}

// UnpickleInboundSession opens what [InboundSession.Pickle] sealed. It returns
// [ErrPickleKey], [ErrPickleVersion] or [ErrPickleCorrupted].
func UnpickleInboundSession(sealed []byte, key *[32]byte) (*InboundSession, error) {
	plaintext, err := pickle.Open(key, inboundKind, sealed)
	if err != nil {
		return nil, err
	}
	defer secret.Wipe(plaintext)
	state, err := megolmstate.UnmarshalInbound(plaintext)
	if err != nil {
		return nil, err
	}
	return &InboundSession{*state}, nil
}

// Wipe overwrites the secrets of the session in memory; what is public stays. Calls
// that can fail then return [ErrWiped], as those of the zero value do.
func (s *InboundSession) Wipe() {
	s.state.Wipe()
}

// State gives out the state of the session, private keys and all. It is for the
// other packages of this module: its type is internal.
func (s *InboundSession) State() *megolmstate.Inbound { return &s.state }

// InboundFromState is the inverse of [InboundSession.State], for the other packages of this
// module. The state must not be used otherwise any more.
func InboundFromState(state *megolmstate.Inbound) *InboundSession {
	return &InboundSession{*state}
}
