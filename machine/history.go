package machine

import (
	"context"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// ForgetHistory makes the messages of a room unreadable that were sent before some
// time, as far as this device goes: sessions that came before are deleted. One that may
// still be written with stays, but only for what comes after what was read with it.
func (m *Machine) ForgetHistory(ctx context.Context, roomID string, before time.Time) error {
	query := store.Query{Table: store.InboundSessions, Index: store.ByRoom, Value: roomID}
	for {
		next, err := m.forgetSome(ctx, roomID, query, before.UnixMilli())
		if err != nil || next == "" {
			return err
		}
		query.After = next
	}
}

// forgetSome forgets a page of sessions.
func (m *Machine) forgetSome(ctx context.Context, roomID string, query store.Query, before int64) (next string, err error) {
	w, err := m.begin(ctx)
	if err != nil {
		return "", err
	}
	defer w.end()
	if w.state.flying == 0 {
		clear(w.state.inbound.forgotten)
	}
	r, err := w.loadRoom(ctx, roomID)
	if err != nil {
		return "", err
	}
	page, err := w.config.Store.Load(ctx, query)
	if err != nil {
		return "", err
	}
	for _, rec := range page.Records {
		secret.Wipe(rec.Value)
		in, err := w.loadInbound(ctx, rec.Key)
		if err != nil {
			return "", err
		}
		if in != nil && in.created < before {
			w.forgetSession(r, in, before)
		}
	}
	return page.Next, w.commit(ctx)
}

// forgetSession deletes a session, or winds it forward if it may be in use.
func (w *work) forgetSession(r *room, in *inbound, before int64) {
	id := in.session.SessionID()
	period := int64(week)
	if r.known {
		period = r.settings.RotationPeriodMS
	}
	next := in.session.FirstKnownIndex()
	switch last := len(in.replays) - 1; {
	case r.outbound != nil && r.outbound.session.SessionID() == id:
		next = r.outbound.session.MessageIndex()
	case in.created+period < before:
		w.deleteSession(in)
		return
	case last >= 0:
		next = in.replays[last].index + 1
	}
	if in.session.AdvanceTo(next) == nil {
		w.keep(in)
	}
}

// deleteSession deletes a session.
func (w *work) deleteSession(in *inbound) {
	id := in.session.SessionID()
	w.state.inbound.forgotten[id] = true
	delete(w.state.inbound.sessions, id)
	w.dropInbound(in)
	w.delete(store.InboundSessions, id)
}
