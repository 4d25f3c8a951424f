package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/order"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// queue holds the requests that must not be lost, because what is in them cannot be
// made again: they are in the store until the homeserver has answered.
type queue struct {
	byID  map[string]*queued
	order []*queued
	last  uint64 // number of the last request
}

// queued is a request in the queue.
type queued struct {
	number uint64
	Request
	about subject
	// out says that it was given out, and nobody has told yet what became of it.
	out bool
	retry
}

// subject is what must be known of a request when it was answered.
type subject struct {
	room, session string // of the room key that it gives
	replaces      bool   // it is of an identity that is to replace another
}

// queuedVersion 1 has no room, and does not tell what replaces another.
const queuedVersion = 2

func (q *queue) add(r *queued) {
	q.byID[r.ID] = r
	q.order = append(q.order, r)
	q.last = max(q.last, r.number)
}

// pending reports whether a request of a Megolm session waits for its answer.
func (q *queue) pending(session string) bool {
	return slices.ContainsFunc(q.order, func(r *queued) bool { return r.about.session == session })
}

func (q *queue) has(kind RequestKind) bool {
	return slices.ContainsFunc(q.order, func(r *queued) bool { return r.Kind == kind })
}

// enqueue adds a request to the queue.
func (w *work) enqueue(kind RequestKind, id, method, path string, body []byte, about subject) {
	q := &queued{number: w.state.queue.last + 1, about: about,
		Request: Request{ID: id, Kind: kind, Method: method, Path: path, Body: body}}
	w.state.queue.add(q)
	r := record.New(queuedVersion)
	r.Uint(q.number)
	r.Text(string(kind))
	r.Text(method)
	r.Text(path)
	r.Text(about.session)
	r.Bytes(body)
	r.Text(about.room)
	r.Bool(about.replaces)
	w.put(store.Requests, id, r.Done())
}

// dequeue takes out a request that was answered.
func (w *work) dequeue(id string) {
	q := w.state.queue
	q.order = slices.DeleteFunc(q.order, func(r *queued) bool { return r.ID == id })
	delete(q.byID, id)
	w.delete(store.Requests, id)
}

// queued returns the requests of the queue that may be sent now.
func (w *work) queued(now int64) (all []Request) {
	signing := w.state.queue.has(SigningUpload)
	for _, r := range w.state.queue.order {
		switch {
		case !r.due(now):
		case r.Kind == SignaturesUpload && signing: // by keys that the homeserver does not have
		case r.Kind == SigningUpload && !r.about.replaces && w.state.outdated.has(w.user): // see supersede
		default:
			r.out = true
			all = append(all, r.Request)
		}
	}
	return all
}

// queuedFailed keeps a request for later, unless it can never succeed. The keys
// for cross-signing stay in any case: they are the user's.
func (w *work) queuedFailed(ctx context.Context, id string, f failure) error {
	r := w.state.queue.byID[id]
	if r.out = false; r.Kind == SigningUpload && (f.permanent() || f.status == 401 || f.status == 403) {
		w.outdate(w.userNamed(w.user)) // perhaps there is an identity already
	}
	if f.permanent() && r.Kind == SendToDevice && w.divide(r) {
		return nil
	}
	if f.permanent() && r.Kind != SigningUpload {
		w.log(Failure, "the homeserver refused a request for good: "+string(r.Kind))
		w.dequeue(id)
		return w.keyRefused(ctx, r, f)
	}
	if f.status == 401 && r.Kind == SigningUpload {
		return nil // it asks the user to authenticate, which is no failure
	}
	r.failed(f, w.now())
	return nil
}

// keyRefused notes that those whom a request was to give a room key do not have it, and
// when they are to be given it again.
func (w *work) keyRefused(ctx context.Context, q *queued, f failure) error {
	if !validID(q.about.room) {
		return nil
	}
	r, err := w.loadRoom(ctx, q.about.room)
	if err != nil || r.outbound == nil || r.outbound.session.SessionID() != q.about.session {
		return err
	}
	var shares []namedShare
	for user, messages := range parseObject(q.Body).Get("messages").Members() {
		for device := range messages.Members() {
			if s := r.outbound.shares[user][device]; s != nil && s.withheld == "" {
				s := &share{key: s.key, withheld: notTaken, index: s.index, retry: s.retry}
				s.failed(f, w.now())
				shares = append(shares, namedShare{user, device, s})
			}
		}
	}
	if r.ready = false; len(shares) > 0 {
		w.putShares(r.outbound, shares)
	}
	return nil
}

// divide makes two requests of one with several messages to devices, and reports whether
// it has: those that the homeserver will not take must not cost others a key.
func (w *work) divide(r *queued) bool {
	var users, devices []string
	var contents [][]byte
	for user, messages := range parseObject(r.Body).Get("messages").Members() {
		for device, content := range messages.Members() {
			users, devices, contents = append(users, user), append(devices, device), append(contents, content.Raw())
		}
	}
	half := len(users) / 2
	if half == 0 {
		return false
	}
	path := r.Path[:len(r.Path)-len(r.ID)]
	for _, part := range [][2]int{{0, half}, {half, len(users)}} {
		body := newObject(len(r.Body)).open("messages")
		for i := part[0]; i < part[1]; i++ {
			if i == part[0] || users[i] != users[i-1] {
				body.open(users[i])
			}
			body.raw(devices[i], contents[i])
			if i+1 == part[1] || users[i] != users[i+1] {
				body.close()
			}
		}
		id := newID()
		w.enqueue(SendToDevice, id, r.Method, path+id, body.close().done(), r.about)
	}
	w.dequeue(r.ID)
	return true
}

// allRequests asks for the requests that were not answered before the last end.
var allRequests = store.Query{Table: store.Requests}

// takeQueue takes them, of which it has the first page.
func (w *work) takeQueue(ctx context.Context, page store.Page) (err error) {
	w.state.queue = &queue{byID: make(map[string]*queued)}
	query := allRequests
	for {
		w.broken(page.Broken)
		for _, rec := range page.Records {
			q, ok := readQueued(rec.Key, rec.Value)
			if !ok {
				w.quarantine(rec)
				continue
			}
			w.state.queue.add(q)
		}
		if query.After = page.Next; page.Next == "" {
			break
		}
		if page, err = w.config.Store.Load(ctx, query); err != nil {
			return err
		}
	}
	order.By(w.state.queue.order, func(a, b *queued) int { return int(int64(a.number - b.number)) })
	return nil
}

func readQueued(id string, value []byte) (*queued, bool) {
	version := byte(queuedVersion)
	if len(value) > 0 && value[0] == 1 {
		version = 1
	}
	r := record.Read(value, version)
	q := &queued{number: r.Uint()}
	q.Request = Request{ID: id, Kind: RequestKind(r.Text()), Method: r.Text(), Path: r.Text()}
	q.about.session = r.Text()
	if q.Body = r.Bytes(); version > 1 {
		q.about.room, q.about.replaces = r.Text(), r.Bool()
	}
	return q, r.Done()
}
