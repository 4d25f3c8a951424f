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

// peer is the other end of Olm sessions: a device, known by its identity key only.
type peer struct {
	key peerKey
	// sessions are in the order in which they last received, the latest first:
	// that is the one to send with. A new one counts as having received.
	sessions []*olm.Session
	// renewed is when a session was last made because another was of no use.
	renewed int64
}

const (
	peerVersion = 1
	// maxSessions is how many Olm sessions are kept with a device. The least
	// recently used go first.
	maxSessions = 6
)

// loadPeers sees to it that the sessions with devices are in memory.
func (w *work) loadPeers(ctx context.Context, all []peerKey) error {
	byName := make(map[string]*peer)
	var missing []string
	for _, key := range all {
		if w.state.peers[key] == nil {
			p := &peer{key: key}
			w.state.peers[key] = p
			byName[key.String()] = p
			missing = append(missing, key.String())
		}
	}
	err := w.loadKeys(ctx, store.OlmSessions, missing, func(rec store.Record) bool {
		return byName[rec.Key].read(rec.Value)
	})
	if err != nil {
		for _, p := range byName {
			delete(w.state.peers, p.key)
		}
	}
	return err
}

// keep is described at keeper.
func (p *peer) keep(w *work) {
	r := record.New(peerVersion)
	r.Time(p.renewed)
	r.Uint(uint64(len(p.sessions)))
	for _, s := range p.sessions {
		r.Secret(s.State().MarshalPickle())
	}
	w.put(store.OlmSessions, p.key.String(), r.Done())
}

func (p *peer) read(value []byte) bool {
	r := record.Read(value, peerVersion)
	p.renewed = r.Time()
	for range r.Count() {
		state, err := olmstate.UnmarshalSession(r.Bytes())
		if err != nil {
			p.wipe()
			return false
		}
		p.sessions = append(p.sessions, olm.SessionFromState(state))
	}
	if !r.Done() {
		p.wipe()
		return false
	}
	secret.Wipe(value)
	return true
}

// add makes a session the one to send with.
func (p *peer) add(s *olm.Session) {
	p.sessions = slices.Insert(p.sessions, 0, s)
	if len(p.sessions) > maxSessions {
		p.sessions[maxSessions].Wipe()
		p.sessions = p.sessions[:maxSessions]
	}
}

// received notes that a session has received a message.
func (p *peer) received(s *olm.Session) {
	i := slices.Index(p.sessions, s)
	p.sessions = slices.Insert(slices.Delete(p.sessions, i, i+1), 0, s)
}

func (p *peer) wipe() {
	for _, s := range p.sessions {
		s.Wipe()
	}
	p.sessions = nil
}
