package machine

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// transferSlice is how many sessions are exported, or imported, in one step.
const transferSlice = 250

// ExportRoomKeys returns some of the sessions that the device can read with, as JSON,
// of one room or, if that is empty, of all: begin with an empty position, and go on
// with the one that is returned until that is empty. They are secrets; the caller
// wipes them. Package keyexport makes a file of them.
//
// https://spec.matrix.org/latest/client-server-api/#key-export-format
func (m *Machine) ExportRoomKeys(ctx context.Context, roomID, position string) (sessions [][]byte, next string, err error) {
	w, err := m.begin(ctx)
	if err != nil {
		return nil, "", err
	}
	defer w.end()
	query := store.Query{Table: store.InboundSessions, Limit: transferSlice, After: position}
	if roomID != "" {
		query.Index, query.Value = store.ByRoom, roomID
	}
	page, err := w.config.Store.Load(ctx, query)
	if err != nil {
		return nil, "", err
	}
	w.broken(page.Broken)
	for _, rec := range page.Records {
		in := w.state.inbound.sessions[rec.Key]
		if in == nil {
			if in = readInbound(rec.Value, false); in == nil {
				continue // it is put aside when it is asked for
			}
			defer in.session.Wipe()
		}
		secret.Wipe(rec.Value)
		content, err := in.exportContent()
		if err != nil {
			return nil, "", err
		}
		sessions = append(sessions, content)
	}
	return sessions, page.Next, nil
}

// exportContent is a session as it stands in a file.
func (in *inbound) exportContent() ([]byte, error) {
	key, err := in.session.Export()
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	o := newObject(1024).text("algorithm", megolmAlgorithm).raw("forwarding_curve25519_key_chain", []byte("[]"))
	o.text("room_id", in.room).open("sender_claimed_keys").text("ed25519", in.ed25519.String()).close()
	o.text("sender_key", in.key.String()).text("session_id", in.session.SessionID()).text("session_key", key.Base64())
	return o.boolean("shared_history", in.shared).done(), nil
}

// Import says what became of a session that was imported.
type Import struct {
	RoomID, SessionID string
	// Kept says that the session that was there is at least as good.
	Kept bool
	// Error is [ErrFormat] for what is no session.
	Error error
}

// ImportRoomKeys takes over sessions that were exported, as JSON, and says what became
// of each. Nobody vouches for them but who gave the file: events that they decrypt
// are marked as unauthenticated. One that cannot be read holds up no other.
//
// If it returns an error of the store, some of the sessions may have been taken over;
// they can be imported again.
func (m *Machine) ImportRoomKeys(ctx context.Context, sessions [][]byte) (all []Import, err error) {
	for len(sessions) > 0 {
		some := sessions[:min(len(sessions), transferSlice)]
		sessions = sessions[len(some):]
		part, err := m.importSome(ctx, some)
		if err != nil {
			return all, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// importSome imports a slice in one step.
func (m *Machine) importSome(ctx context.Context, sessions [][]byte) ([]Import, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer w.end()
	all := make([]Import, len(sessions))
	given := make([]*inbound, len(sessions))
	var ids []string
	for i, json := range sessions {
		content := parseObject(json)
		k, ok := readRoomKey(content)
		in := (*inbound)(nil)
		if ok {
			in, ok = importKey(k, content, fromImport, w.now())
		}
		if all[i] = (Import{RoomID: k.room, SessionID: k.session}); !ok || in.session.SessionID() != k.session {
			all[i].Error = ErrFormat
			continue
		}
		given[i] = in
		ids = append(ids, k.session)
	}
	known, err := w.knownSessions(ctx, ids)
	if err != nil {
		return nil, err
	}
	arrived := newArrivals()
	for i, in := range given {
		if in == nil {
			continue
		}
		id := all[i].SessionID
		if in = w.takeOver(known, id, in); in == nil {
			all[i].Kept = true
			continue
		}
		arrived.add(in.room, id)
		w.gotKey(id)
	}
	arrived.tell(w)
	// What was read and written is not kept in memory.
	defer func() {
		for id, in := range known {
			if in != nil && m.cached(id) != in {
				in.session.Wipe()
			}
		}
	}()
	return all, w.commit(ctx)
}

// cached returns the session in memory, without a step being under way.
func (m *Machine) cached(id string) *inbound {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state.inbound.sessions[id]
}

// knownSessions returns the sessions that are there, without keeping them in memory.
func (w *work) knownSessions(ctx context.Context, ids []string) (map[string]*inbound, error) {
	known := make(map[string]*inbound)
	var missing []string
	for _, id := range ids {
		if known[id] = w.state.inbound.sessions[id]; known[id] == nil {
			missing = append(missing, id)
		}
	}
	err := w.loadKeys(ctx, store.InboundSessions, missing, func(rec store.Record) bool {
		in := readInbound(rec.Value, rec.Indexes.Pending != "")
		known[rec.Key] = in
		return in != nil
	})
	return known, err
}

// takeOver keeps a session that was imported, unless what is there is as good.
func (w *work) takeOver(known map[string]*inbound, id string, in *inbound) *inbound {
	old := known[id]
	if old != nil {
		if in = better(old, in); in == nil {
			return nil
		}
	}
	if w.state.inbound.sessions[id] != nil {
		w.state.inbound.sessions[id] = in
	}
	if old != nil {
		w.unkeep(old)
		delete(w.state.inbound.unsaved, old)
		old.session.Wipe()
	}
	known[id] = in
	w.keep(in)
	return in
}
