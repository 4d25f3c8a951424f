package machine

import (
	"cmp"
	"context"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/order"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// source is where a session came from.
type source byte

const (
	fromOwner   source = iota // over Olm from the device that made it, or made here
	fromForward               // from another own device, which was asked for it
	fromImport                // from a file or a backup
)

// inbound is a Megolm session to read with. Its owner is kept with it, and never
// taken from an event.
type inbound struct {
	session *megolm.InboundSession
	room    string
	sender  string  // whose it is; empty if the source did not say
	key     peerKey // of the device that made it
	ed25519 keys.Ed25519PublicKey
	source  source
	shared  bool  // shared_history
	created int64 // when it came
	// used is when it was last used, by the count of the cache.
	used uint64
	// replays are the indexes that were used, in order, each with its event.
	replays []replay
}

// replay ties an index to the event that had it.
type replay struct {
	index uint32
	event [16]byte // hash of event id and time
}

const (
	inboundVersion = 1
	// maxReplays is how many used indexes of a session are remembered; the lowest are
	// forgotten first. Sessions are rotated long before.
	maxReplays = 16_384
	// maxInbound is how many sessions are kept in memory from one step to the next.
	maxInbound = 500
	// maxUnsaved is how many sessions may have used indexes that are not kept yet.
	maxUnsaved = 64
)

func validSessionID(id string) bool {
	_, err := keys.ParseEd25519(id)
	return err == nil
}

// inboundCache has the sessions that were used last.
type inboundCache struct {
	sessions map[string]*inbound
	uses     uint64 // so far
	unsaved  map[*inbound]bool
	// forgotten are sessions that were deleted: the store may not know of it yet.
	forgotten map[string]bool
}

func (c *inboundCache) clear() {
	for _, in := range c.sessions {
		in.session.Wipe()
	}
	*c = inboundCache{sessions: make(map[string]*inbound), unsaved: make(map[*inbound]bool), forgotten: make(map[string]bool)}
}

// loadInbound returns a session, nil if there is none.
func (w *work) loadInbound(ctx context.Context, id string) (*inbound, error) {
	err := w.loadInbounds(ctx, []string{id})
	return w.state.inbound.sessions[id], err
}

// loadInbounds reads sessions that are not in memory, all at once, since each reading
// takes its time. Those that there are not, it does not look for again in this step.
func (w *work) loadInbounds(ctx context.Context, ids []string) error {
	c := &w.state.inbound
	missing := make(map[string]bool)
	for _, id := range ids {
		if in := c.sessions[id]; in != nil {
			c.touch(in)
		} else if !c.forgotten[id] && !w.absent[id] && validSessionID(id) {
			missing[id] = true
		}
	}
	err := w.loadKeys(ctx, store.InboundSessions, order.Keys(missing), func(rec store.Record) bool {
		in := readInbound(rec.Value)
		if in == nil {
			return false
		}
		delete(missing, rec.Key)
		w.cacheInbound(in)
		return true
	})
	if err != nil {
		return err
	}
	if w.absent == nil {
		w.absent = missing
	} else {
		maps.Copy(w.absent, missing)
	}
	return nil
}

func (w *work) cacheInbound(in *inbound) {
	c := &w.state.inbound
	id := in.session.SessionID()
	c.sessions[id] = in
	c.touch(in)
	delete(c.forgotten, id)
}

// touch notes that a session is used.
func (c *inboundCache) touch(in *inbound) {
	c.uses++
	in.used = c.uses
}

// evict drops the sessions that were used least recently if there are too many, and some
// more, so that this is seldom done. No commit may be under way: what is read meanwhile
// would be older.
func (c *inboundCache) evict() {
	if len(c.sessions) <= maxInbound {
		return
	}
	var all []string
	for id, in := range c.sessions {
		if !c.unsaved[in] {
			all = append(all, id)
		}
	}
	order.By(all, func(a, b string) int { return cmp.Compare(c.sessions[a].used, c.sessions[b].used) })
	for _, id := range all[:min(len(all), len(c.sessions)-maxInbound*15/16)] {
		c.sessions[id].session.Wipe()
		delete(c.sessions, id)
	}
}

// dropInbound lets go of a session that is not to be kept any more.
func (w *work) dropInbound(in *inbound) {
	delete(w.state.inbound.unsaved, in)
	w.unkeep(in)
	in.session.Wipe()
}

// keep is described at keeper. No session is marked as pending: to a backup all would go
// when it begins, and each mark costs an import as much as a third of a record.
func (in *inbound) keep(w *work) {
	r := record.New(inboundVersion)
	r.Text(in.room)
	r.Text(in.sender)
	r.Key(in.key)
	r.Key(in.ed25519)
	r.Byte(byte(in.source))
	r.Bool(in.shared)
	r.Time(in.created)
	r.Uint(uint64(len(in.replays)))
	for _, p := range in.replays {
		r.Uint(uint64(p.index))
		r.Bytes(p.event[:])
	}
	r.Secret(in.session.State().MarshalPickle())
	w.putIndexed(store.InboundSessions, in.session.SessionID(), r.Done(), store.Indexes{Room: in.room})
	delete(w.state.inbound.unsaved, in)
}

func readInbound(value []byte) *inbound {
	r := record.Read(value, inboundVersion)
	in := &inbound{room: r.Text(), sender: r.Text(), key: r.Key(), ed25519: r.Key()}
	in.source = source(r.Byte())
	in.shared, in.created = r.Bool(), r.Time()
	for range r.Count() {
		p := replay{index: uint32(r.Uint())}
		copy(p.event[:], r.Bytes())
		in.replays = append(in.replays, p)
	}
	state, err := megolmstate.UnmarshalInbound(r.Bytes())
	if err != nil {
		return nil
	}
	if !r.Done() || in.source > fromImport {
		state.Wipe()
		return nil
	}
	in.session = megolm.InboundFromState(state)
	secret.Wipe(value)
	return in
}

// use notes that an event has an index, and reports whether no other event had it
// before. The note is kept with the next commit.
func (w *work) use(in *inbound, index uint32, eventID string, time int64) bool {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(time))
	hash := sha2.Sum256(append(id[:], eventID...))
	p := replay{index: index, event: [16]byte(hash[:16])}
	at, used := slices.BinarySearchFunc(in.replays, index, func(r replay, i uint32) int { return int(int64(r.index) - int64(i)) })
	if used {
		return in.replays[at].event == p.event
	}
	in.replays = slices.Insert(in.replays, at, p)
	if len(in.replays) > maxReplays {
		in.replays = in.replays[1:]
	}
	w.state.inbound.unsaved[in] = true
	return true
}

// flushReplays has the used indexes kept that are not yet.
func (w *work) flushReplays() {
	for in := range w.state.inbound.unsaved {
		w.keep(in)
	}
}
