package machine

import (
	"context"
	"math"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// Share says how far the sharing of a room key has come.
type Share struct {
	// Ready says that every device that is to have the key was sent it, so that
	// Encrypt can be called. If not, there are outgoing requests to send first.
	Ready     bool
	SessionID string    // of the session, if it is known yet
	Waiting   ShareStep // for what, if it is not ready
}

// ShareStep is what the sharing of a room key waits for.
type ShareStep string

// The steps.
const (
	WaitDevices  ShareStep = "devices"  // for answers to keys/query
	WaitSessions ShareStep = "sessions" // for answers to keys/claim
	WaitSent     ShareStep = "sent"     // for answers to sendToDevice
)

// ShareRoomKey sees to it that the devices of a room's members can read what will be
// encrypted. Call it before every message: it does nothing if nothing has changed. If
// the result is not ready, send the outgoing requests and call it again; it takes up to
// three rounds, of [WaitDevices], [WaitSessions] and [WaitSent].
//
// The members are the user ids of those who are to read: who has joined and, if the
// history visibility says so, who is invited. The own other devices always are. A new
// session is made where the specification demands one: because of age or count, or
// because somebody has the present one who should not have the next. Devices that the
// [Policy] leaves out are told so (m.room_key.withheld). One whose homeserver, or which
// itself, gives out no keys holds the others up once; it gets the key when it does.
// So does one for which the homeserver refuses the message (400, 413): it is given the key
// again, with pauses that grow to 15 minutes.
//
// It returns [ErrNotEncrypted] for a room without settings, [ErrAlgorithm] for one whose
// algorithm is not known here, or a [PolicyError], and nothing has been sent then.
//
// https://spec.matrix.org/latest/client-server-api/#mmegolmv1aes-sha2
func (m *Machine) ShareRoomKey(ctx context.Context, roomID string, members []string) (Share, error) {
	m.mu.Lock()
	for {
		s, step, err := m.shareSlice(ctx, roomID, members)
		switch {
		case err != nil || step == nil:
			return s, err
		case s.Waiting != unfinished:
			return s, step.wait(ctx)
		}
		step.follow(make(chan error, 1)) // those after it fail if it does
		if err := m.rest(ctx); err != nil {
			return Share{}, err
		}
		m.mu.LockForSlice()
	}
}

// unfinished is for the next slice.
const unfinished ShareStep = "unfinished"

// shareSlice takes a step of sharing, of which one is several slices if there are many
// devices. The caller has locked the state. It returns no step if there was nothing to do.
func (m *Machine) shareSlice(ctx context.Context, roomID string, members []string) (Share, *started, error) {
	w, err := m.beginLocked(ctx)
	if err != nil {
		return Share{}, nil, err
	}
	defer w.end()
	r, err := w.loadUsableRoom(ctx, roomID)
	if err != nil {
		return Share{}, nil, err
	}
	if w.ready(r) && slices.Equal(r.members, members) {
		return Share{Ready: true, SessionID: r.outbound.session.SessionID()}, nil, nil
	}
	s, err := w.share(ctx, r, members)
	if err != nil {
		return Share{}, nil, err
	}
	step, err := w.start()
	return s, step, err
}

// usable says what is in the way of writing to a room.
func (r *room) usable() error {
	switch {
	case !r.known:
		return ErrNotEncrypted
	case r.settings.Algorithm != megolmAlgorithm:
		return ErrAlgorithm
	}
	return nil
}

// ready reports whether a room can be written to at once.
func (m *Machine) ready(r *room) bool {
	now := m.now()
	return r.ready && r.changes == m.state.changes && (r.again == never || !arrived(r.again, now)) && r.outbound != nil && !r.outbound.expired(&r.settings, now)
}

// never is a time that does not come.
const never = math.MaxInt64

// again is when those can be asked for again without whom the key was shared, because
// their homeserver was away, they gave out no keys, or the own homeserver refused it.
func (m *Machine) again(users []*user, o *outbound, devices []target) int64 {
	first := int64(never)
	for _, u := range users {
		if m.state.outdated.has(u.id) {
			first = min(first, u.at)
		}
	}
	for _, t := range devices {
		if s := o.notTaken(t); s != nil {
			first = min(first, s.at)
		}
		if c := m.state.claims.wanted[t.peer()]; c != nil && !o.has(t) {
			first = min(first, c.at)
		}
	}
	return first
}

// share takes the next step of sharing.
func (w *work) share(ctx context.Context, r *room, members []string) (Share, error) {
	users, err := w.members(ctx, members)
	if err != nil {
		return Share{}, err
	}
	if w.outdatedAmong(users) {
		return Share{Waiting: WaitDevices}, nil
	}
	all, err := w.recipients(users, w.policyOf(r))
	if err != nil {
		return Share{}, err
	}
	o := r.outbound
	if o == nil || o.expired(&r.settings, w.now()) || o.shared != r.settings.SharedHistory || o.leaked(&all) {
		if o, err = w.newSession(ctx, r); err != nil {
			return Share{}, err
		}
	}
	missing, err := w.missingSessions(ctx, o, all.devices)
	if err != nil {
		return Share{}, err
	}
	s := Share{SessionID: o.session.SessionID()}
	if missing {
		s.Waiting = WaitSessions
		return s, nil
	}
	more, err := w.sendKey(r, &all)
	if err != nil {
		return Share{}, err
	}
	if more {
		s.Waiting = unfinished
		return s, nil
	}
	if w.state.queue.pending(s.SessionID) {
		s.Waiting = WaitSent
		return s, nil
	}
	r.ready, r.changes, r.members = true, w.state.changes, slices.Clone(members)
	r.again = w.again(users, o, all.devices)
	s.Ready = true
	return s, nil
}

// members returns the members of a room, and the own user, and follows their devices.
func (w *work) members(ctx context.Context, ids []string) (users []*user, err error) {
	if !slices.Contains(ids, w.user) {
		ids = append(slices.Clone(ids), w.user)
	}
	if err := w.track(ctx, ids); err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if u := w.userNamed(id); u != nil && !seen[id] {
			seen[id] = true
			users = append(users, u)
		}
	}
	return users, nil
}

// leaked reports whether a device has the session that is not to have the messages
// to come.
func (o *outbound) leaked(all *recipients) bool {
	allowed := make(map[string]map[string]peerKey)
	for _, t := range all.devices {
		if allowed[t.user.id] == nil {
			allowed[t.user.id] = make(map[string]peerKey)
		}
		allowed[t.user.id][t.device.id] = t.device.curve25519
	}
	for user, devices := range o.shares {
		for device, s := range devices {
			// Of one that was not taken there is but the homeserver's word for it.
			may := s.withheld == "" || s.withheld == notTaken
			if key, ok := allowed[user][device]; may && (!ok || key != s.key) {
				return true
			}
		}
	}
	return false
}

// newSession begins a session for a room, which the device can read itself.
func (w *work) newSession(ctx context.Context, r *room) (*outbound, error) {
	o := w.newOutbound(r)
	key, err := o.session.SessionKey()
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	return o, w.addOwnSession(ctx, r, key)
}

// missingSessions asks for Olm sessions with the devices that are to get the key and
// have none, and reports whether any may still come.
func (w *work) missingSessions(ctx context.Context, o *outbound, devices []target) (bool, error) {
	var peers []peerID
	for _, t := range devices {
		if !o.has(t) {
			peers = append(peers, t.peer())
		}
	}
	if err := w.loadPeers(ctx, peers); err != nil {
		return false, err
	}
	missing := false
	for _, t := range devices {
		if o.has(t) || w.sessionWith(t) != nil {
			continue
		}
		w.claim(t, toSend)
		missing = missing || w.claiming(t.peer())
	}
	return missing, nil
}

// has reports whether a device has the key.
func (o *outbound) has(t target) bool {
	s := o.shares[t.user.id][t.device.id]
	return s != nil && s.withheld == ""
}

// notTaken returns the share of a device for which the homeserver did not take the key,
// nil if there is none.
func (o *outbound) notTaken(t target) *share {
	if s := o.shares[t.user.id][t.device.id]; s != nil && s.withheld == notTaken {
		return s
	}
	return nil
}

// given is the share of a device that is given the key.
func (o *outbound) given(t target, index uint32) *share {
	s := &share{key: t.device.curve25519, index: index}
	if before := o.notTaken(t); before != nil {
		s.retry = before.retry
	}
	return s
}

// sendKey makes requests with the key for those who have none yet, and with the
// reason for those who get none. If they are many, it reports that there are more.
func (w *work) sendKey(r *room, all *recipients) (more bool, err error) {
	o := r.outbound
	var give []target
	refuse := slices.Clone(all.withheld)
	for _, t := range all.devices {
		refused := o.notTaken(t)
		switch {
		case o.has(t), refused != nil && !refused.due(w.now()):
		case w.sessionWith(t) != nil:
			give = append(give, t)
		default:
			refuse = append(refuse, refusal{t, withheldNoOlm})
		}
	}
	if len(give) > 0 {
		some := give[:w.slice(&w.paces.shares, len(give))]
		if err := w.giveKey(r, some); err != nil || len(some) < len(give) {
			return true, err
		}
	}
	w.refuseKey(r, refuse)
	return false, nil
}

// giveKey sends the key to devices.
func (w *work) giveKey(r *room, targets []target) error {
	o := r.outbound
	content, err := o.keyContent()
	if err != nil {
		return err
	}
	defer secret.Wipe(content)
	index := o.session.MessageIndex()
	batch := w.newBatch(subject{room: o.room, session: o.session.SessionID()})
	shares := make([]namedShare, 0, len(targets))
	for _, t := range targets {
		if err := batch.encrypt(t, "m.room_key", content); err != nil {
			return err
		}
		shares = append(shares, namedShare{t.user.id, t.device.id, o.given(t, index)})
	}
	batch.flush()
	w.putShares(o, shares)
	return nil
}

// keyContent is the content of m.room_key.
//
// https://spec.matrix.org/latest/client-server-api/#mroom_key
func (o *outbound) keyContent() ([]byte, error) {
	key, err := o.session.SessionKey()
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	j := newObject(1024).text("algorithm", megolmAlgorithm).text("room_id", o.room).text("session_id", o.session.SessionID())
	return j.secret("session_key", key.Expose()).boolean("shared_history", o.shared).done(), nil
}

// PrepareToEncrypt does for a room what takes time, when the user begins to type: it
// has the devices of its members asked for, and sessions with them made, by outgoing
// requests. It need not be called, and its errors are those of [Machine.ShareRoomKey].
func (m *Machine) PrepareToEncrypt(ctx context.Context, roomID string, members []string) error {
	w, r, err := m.beginWriting(ctx, roomID)
	if err != nil {
		return err
	}
	defer w.end()
	users, err := w.members(ctx, members)
	if err != nil {
		return err
	}
	if w.outdatedAmong(users) {
		return w.commit(ctx)
	}
	all, err := w.recipients(users, w.policyOf(r))
	if err != nil {
		return err
	}
	o := r.outbound
	if o == nil {
		o = &outbound{}
	}
	if _, err := w.missingSessions(ctx, o, all.devices); err != nil {
		return err
	}
	return w.commit(ctx)
}
