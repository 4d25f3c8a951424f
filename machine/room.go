package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// RoomSettings are those of an encrypted room, from its m.room.encryption and
// m.room.history_visibility.
//
// https://spec.matrix.org/latest/client-server-api/#mroomencryption
type RoomSettings struct {
	Algorithm              string // m.megolm.v1.aes-sha2 if empty
	RotationPeriodMS       int64  // how old a session gets: a week if 0, an hour at least
	RotationPeriodMessages int64  // how many messages it is for: 100 if 0, 10,000 at most
	// SharedHistory says that the history visibility is shared or world_readable, so
	// that keys may be given to those who come later.
	SharedHistory bool
	// Policy says who gets the keys, that of [Config] if it is empty.
	Policy Policy
}

const (
	week = 7 * 24 * 3600_000
	// What a room may ask for. Lower would have every message sent to all devices;
	// higher would be no rotation.
	minPeriod, maxPeriod       = 3600_000, 52 * week
	minMessages, maxPerSession = 1, 10_000
)

// room is a room that is, or was, written to with encryption.
type room struct {
	id       string
	known    bool // whether there are settings
	settings RoomSettings
	stored   bool      // whether the store may have a record
	outbound *outbound // nil if there is no session to write with

	// ready says that all who are to have the key have it, as of the state's
	// changes then, and until some time: see again.
	ready   bool
	again   int64
	changes uint64
	members []string
}

const roomVersion = 1

// SetRoomSettings tells that a room is encrypted, and how. From then on nothing is
// sent to it under another algorithm, and the periods of rotation can only become
// shorter: whoever forges a state event cannot weaken the encryption. ReceiveSync does
// the same for the rooms in the answer; applications call it for rooms whose state
// they had before, and to give a room a policy.
//
// It returns [ErrAlgorithm] for another algorithm than the room has, and [ErrFormat]
// for a policy or room id that cannot be.
func (m *Machine) SetRoomSettings(ctx context.Context, roomID string, s RoomSettings) error {
	if !s.Policy.valid() || !validID(roomID) {
		return ErrFormat
	}
	w, r, err := m.beginRoom(ctx, roomID)
	if err != nil {
		return err
	}
	defer w.end()
	if !r.set(s) {
		return ErrAlgorithm
	}
	w.keep(r)
	return w.commit(ctx)
}

// RoomSettings returns the settings of a room, with the defaults filled in. It returns
// [ErrNotEncrypted] for a room of which there are none.
func (m *Machine) RoomSettings(ctx context.Context, roomID string) (RoomSettings, error) {
	w, r, err := m.beginRoom(ctx, roomID)
	if err != nil {
		return RoomSettings{}, err
	}
	defer w.end()
	if !r.known {
		return RoomSettings{}, ErrNotEncrypted
	}
	return r.settings, nil
}

// set takes settings over and reports whether they are allowed.
func (r *room) set(s RoomSettings) bool {
	if s.Algorithm == "" {
		s.Algorithm = megolmAlgorithm
	}
	s.RotationPeriodMS = within(s.RotationPeriodMS, week, minPeriod, maxPeriod)
	s.RotationPeriodMessages = within(s.RotationPeriodMessages, 100, minMessages, maxPerSession)
	if r.known {
		if s.Algorithm != r.settings.Algorithm {
			return false
		}
		s.RotationPeriodMS = min(s.RotationPeriodMS, r.settings.RotationPeriodMS)
		s.RotationPeriodMessages = min(s.RotationPeriodMessages, r.settings.RotationPeriodMessages)
	}
	if !r.known || r.settings != s {
		r.ready = false
	}
	r.known, r.settings = true, s
	return true
}

func within(v, unset, lowest, highest int64) int64 {
	if v == 0 {
		v = unset
	}
	return min(max(v, lowest), highest)
}

// beginRoom begins a step that is about a room.
func (m *Machine) beginRoom(ctx context.Context, id string) (*work, *room, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return nil, nil, err
	}
	r, err := w.loadRoom(ctx, id)
	if err != nil {
		w.end()
		return nil, nil, err
	}
	return w, r, nil
}

// beginWriting begins a step that is about writing to a room, if that can be.
func (m *Machine) beginWriting(ctx context.Context, roomID string) (*work, *room, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return nil, nil, err
	}
	r, err := w.loadUsableRoom(ctx, roomID)
	if err != nil {
		w.end()
		return nil, nil, err
	}
	return w, r, nil
}

// loadUsableRoom returns a room that can be written to.
func (w *work) loadUsableRoom(ctx context.Context, id string) (*room, error) {
	r, err := w.loadRoom(ctx, id)
	if err != nil {
		return nil, err
	}
	return r, r.usable()
}

// loadRoom returns a room.
func (w *work) loadRoom(ctx context.Context, id string) (*room, error) {
	if err := w.loadRooms(ctx, []string{id}); err != nil {
		return nil, err
	}
	return w.state.rooms[id], nil
}

// loadRooms sees to it that rooms are in memory.
func (w *work) loadRooms(ctx context.Context, ids []string) (err error) {
	var missing []string
	for _, id := range ids {
		if w.state.rooms[id] == nil {
			w.state.rooms[id] = &room{id: id}
			missing = append(missing, id)
		}
	}
	if missing == nil {
		return nil
	}
	defer func() {
		for _, id := range missing {
			if err != nil {
				delete(w.state.rooms, id)
			}
		}
	}()
	err = w.loadTables(ctx, []store.Table{store.Rooms, store.OutboundSessions}, missing, func(rec store.Record) bool {
		r := w.state.rooms[rec.Key]
		if rec.Table == store.OutboundSessions {
			return r.readOutbound(rec.Value)
		}
		if r.read(rec.Value) {
			return true
		}
		// That it was encrypted must not be forgotten with how.
		r.set(RoomSettings{})
		w.keep(r)
		return false
	})
	if err != nil {
		return err
	}
	return w.loadShares(ctx, missing)
}

// keep is described at keeper.
func (r *room) keep(w *work) {
	rec := record.New(roomVersion)
	s := &r.settings
	rec.Text(s.Algorithm)
	rec.Time(s.RotationPeriodMS)
	rec.Time(s.RotationPeriodMessages)
	rec.Bool(s.SharedHistory)
	rec.Text(string(s.Policy))
	r.stored = true
	w.put(store.Rooms, r.id, rec.Done())
}

func (r *room) read(value []byte) bool {
	rec := record.Read(value, roomVersion)
	s := RoomSettings{Algorithm: rec.Text(), RotationPeriodMS: rec.Time(), RotationPeriodMessages: rec.Time(),
		SharedHistory: rec.Bool(), Policy: Policy(rec.Text())}
	if !rec.Done() || !s.Policy.valid() {
		return false
	}
	// Of one that is not encrypted, or not yet, there is the visibility alone.
	r.known, r.settings, r.stored = s.Algorithm != "", s, true
	return true
}

func (r *room) wipe() {
	if r.outbound != nil {
		r.outbound.session.Wipe()
	}
}

// roomsChanged takes over what a sync says of rooms.
func (w *work) roomsChanged(ctx context.Context, rooms strictjson.Value) error {
	changes := make(map[string]*roomChanges)
	for id, v := range rooms.Get("join").Members() {
		if c := readRoomChanges(v); c != nil {
			changes[id] = c
		}
	}
	for id := range rooms.Get("leave").Members() {
		changes[id] = &roomChanges{left: true}
	}
	ids := make([]string, 0, len(changes))
	for id := range changes {
		if validID(id) {
			ids = append(ids, id)
		}
	}
	if err := w.loadRooms(ctx, ids); err != nil {
		return err
	}
	for _, id := range ids {
		w.roomChanged(w.state.rooms[id], changes[id])
		if !w.state.rooms[id].known {
			continue
		}
		if err := w.track(ctx, changes[id].joined); err != nil {
			return err
		}
	}
	return nil
}

// roomChanges are what a sync says of a room, as far as it matters here.
type roomChanges struct {
	left       bool             // somebody left, or may have
	joined     []string         // who
	encryption strictjson.Value // content of m.room.encryption
	visibility string
}

// readRoomChanges returns nil if there is nothing of interest.
func readRoomChanges(v strictjson.Value) *roomChanges {
	c := &roomChanges{}
	limited, _ := v.Get("timeline").Get("limited").Bool()
	for _, part := range []string{"state", "state_after", "timeline"} {
		for e := range v.Get(part).Get("events").Elements() {
			c.read(e, limited)
		}
	}
	if !c.left && len(c.joined) == 0 && c.visibility == "" && c.encryption.Kind() == strictjson.None {
		return nil
	}
	return c
}

func (c *roomChanges) read(e strictjson.Value, limited bool) {
	content := e.Get("content")
	stateKey, isState := e.Get("state_key").Text()
	if !isState {
		return
	}
	switch text(e.Get("type")) {
	case "m.room.member":
		switch membership := text(content.Get("membership")); {
		case membership == "join":
			c.joined = append(c.joined, stateKey)
		case membership == "leave", membership == "ban", limited:
			// In a gap anybody may have joined and left again.
			c.left = true
		}
	case "m.room.encryption":
		if stateKey == "" {
			c.encryption = content
		}
	case "m.room.history_visibility":
		if stateKey == "" {
			c.visibility = text(content.Get("history_visibility"))
		}
	}
}

// roomChanged takes the changes over. Who left may know the present session, and so
// it is not used any more.
func (w *work) roomChanged(r *room, c *roomChanges) {
	if c.left || len(c.joined) > 0 {
		r.ready = false
	}
	if c.left && r.outbound != nil {
		w.discard(r)
	}
	settings := r.settings
	if c.encryption.Kind() == strictjson.Object {
		ms, _ := c.encryption.Get("rotation_period_ms").Integer()
		messages, _ := c.encryption.Get("rotation_period_msgs").Integer()
		settings.Algorithm = text(c.encryption.Get("algorithm"))
		settings.RotationPeriodMS, settings.RotationPeriodMessages = ms, messages
	}
	if c.visibility != "" {
		settings.SharedHistory = slices.Contains([]string{"shared", "world_readable"}, c.visibility)
	}
	if settings == r.settings {
		return
	}
	if !r.known && c.encryption.Kind() != strictjson.Object {
		r.settings = settings // the visibility, for when it is encrypted
		w.keep(r)
		return
	}
	if !r.set(settings) {
		w.log(Warning, "room "+r.id+" is to have another algorithm; it keeps that which it has")
		return
	}
	w.keep(r)
}

// DiscardRoomKey makes the next message in a room begin a new session, whose key
// [Machine.ShareRoomKey] shares. What was sent so far stays readable.
func (m *Machine) DiscardRoomKey(ctx context.Context, roomID string) error {
	w, r, err := m.beginRoom(ctx, roomID)
	if err != nil {
		return err
	}
	defer w.end()
	if r.outbound != nil {
		w.discard(r)
	}
	return w.commit(ctx)
}
