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
	w, count, err := m.beginSlice(ctx, &m.paces.exports, transferSlice)
	if err != nil {
		return nil, "", err
	}
	defer w.end()
	query := store.Query{Table: store.InboundSessions, Limit: count, After: position}
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
			if in = readInbound(rec.Value); in == nil {
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
	if o.boolean("shared_history", in.shared); in.shared {
		o.boolean("m.shared_history", true) // as the Rust SDK reads it
	}
	return o.done(), nil
}

// Import says what became of a session that was imported.
type Import struct {
	RoomID, SessionID string
	// Kept says that the session that was there is at least as good.
	Kept bool
	// Error is [ErrFormat] for what is no session, [ErrAlgorithm] for one of another
	// kind, and [ErrMismatchedKeys] if the key is of another session than it says.
	Error error
}

// ImportRoomKeys takes over sessions that were exported, as JSON, and says what became
// of each. Nobody vouches for them but who gave the file: events that they decrypt
// are marked as unauthenticated. One that cannot be read holds up no other.
//
// However many they are, other calls have their turn meanwhile. If it returns an error
// of the store, or of ctx, some of the sessions may have been taken over, at least those
// that it returns; all can be imported again.
func (m *Machine) ImportRoomKeys(ctx context.Context, sessions [][]byte) (all []Import, err error) {
	for len(sessions) > 0 {
		some, err := m.importSlice(ctx, sessions)
		if err != nil {
			return all, err
		}
		all = append(all, some...)
		sessions = sessions[len(some):]
		if err := m.rest(ctx); err != nil {
			return all, err
		}
	}
	return all, nil
}

// arrival is a session that has come, and whether the one whose place it took was in
// memory, too.
type arrival struct {
	*inbound
	cached bool
}

// importSlice imports the first of some sessions in one step.
func (m *Machine) importSlice(ctx context.Context, sessions [][]byte) ([]Import, error) {
	w, count, err := m.beginSlice(ctx, &m.paces.imports, len(sessions))
	if err != nil {
		return nil, err
	}
	defer w.end()
	all := make([]Import, count)
	given := make([]*inbound, count)
	var ids []string
	for n, json := range sessions[:count] {
		if given[n], all[n] = readExported(json, w.now()); given[n] != nil {
			ids = append(ids, all[n].SessionID)
		}
	}
	known, err := w.knownSessions(ctx, ids)
	if err != nil {
		for _, in := range given {
			if in != nil {
				in.session.Wipe()
			}
		}
		return nil, err
	}
	arrived := newArrivals()
	for n, in := range given {
		if in == nil {
			continue
		}
		id := all[n].SessionID
		cached := w.state.inbound.sessions[id] != nil // if only by this import, that costs some memory
		if in = w.takeOver(known, id, in); in == nil {
			all[n].Kept = true
			continue
		}
		w.pass(id, in, cached)
		arrived.add(in.room, id)
		w.gotKey(id)
	}
	arrived.tell(w)
	for id, in := range known {
		if in != nil && w.state.inbound.sessions[id] != in {
			in.session.Wipe() // it was only looked at
		}
	}
	return all, w.commit(ctx)
}

// readExported reads a session, and says why it cannot.
func readExported(json []byte, now int64) (*inbound, Import) {
	content := parseObject(json).Fields()
	k, ok := readRoomKey(content)
	result := Import{RoomID: k.room, SessionID: k.session, Error: ErrFormat}
	if !ok {
		if algorithm := text(content.Get("algorithm")); algorithm != "" && algorithm != megolmAlgorithm {
			result.Error = ErrAlgorithm
		}
		return nil, result
	}
	// Others write it by other names.
	for _, name := range []string{"m.shared_history", "org.matrix.msc3061.shared_history"} {
		shared, _ := content.Get(name).Bool()
		k.shared = k.shared || shared
	}
	in, ok := importKey(k, content, fromImport, now)
	if !ok {
		return nil, result
	}
	if in.session.SessionID() != k.session {
		in.session.Wipe()
		result.Error = ErrMismatchedKeys
		return nil, result
	}
	result.Error = nil
	return in, result
}

// pass has a session that was imported stay in memory only until the store has it, and
// if it was there before, or is used meanwhile.
func (w *work) pass(id string, in *inbound, cached bool) {
	if w.passing == nil {
		w.passing = make(map[string]arrival)
	}
	w.passing[id] = arrival{in, cached}
}

// letGo lets go of the sessions that only passed through memory.
func (w *work) letGo() {
	c := &w.state.inbound
	for id, in := range w.passing {
		switch {
		case c.sessions[id] != in.inbound: // another one has come since
		case in.cached, c.unsaved[in.inbound]:
			c.touch(in.inbound)
		default:
			in.session.Wipe()
			delete(c.sessions, id)
		}
	}
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
		in := readInbound(rec.Value)
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
		w.dropInbound(old) // what was to be kept of it is in the new one
	}
	w.state.inbound.sessions[id] = in
	delete(w.state.inbound.forgotten, id)
	known[id] = in
	w.keep(in)
	return in
}
