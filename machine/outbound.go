package machine

import (
	"context"
	"strconv"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// reserve is how many indexes of a session are set aside in the store at a time. A
// message at one of them need not wait for a commit; after a crash those that were
// not used are skipped.
const reserve = 32

// outbound is the Megolm session that a room is written to with.
type outbound struct {
	room    string
	session *megolm.OutboundSession
	created int64
	shared  bool // shared_history, of which the receivers were told
	// Indexes below reserved are set aside, below durable they are known to be so.
	reserved, durable uint32

	shares map[string]map[string]*share // by user and device
	chunks int                          // how many records hold them
}

// share is what a device was given of a session: the key, or the reason why not.
type share struct {
	key      peerKey
	withheld string // code, empty if it got the key
	index    uint32 // from which it can read
	// retry is when it can be given it again, if the homeserver refused that.
	retry
}

// notTaken stands in the place of a code: the homeserver refused the message that was to
// give the key.
const notTaken = "not taken"

const (
	outboundVersion = 1
	sharesVersion   = 1
)

// newOutbound begins a session for a room.
func (w *work) newOutbound(r *room) *outbound {
	if r.outbound != nil {
		w.discard(r)
	}
	o := &outbound{room: r.id, session: megolm.NewOutboundSession(megolm.Version1), created: w.now(),
		shared: r.settings.SharedHistory, reserved: reserve, shares: make(map[string]map[string]*share)}
	r.outbound = o
	r.ready = false
	w.keep(o)
	return o
}

// discard ends the use of a room's session for writing. It stays for reading.
func (w *work) discard(r *room) {
	o := r.outbound
	for n := range o.chunks {
		w.delete(store.OutboundSessions, o.chunkKey(n))
	}
	w.unkeep(o)
	w.delete(store.OutboundSessions, r.id)
	o.session.Wipe()
	r.outbound, r.ready = nil, false
}

// expired reports whether a session has served long enough.
func (o *outbound) expired(s *RoomSettings, now int64) bool {
	return int64(o.session.MessageIndex()) >= s.RotationPeriodMessages || passed(o.created, s.RotationPeriodMS, now)
}

// keep is described at keeper.
func (o *outbound) keep(w *work) {
	r := record.New(outboundVersion)
	r.Time(o.created)
	r.Bool(o.shared)
	r.Uint(uint64(o.reserved))
	r.Uint(uint64(o.chunks))
	r.Secret(o.session.State().MarshalPickle())
	w.put(store.OutboundSessions, o.room, r.Done())
	w.reserved = append(w.reserved, reservation{o, o.reserved})
}

// reservation is what a step sets aside.
type reservation struct {
	*outbound
	promised uint32
}

func (o *outbound) read(value []byte) bool {
	r := record.Read(value, outboundVersion)
	o.created, o.shared = r.Time(), r.Bool()
	reserved, chunks := r.Uint(), r.Uint()
	state, err := megolmstate.UnmarshalOutbound(r.Bytes())
	if err != nil {
		return false
	}
	if !r.Done() || reserved > 1<<32-1 || chunks > 1<<16 {
		state.Wipe()
		return false
	}
	// What was set aside may have been used.
	o.reserved, o.durable, o.chunks = uint32(reserved), uint32(reserved), int(chunks)
	if state.Ratchet.Index != o.reserved {
		state.Ratchet.AdvanceTo(o.reserved)
	}
	o.session = megolm.OutboundFromState(state)
	secret.Wipe(value)
	return true
}

// readOutbound takes the session of a room, of which the shares are still to be read.
func (r *room) readOutbound(value []byte) bool {
	o := &outbound{room: r.id, shares: make(map[string]map[string]*share)}
	if !o.read(value) {
		return false
	}
	r.outbound = o
	return true
}

// loadShares reads who has the sessions of some rooms.
func (w *work) loadShares(ctx context.Context, rooms []string) error {
	var chunks []string
	var sessions []*outbound
	for _, id := range rooms {
		o := w.state.rooms[id].outbound
		if o == nil {
			continue
		}
		sessions = append(sessions, o)
		for n := range o.chunks {
			chunks = append(chunks, o.chunkKey(n))
		}
	}
	values := make(map[string][]byte)
	err := w.loadKeys(ctx, store.OutboundSessions, chunks, func(rec store.Record) bool {
		values[rec.Key] = rec.Value
		return true
	})
	// In the order in which they were written: a later share of a device counts.
	for _, o := range sessions {
		for n := range o.chunks {
			if !o.readShares(values[o.chunkKey(n)]) {
				// Who has the session is not known any more: it must not go on.
				w.discard(w.state.rooms[o.room])
				break
			}
		}
	}
	return err
}

func (o *outbound) chunkKey(n int) string {
	return o.session.SessionID() + "/" + strconv.Itoa(n)
}

// share notes what a device was given.
func (o *outbound) share(user, device string, s *share) {
	if o.shares[user] == nil {
		o.shares[user] = make(map[string]*share)
	}
	o.shares[user][device] = s
}

// namedShare is a share with its device, to be written.
type namedShare struct {
	user, device string
	*share
}

// putShares writes a chunk of shares.
func (w *work) putShares(o *outbound, some []namedShare) {
	r := record.New(sharesVersion)
	r.Uint(uint64(len(some)))
	for _, s := range some {
		o.share(s.user, s.device, s.share)
		r.Text(s.user)
		r.Text(s.device)
		r.Key(s.key)
		r.Text(s.withheld)
		r.Uint(uint64(s.index))
	}
	w.put(store.OutboundSessions, o.chunkKey(o.chunks), r.Done())
	o.chunks++
	w.keep(o)
}

func (o *outbound) readShares(value []byte) bool {
	r := record.Read(value, sharesVersion)
	for range r.Count() {
		user, device := r.Text(), r.Text()
		o.share(user, device, &share{key: r.Key(), withheld: r.Text(), index: uint32(r.Uint())})
	}
	return r.Done()
}
