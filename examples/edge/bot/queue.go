package bot

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

const (
	maxWaiting = 1000           // messages that are not sent yet
	maxInvited = 100            // invitations that are not accepted yet
	remembered = 24 * time.Hour // how long a message is not sent a second time, at the least
)

// What becomes of a message.
const (
	waiting = "waiting"
	sent    = "sent"
	refused = "refused"
)

// message is something to say in a room.
type message struct {
	ID      string          `json:"id"` // also the transaction id, so that it is never there twice
	Room    string          `json:"room"`
	Content json.RawMessage `json:"content,omitempty"` // of the m.room.message, until it is sent
	Digest  []byte          `json:"digest"`            // of the content
	State   string          `json:"state"`
	EventID string          `json:"event_id,omitempty"`
	Reason  string          `json:"reason,omitempty"` // why it was refused
}

// queue is what is to be said, in order, and for a day what was said. It lies in the
// store of the device, in the table for settings, so that it is sealed like the rest.
type queue struct {
	store store.Store
	epoch uint64
	now   func() time.Time

	mu   sync.Mutex
	list list
	done map[string]chan struct{} // closed when a message is sent or refused
}

// list is the record from which the others are found.
type list struct {
	Since   string   `json:"since"`   // the position up to which all was read and answered
	Waiting []string `json:"waiting"` // ids of messages
	Hours   []int64  `json:"hours"`   // in which messages were sent, since 1970

	Invitations []invitation `json:"invitations,omitempty"` // not accepted yet
}

const (
	listKey    = "app/list"
	messageKey = "app/message/"
	hourKey    = "app/hour/" // the ids of what was sent in an hour
)

var (
	// ErrFull means that too much waits to be sent.
	ErrFull = errors.New("too many messages wait to be sent")
	// ErrOther means that another message was posted under the same key.
	ErrOther = errors.New("another message was posted under this key")
)

// openQueue reads what waits. The epoch is that in which the machine has the store:
// whoever takes the store takes both.
func openQueue(ctx context.Context, s store.Store, epoch uint64, now func() time.Time) (*queue, error) {
	q := &queue{store: s, epoch: epoch, now: now, done: make(map[string]chan struct{})}
	page, err := s.Load(ctx, store.Query{Table: store.Settings, Keys: []string{listKey}})
	if err != nil {
		return nil, err
	}
	if len(page.Broken) > 0 {
		return nil, store.ErrFailed
	}
	for _, r := range page.Records {
		if err := json.Unmarshal(r.Value, &q.list); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// idOf names what is to be said once for each of some texts.
func idOf(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		h.Write([]byte(strconv.Itoa(len(t)) + ":" + t))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// newID names what has no name.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// add puts a message at the end, unless it is there or was: then it returns that.
func (q *queue) add(ctx context.Context, m message) (message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	digest := sha256.Sum256(m.Content)
	m.Digest, m.State = digest[:], waiting
	before, err := q.load(ctx, m.ID)
	if err != nil {
		return message{}, err
	}
	if before != nil {
		if string(before.Digest) != string(m.Digest) {
			return message{}, ErrOther
		}
		return *before, nil
	}
	if len(q.list.Waiting) >= maxWaiting {
		return message{}, ErrFull
	}
	after := q.list
	after.Waiting = append(slices.Clone(after.Waiting), m.ID)
	if err := q.keep(ctx, after, put{messageKey + m.ID, m}); err != nil {
		return message{}, err
	}
	return m, nil
}

// first returns the message that has waited longest, but for those in some rooms, or
// nil.
func (q *queue) first(ctx context.Context, but map[string]bool) (*message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range q.list.Waiting {
		m, err := q.load(ctx, id)
		if err != nil || m != nil && !but[m.Room] {
			return m, err
		}
	}
	return nil, nil
}

// settle notes what became of a message, and forgets what is older than a day.
func (q *queue) settle(ctx context.Context, m message) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	hour := q.now().Unix() / 3600
	after := q.list
	after.Waiting = slices.DeleteFunc(slices.Clone(after.Waiting), func(id string) bool { return id == m.ID })
	m.Content = nil
	puts := []put{{messageKey + m.ID, m}}

	var ids []string
	if slices.Contains(after.Hours, hour) {
		if err := q.read(ctx, hourKey+strconv.FormatInt(hour, 10), &ids); err != nil {
			return err
		}
	} else {
		after.Hours = append(slices.Clone(after.Hours), hour)
	}
	puts = append(puts, put{hourKey + strconv.FormatInt(hour, 10), append(ids, m.ID)})

	var deletes []string
	if old := after.Hours[0]; hour-old > int64(remembered/time.Hour) {
		var ids []string
		if err := q.read(ctx, hourKey+strconv.FormatInt(old, 10), &ids); err != nil {
			return err
		}
		// A commit has an end. What is left goes with the next message.
		gone := ids[:min(len(ids), maxWaiting)]
		for _, id := range gone {
			deletes = append(deletes, messageKey+id)
		}
		if len(gone) < len(ids) {
			puts = append(puts, put{hourKey + strconv.FormatInt(old, 10), ids[len(gone):]})
		} else {
			deletes = append(deletes, hourKey+strconv.FormatInt(old, 10))
			after.Hours = slices.Clone(after.Hours[1:])
		}
	}
	if err := q.commit(ctx, after, puts, deletes); err != nil {
		return err
	}
	if done := q.done[m.ID]; done != nil {
		close(done)
		delete(q.done, m.ID)
	}
	return nil
}

// wait returns what became of a message, or how it is when ctx ends.
func (q *queue) wait(ctx context.Context, m message) (message, error) {
	if m.State != waiting {
		return m, nil
	}
	select {
	case <-q.settled(m.ID):
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now, err := q.load(context.WithoutCancel(ctx), m.ID)
	if now == nil {
		return m, err
	}
	return *now, err
}

// settled returns what is closed when a message is sent or refused.
func (q *queue) settled(id string) <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	done := q.done[id]
	if done == nil {
		done = make(chan struct{})
		q.done[id] = done
		if !slices.Contains(q.list.Waiting, id) {
			close(done)
			delete(q.done, id)
		}
	}
	return done
}

func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.list.Waiting)
}

// since is the position up to which all was read and answered.
func (q *queue) since() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.list.Since
}

// keepSince keeps the position, and the invitations that came before it.
func (q *queue) keepSince(ctx context.Context, since string, came []invitation) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if since == q.list.Since && len(came) == 0 {
		return nil
	}
	after := q.list
	after.Since = since
	after.Invitations = slices.Clone(after.Invitations)
	for _, new := range came {
		after.Invitations = slices.DeleteFunc(after.Invitations, func(i invitation) bool { return i.Room == new.Room })
		after.Invitations = append(after.Invitations, new)
	}
	after.Invitations = after.Invitations[max(0, len(after.Invitations)-maxInvited):]
	return q.keep(ctx, after)
}

// invitations are those that are not accepted yet.
func (q *queue) invitations() []invitation {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.list.Invitations)
}

func (q *queue) keepInvitations(ctx context.Context, left []invitation) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	after := q.list
	after.Invitations = left
	return q.keep(ctx, after)
}

// put is a record, before it is JSON.
type put struct {
	key   string
	value any
}

func (q *queue) keep(ctx context.Context, after list, puts ...put) error {
	return q.commit(ctx, after, puts, nil)
}

// commit keeps records and the list, which becomes the one in memory when that has
// succeeded.
func (q *queue) commit(ctx context.Context, after list, puts []put, deletes []string) error {
	var c store.Changes
	for _, p := range append(puts, put{listKey, after}) {
		value, err := json.Marshal(p.value)
		if err != nil {
			return err
		}
		c.Put(store.Record{Ref: store.Ref{Table: store.Settings, Key: p.key}, Value: value})
	}
	for _, key := range deletes {
		c.Delete(store.Ref{Table: store.Settings, Key: key})
	}
	if err := q.store.Commit(ctx, q.epoch, c); err != nil {
		return err
	}
	q.list = after
	return nil
}

// load returns a message, or nil if there is none.
func (q *queue) load(ctx context.Context, id string) (*message, error) {
	var m message
	if err := q.read(ctx, messageKey+id, &m); err != nil || m.ID == "" {
		return nil, err
	}
	return &m, nil
}

// read reads a record, if it is there.
func (q *queue) read(ctx context.Context, key string, into any) error {
	page, err := q.store.Load(ctx, store.Query{Table: store.Settings, Keys: []string{key}})
	if err != nil {
		return err
	}
	if len(page.Broken) > 0 {
		return store.ErrFailed
	}
	for _, r := range page.Records {
		return json.Unmarshal(r.Value, into)
	}
	return nil
}
