package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/order"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Migrated says what became of something that was added to a [Migration].
type Migrated struct {
	// Surplus says that it is not kept, or took the place of one that is not: there was
	// the same session at least as good, or there are more sessions with a device than
	// a machine keeps, of which those go that received last longest ago.
	Surplus bool
	// Error is [ErrFormat] for what cannot be, [ErrMismatchedKeys] for a session of
	// another device, or [ErrAlgorithm].
	Error error
}

// MigratedSession is an Olm session with another device.
type MigratedSession struct {
	SenderKey keys.Curve25519PublicKey // of the other device
	Session   *olm.Session
	Received  int64 // when it received last, in milliseconds since 1970
}

// MigratedRoomKey is a Megolm session to read with.
type MigratedRoomKey struct {
	RoomID    string
	Session   *megolm.InboundSession
	SenderKey keys.Curve25519PublicKey // of the device that made it
	Ed25519   keys.Ed25519PublicKey    // which that device said was its own
	// Authentic says that the session came from that device itself, over Olm, or was
	// made here. For all others nobody vouches but who kept them: what they decrypt is
	// marked as unauthenticated. So it is if the session was never seen to be signed.
	Authentic     bool
	SharedHistory bool
}

// MigratedRoom is a room that is encrypted.
type MigratedRoom struct {
	RoomID   string
	Settings RoomSettings
}

// AddSessions takes over Olm sessions, and says what became of each. They are the
// migration's from then on, which wipes them. It returns an error of the store.
func (mig *Migration) AddSessions(ctx context.Context, sessions []MigratedSession) ([]Migrated, error) {
	defer func() {
		for i := range sessions {
			sessions[i].Session.Wipe()
		}
	}()
	w, err := mig.step(ctx)
	if err != nil {
		return nil, err
	}
	defer w.end()
	peers := make(map[peerKey]*peer)
	var known []string
	for i := range sessions {
		key := sessions[i].SenderKey
		if peers[key] == nil && mig.received[key] != nil {
			known = append(known, peerID{key: key}.name())
		}
		peers[key] = &peer{id: peerID{key: key}} // whose it is, the first event that comes by it tells
	}
	err = w.loadKeys(ctx, store.OlmSessions, known, func(rec store.Record) bool {
		key, err := keys.ParseCurve25519(rec.Key)
		return err == nil && peers[key].read(rec.Value)
	})
	defer func() {
		for _, p := range peers {
			p.wipe()
		}
	}()
	if err != nil {
		return nil, mig.failed(err)
	}
	outcomes := make([]Migrated, len(sessions))
	for i := range sessions {
		outcomes[i] = mig.addSession(w, peers[sessions[i].SenderKey], &sessions[i])
	}
	return outcomes, mig.failed(w.commit(ctx))
}

// addSession puts a session where it belongs among those with a device. Of one that a
// device began itself both sides know the identity key; of the others it is the own one.
func (mig *Migration) addSession(w *work, p *peer, s *MigratedSession) Migrated {
	state := s.Session.State()
	if state.Wiped() || state.BaseKey == [32]byte{} { // which libolm never initialised
		return Migrated{Error: ErrFormat}
	}
	if by := peerKey(state.IdentityKey); by != p.id.key && by != w.state.own.account.Curve25519Key() {
		return Migrated{Error: ErrMismatchedKeys}
	}
	if slices.ContainsFunc(p.sessions, func(known *peerSession) bool { return known.ID() == s.Session.ID() }) {
		return Migrated{Surplus: true}
	}
	times := mig.received[p.id.key]
	if len(times) != len(p.sessions) { // the store has lost them
		times = make([]int64, len(p.sessions))
	}
	at := slices.IndexFunc(times, func(t int64) bool { return t < s.Received })
	if at < 0 {
		at = len(times)
	}
	times = append(times, s.Received)
	copy(times[at+1:], times[at:])
	times[at] = s.Received
	p.sessions = slices.Insert(p.sessions, at, &peerSession{Session: s.Session})
	surplus := len(times) > maxSessions
	if surplus {
		p.sessions[maxSessions].Wipe()
		p.sessions, times = p.sessions[:maxSessions], times[:maxSessions]
	}
	mig.received[p.id.key] = times
	w.keep(p)
	return Migrated{Surplus: surplus}
}

// AddRoomKeys takes over Megolm sessions to read with, and says what became of each.
// They are the migration's from then on, which wipes them. It returns an error of the
// store.
func (mig *Migration) AddRoomKeys(ctx context.Context, sessions []MigratedRoomKey) ([]Migrated, error) {
	ids := make([]string, len(sessions))
	for i := range sessions {
		ids[i] = sessions[i].Session.SessionID()
	}
	defer func() {
		for i := range sessions {
			sessions[i].Session.Wipe()
		}
	}()
	w, err := mig.step(ctx)
	if err != nil {
		return nil, err
	}
	defer w.end()
	order.Strings(ids)
	known, err := w.knownSessions(ctx, slices.Compact(ids))
	defer func() {
		for _, in := range known {
			if in != nil {
				in.session.Wipe()
			}
		}
	}()
	if err != nil {
		return nil, mig.failed(err)
	}
	outcomes := make([]Migrated, len(sessions))
	for i := range sessions {
		outcomes[i] = w.addMigrated(known, &sessions[i])
	}
	return outcomes, mig.failed(w.commit(ctx))
}

func (w *work) addMigrated(known map[string]*inbound, s *MigratedRoomKey) Migrated {
	id, state := s.Session.SessionID(), s.Session.State()
	blank := state.Wiped() || state.SigningKey == [32]byte{} // which libolm never initialised
	if blank || !validID(s.RoomID) || !validSessionID(id) {
		return Migrated{Error: ErrFormat}
	}
	in := &inbound{session: s.Session, room: s.RoomID, key: s.SenderKey, ed25519: s.Ed25519,
		source: fromImport, shared: s.SharedHistory, created: w.now()}
	if s.Authentic && s.Session.Verified() {
		in.source = fromOwner
	}
	// Whose the other devices were, nobody has kept. Their keys tell.
	if s.SenderKey == w.state.own.account.Curve25519Key() {
		in.sender = w.user
	}
	if in = w.takeOver(known, id, in); in == nil {
		return Migrated{Surplus: true}
	}
	w.pass(id, in, false)
	return Migrated{}
}

// AddRooms takes over that rooms are encrypted, and how, and says what became of each.
// One that has another algorithm than is known here stays encrypted all the same, with
// the one that is. It returns an error of the store.
func (mig *Migration) AddRooms(ctx context.Context, rooms []MigratedRoom) ([]Migrated, error) {
	w, err := mig.step(ctx)
	if err != nil {
		return nil, err
	}
	defer w.end()
	outcomes := make([]Migrated, len(rooms))
	for i := range rooms {
		id, settings := rooms[i].RoomID, rooms[i].Settings
		if !validID(id) || !settings.Policy.valid() {
			outcomes[i].Error = ErrFormat
			continue
		}
		r, err := w.loadRoom(ctx, id)
		if err != nil {
			return nil, mig.failed(err)
		}
		if settings.Algorithm != "" && settings.Algorithm != megolmAlgorithm {
			outcomes[i].Error = ErrAlgorithm
			settings.Algorithm = megolmAlgorithm
		}
		r.set(settings)
		w.keep(r)
	}
	return outcomes, mig.failed(w.commit(ctx))
}

// AddUsers has the devices of users followed, and says what became of each: ids that
// cannot be are left out. It returns an error of the store.
func (mig *Migration) AddUsers(ctx context.Context, users []string) ([]Migrated, error) {
	w, err := mig.step(ctx)
	if err != nil {
		return nil, err
	}
	defer w.end()
	outcomes := make([]Migrated, len(users))
	for i, user := range users {
		if !validUserID(user) {
			outcomes[i].Error = ErrFormat
		}
	}
	if err := w.track(ctx, users); err != nil {
		return nil, mig.failed(err)
	}
	return outcomes, mig.failed(w.commit(ctx))
}
