package machine

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Abandon is a step that ends with changes in hand, as when the store fails it.
func (m *Machine) Abandon(ctx context.Context) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	w.keep(w.state.own)
	return nil
}

// Remembered is how many users, other devices and rooms are in memory.
func (m *Machine) Remembered() (users, peers, rooms int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.state.users), len(m.state.peers), len(m.state.rooms)
}

// TakeApart returns what a machine has in its store, as another program would have kept
// it, with the Olm sessions that received last first.
func (m *Machine) TakeApart(ctx context.Context) (*olm.Account, []MigratedSession, []MigratedRoomKey, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	defer w.end()
	state, err := olmstate.UnmarshalAccount(w.state.own.account.State().MarshalPickle())
	if err != nil {
		return nil, nil, nil, err
	}
	var sessions []MigratedSession
	var roomKeys []MigratedRoomKey
	for _, t := range []store.Table{store.OlmSessions, store.InboundSessions} {
		page, err := w.config.Store.Load(ctx, store.Query{Table: t})
		if err != nil {
			return nil, nil, nil, err
		}
		for _, rec := range page.Records {
			if t == store.InboundSessions {
				in := readInbound(rec.Value)
				roomKeys = append(roomKeys, MigratedRoomKey{RoomID: in.room, Session: in.session, SenderKey: in.key,
					Ed25519: in.ed25519, Authentic: in.source == fromOwner, SharedHistory: in.shared})
				continue
			}
			p := &peer{}
			p.read(rec.Value)
			key, _ := keys.ParseCurve25519(rec.Key[:43]) // before the user
			for i, s := range p.sessions {
				sessions = append(sessions, MigratedSession{SenderKey: key, Session: s.Session, Received: int64(1000 - i)})
			}
		}
	}
	return olm.AccountFromState(state), sessions, roomKeys, nil
}

// Cached reports whether a session is in memory, and how many are.
func (m *Machine) Cached(session string) (is bool, all int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state.inbound.sessions[session] != nil, len(m.state.inbound.sessions)
}

// SignedKeys is of how many texts the signature is remembered.
func (m *Machine) SignedKeys() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.state.signedKeys)
}

// InMemory is how many inbound sessions are in memory.
func (m *Machine) InMemory() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.state.inbound.sessions)
}
