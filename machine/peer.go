package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// peerKey is the Curve25519 identity key of another device.
type peerKey = keys.Curve25519PublicKey

// peerID names the other end of Olm sessions. The key alone would not do: nothing keeps
// a device from publishing the Curve25519 key of another as its own. Where the user is
// empty, nobody is known yet who has that key: these sessions are received with, and
// never sent with.
type peerID struct {
	key  peerKey
	user string
}

// name is the key of the peer's record.
func (id peerID) name() string {
	if id.user == "" {
		return id.key.String()
	}
	return id.key.String() + "/" + id.user
}

// peer is the other end of Olm sessions: a device of a user.
type peer struct {
	id peerID
	// sessions are in the order in which they last received, the latest first:
	// that is the one to send with. A new one counts as having received.
	sessions []*peerSession
	// renewed is when a session was last made because another was of no use.
	renewed int64
	// stored says that the store may have a record.
	stored bool
}

// peerSession is a session with what it belongs to: the Ed25519 key of the device whose
// one-time key it was made from, or that an event which came by it has named; zero
// before either. It serves for no device that has another.
type peerSession struct {
	*olm.Session
	ed25519 keys.Ed25519PublicKey
	// fallback is when it was made from a fallback key, as long as it was not sent with.
	fallback int64
}

// late reports whether the other end may have forgotten the fallback key that the
// session was made from: nothing was sent that would have told of it.
func (s *peerSession) late(now int64) bool {
	return s.fallback != 0 && passed(s.fallback, fallbackPeriod/2, now)
}

const (
	// peerVersion 1 has neither Ed25519 keys nor times.
	peerVersion = 2
	// maxSessions is how many Olm sessions are kept with a device. The least
	// recently used go first.
	maxSessions = 6
)

// peer names the device as the other end of Olm sessions.
func (t target) peer() peerID { return peerID{t.device.curve25519, t.user.id} }

// sessionWith returns the session to send to a device with, nil if there is none. The
// peer is loaded.
func (m *Machine) sessionWith(t target) *peerSession {
	p := m.state.peers[t.peer()]
	if p == nil {
		return nil
	}
	for _, s := range p.sessions {
		if s.ed25519 == t.device.ed25519 && !s.late(m.now()) {
			return s
		}
	}
	return nil
}

// loadPeers sees to it that the sessions with devices are in memory.
func (w *work) loadPeers(ctx context.Context, all []peerID) error {
	byName := make(map[string]*peer)
	var missing []string
	for _, id := range all {
		if w.state.peers[id] == nil {
			p := &peer{id: id}
			w.state.peers[id] = p
			byName[id.name()] = p
			missing = append(missing, id.name())
		}
	}
	err := w.loadKeys(ctx, store.OlmSessions, missing, func(rec store.Record) bool {
		return byName[rec.Key].read(rec.Value)
	})
	if err != nil {
		for _, p := range byName {
			delete(w.state.peers, p.id)
		}
	}
	return err
}

// keep is described at keeper.
func (p *peer) keep(w *work) {
	if len(p.sessions) == 0 {
		if p.stored {
			w.delete(store.OlmSessions, p.id.name())
		}
		return
	}
	p.stored = true
	r := record.New(peerVersion)
	r.Time(p.renewed)
	r.Uint(uint64(len(p.sessions)))
	for _, s := range p.sessions {
		r.Key(s.ed25519)
		r.Time(s.fallback)
		r.Secret(s.State().MarshalPickle())
	}
	w.put(store.OlmSessions, p.id.name(), r.Done())
}

func (p *peer) read(value []byte) bool {
	old := len(value) > 0 && value[0] == 1 && p.id.user == ""
	version := byte(peerVersion)
	if old {
		version = 1
	}
	r := record.Read(value, version)
	p.renewed = r.Time()
	for range r.Count() {
		s := &peerSession{}
		if !old {
			s.ed25519, s.fallback = r.Key(), r.Time()
		}
		state, err := olmstate.UnmarshalSession(r.Bytes())
		if err != nil {
			p.wipe()
			return false
		}
		s.Session = olm.SessionFromState(state)
		p.sessions = append(p.sessions, s)
	}
	if !r.Done() {
		p.wipe()
		return false
	}
	p.stored = true
	secret.Wipe(value)
	return true
}

// add makes a session the one to send with.
func (p *peer) add(s *peerSession) {
	p.sessions = slices.Insert(p.sessions, 0, s)
	if len(p.sessions) > maxSessions {
		p.sessions[maxSessions].Wipe()
		p.sessions = p.sessions[:maxSessions]
	}
}

// remove takes a session out, which is not wiped.
func (p *peer) remove(s *peerSession) {
	i := slices.Index(p.sessions, s)
	p.sessions = slices.Delete(p.sessions, i, i+1)
}

func (p *peer) wipe() {
	for _, s := range p.sessions {
		s.Wipe()
	}
	p.sessions = nil
}
