package machine

import (
	"context"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// ForgetHistory makes the messages of a room unreadable that were sent before some
// time, as far as this device goes: sessions that came before are deleted, with all
// that was or will be written with them, also after that time. The one that this
// device writes with now stays, but only for what comes. The error is one of the
// store; what was forgotten until then stays so.
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
	r, err := w.loadRoom(ctx, roomID)
	if err != nil {
		return "", err
	}
	page, err := w.config.Store.Load(ctx, query)
	if err != nil {
		return "", err
	}
	for _, rec := range page.Records {
		in, err := w.loadInbound(ctx, rec.Key)
		if err != nil {
			return "", err
		}
		if in != nil && in.created < before {
			w.forgetSession(r, in)
		}
	}
	return page.Next, w.commit(ctx)
}

// forgetSession deletes a session, or winds it forward if it is in use.
func (w *work) forgetSession(r *room, in *inbound) {
	id := in.session.SessionID()
	if r.outbound != nil && r.outbound.session.SessionID() == id {
		if in.session.AdvanceTo(r.outbound.session.MessageIndex()) == nil {
			w.keep(in)
		}
		return
	}
	delete(w.state.inbound.sessions, id)
	w.dropInbound(in)
	w.delete(store.InboundSessions, id)
}
