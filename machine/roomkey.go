package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// arrivals gathers the sessions that have come, to tell the application of.
type arrivals struct {
	rooms []string
	byID  map[string][]string
}

func newArrivals() *arrivals { return &arrivals{byID: make(map[string][]string)} }

func (a *arrivals) add(room, session string) {
	if a.byID[room] == nil {
		a.rooms = append(a.rooms, room)
	}
	if !slices.Contains(a.byID[room], session) {
		a.byID[room] = append(a.byID[room], session)
	}
}

func (a *arrivals) tell(w *work) {
	for _, room := range a.rooms {
		w.emit(RoomKeys{room, a.byID[room]})
	}
}

// roomKey is a key in the content of an event.
type roomKey struct {
	room, session string
	shared        bool
}

// members are those of an object.
type members interface {
	Get(name string) strictjson.Value
}

func readRoomKey(content members) (roomKey, bool) {
	shared, _ := content.Get("shared_history").Bool()
	k := roomKey{text(content.Get("room_id")), text(content.Get("session_id")), shared}
	ok := text(content.Get("algorithm")) == megolmAlgorithm && validID(k.room) && validSessionID(k.session)
	return k, ok
}

// receiveRoomKey takes over a session from the device that made it.
//
// https://spec.matrix.org/latest/client-server-api/#mroom_key
func (w *work) receiveRoomKey(ctx context.Context, e *olmEvent, arrived *arrivals) error {
	k, ok := readRoomKey(e.content)
	if !ok {
		w.log(Warning, "a room key from "+e.sender+" is malformed")
		return nil
	}
	key, err := megolm.ParseSessionKey(secretText(e.content.Get("session_key")))
	if err == nil {
		defer key.Wipe()
		var s *megolm.InboundSession
		if s, err = megolm.NewInboundSession(key, megolm.Version1); err == nil {
			return w.addSession(ctx, k, &inbound{session: s, room: k.room, sender: e.sender, key: e.senderKey,
				ed25519: e.ed25519, source: fromOwner, shared: k.shared, created: w.now()}, arrived)
		}
	}
	w.log(Warning, "a room key from "+e.sender+" does not hold: "+err.Error())
	return nil
}

// addSession takes over a session, if it is not worse than what is there.
func (w *work) addSession(ctx context.Context, k roomKey, in *inbound, arrived *arrivals) error {
	if in.session.SessionID() != k.session {
		in.session.Wipe()
		w.log(Warning, "a room key has another session id than it says")
		return nil
	}
	old, err := w.loadInbound(ctx, k.session)
	if err != nil {
		return err
	}
	if old != nil {
		if in = better(old, in); in == nil {
			return nil
		}
		w.dropInbound(old) // what was to be kept of it is in the new one
	}
	w.cacheInbound(in)
	w.keep(in)
	arrived.add(in.room, k.session)
	w.gotKey(k.session)
	return nil
}

// better returns what takes the place of a session when another of the same id comes:
// nil if that is no better. Room and owner never change, unless nobody vouched for
// them before.
func better(old, in *inbound) *inbound {
	order := in.session.Compare(old.session)
	switch {
	case old.room != in.room:
	case old.source != fromOwner && in.source == fromOwner && (old.key == in.key || order == megolm.Unconnected):
		// Now its owner has sent it. What was imported may begin earlier. Whoever was
		// given a key can pass it on as an own one, and is not its owner for that.
		if order == megolm.Worse {
			if merged, err := in.session.Merge(old.session); err == nil {
				in.session.Wipe()
				in.session = merged
			}
		}
		in.replays = old.replays
		return in
	case order != megolm.Better, old.key != in.key, in.source == fromOwner && old.sender != "" && old.sender != in.sender:
	default:
		merged, err := old.session.Merge(in.session)
		if err != nil {
			break
		}
		in.session.Wipe()
		next := *old
		next.session = merged
		return &next
	}
	in.session.Wipe()
	return nil
}

// addOwnSession makes a session of this device readable to itself.
func (w *work) addOwnSession(_ context.Context, r *room, key megolm.SessionKey) error {
	s, err := megolm.NewInboundSession(key, megolm.Version1)
	if err != nil {
		return err
	}
	a := w.state.own.account
	in := &inbound{session: s, room: r.id, sender: w.user, key: a.Curve25519Key(), ed25519: a.Ed25519Key(),
		source: fromOwner, shared: r.settings.SharedHistory, created: w.now()}
	w.cacheInbound(in)
	w.keep(in)
	return nil
}

// importKey makes a session of an exported key, which nothing but its source vouches
// for.
func importKey(k roomKey, content members, from source, now int64) (*inbound, bool) {
	key, err := megolm.ParseExportedSessionKey(secretText(content.Get("session_key")))
	if err != nil {
		return nil, false
	}
	defer key.Wipe()
	senderKey, err := keys.ParseCurve25519(text(content.Get("sender_key")))
	if err != nil {
		return nil, false
	}
	claimed := content.Get("sender_claimed_ed25519_key")
	if from == fromImport {
		claimed = content.Get("sender_claimed_keys").Get("ed25519")
	}
	signing, err := keys.ParseEd25519(text(claimed))
	if err != nil {
		return nil, false
	}
	s, err := megolm.ImportInboundSession(key, megolm.Version1)
	if err != nil {
		return nil, false
	}
	return &inbound{session: s, room: k.room, key: senderKey, ed25519: signing, source: from, shared: k.shared,
		created: now}, true
}
