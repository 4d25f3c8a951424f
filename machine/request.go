package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
)

// Request is what the caller is to send to the homeserver, with the access token of
// the device. All that are given out at a time may be sent side by side; what must
// wait for another comes later.
type Request struct {
	ID     string // also the transaction id, where there is one
	Kind   RequestKind
	Method string // POST or PUT
	Path   string // from /_matrix on, escaped where it needs to be, without a query
	Body   []byte // JSON, not to be changed
}

// RequestKind is what a request is for.
type RequestKind string

// The kinds.
const (
	KeysUpload   RequestKind = "keys_upload" // POST /keys/upload
	KeysQuery    RequestKind = "keys_query"  // POST /keys/query
	KeysClaim    RequestKind = "keys_claim"  // POST /keys/claim
	SendToDevice RequestKind = "to_device"   // PUT /sendToDevice/{type}/{id}
	// SigningUpload is POST /keys/device_signing/upload. The homeserver may answer
	// 401, and ask the user to authenticate: send a copy of the body with "auth"
	// added then, and mark the request as sent when that has succeeded.
	//
	// https://spec.matrix.org/latest/client-server-api/#user-interactive-authentication-api
	SigningUpload    RequestKind = "signing_upload"
	SignaturesUpload RequestKind = "signatures_upload" // POST /keys/signatures/upload
)

// OutgoingRequests returns what is to be sent now, nothing if there is nothing. Until
// they are marked by [Machine.MarkSent] or [Machine.MarkFailed] it returns the same
// requests again, so only one loop should send them; those that failed come again
// when it makes sense. After a restart, or an error of the store, requests to devices
// and those for cross-signing have the same ids; the others are made anew: what was
// marked before is not asked again, and what was not is.
//
// The error is one of the store, and there are no requests then that may be sent.
func (m *Machine) OutgoingRequests(ctx context.Context) ([]Request, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer w.end()
	if err := w.prepare(ctx); err != nil {
		return nil, err
	}
	now := w.now()
	var all []Request
	if u := w.keysUpload(); u != nil && u.due(now) {
		all = append(all, Request{u.id, KeysUpload, "POST", clientAPI + "keys/upload", u.body})
	}
	for _, q := range w.outdatedQueries(now) {
		all = append(all, Request{q.id, KeysQuery, "POST", clientAPI + "keys/query", q.body})
	}
	for _, c := range w.claimRequests(now) {
		all = append(all, Request{c.id, KeysClaim, "POST", clientAPI + "keys/claim", c.body})
	}
	all = append(all, w.queued(now)...)
	if err := w.commit(ctx); err != nil {
		return nil, err
	}
	return all, nil
}

// MarkSent tells that the homeserver has answered a request with status 200, and with
// what JSON. What follows from the answer is kept when it returns.
//
// It returns [ErrUnknownRequest] for a request that does not wait for an answer, or
// [ErrFormat] for an answer that is not a JSON object, after which the request stays.
func (m *Machine) MarkSent(ctx context.Context, id string, answer []byte) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer func() { w.end() }() // of the last step
	// What stands there of a user, and of a device, is as they have written it.
	v := salvageObject(answer, 2, 3)
	if v.Kind() != strictjson.Object {
		return ErrFormat
	}
	switch {
	case w.state.upload != nil && w.state.upload.id == id:
		w.keysUploaded(v)
	case w.state.queries[id] != nil:
		w, err = w.keysQueried(ctx, w.state.queries[id], v)
	case w.state.claims.requests[id] != nil:
		w, err = w.keysClaimed(ctx, w.state.claims.requests[id], v)
	case w.state.queue.byID[id] != nil:
		kind := w.state.queue.byID[id].Kind
		w.dequeue(id)
		w.answered(kind, v)
	default:
		err = ErrUnknownRequest
	}
	if err != nil {
		return err
	}
	return w.commit(ctx)
}

// MarkFailed tells that a request has failed: with the status and the body that the
// homeserver answered, or 0 and nothing if there was no answer. The body may be
// anything; retry_after_ms in it is heeded, up to 15 minutes. The request comes again
// after 2 seconds, then twice as long each time, unless it can never succeed.
//
// It returns [ErrUnknownRequest] for a request that does not wait for an answer.
//
// https://spec.matrix.org/latest/client-server-api/#rate-limiting
func (m *Machine) MarkFailed(ctx context.Context, id string, status int, answer []byte) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	v := parseObject(answer)
	after, _ := v.Get("retry_after_ms").Integer()
	f := failure{status, min(max(after, 0), maxRetry)}
	switch {
	case w.state.upload != nil && w.state.upload.id == id:
		w.uploadFailed(f)
	case w.state.queries[id] != nil:
		w.queryFailed(w.state.queries[id], f)
	case w.state.claims.requests[id] != nil:
		w.claimFailed(w.state.claims.requests[id], f)
	case w.state.queue.byID[id] != nil:
		err = w.queuedFailed(ctx, id, f)
	default:
		err = ErrUnknownRequest
	}
	if err != nil {
		return err
	}
	return w.commit(ctx)
}

// answered is called when the homeserver has answered a request of the queue.
func (w *work) answered(kind RequestKind, answer strictjson.Value) {
	switch kind {
	case SigningUpload:
		w.signingUploaded()
	case SignaturesUpload:
		for user := range answer.Get("failures").Members() {
			// Most likely what was signed is not what there is any more.
			w.log(Warning, "the homeserver refused a signature for "+user)
			if u := w.userNamed(user); u != nil && u.tracked {
				w.outdate(u)
			}
		}
	}
}

func (w *work) uploadFailed(f failure) {
	u := w.state.upload
	if f.status == 400 && !u.healed {
		w.keysRefused()
		return
	}
	u.failed(f, w.now())
}

// failure is how a request failed.
type failure struct {
	status int   // 0 if there was no answer
	after  int64 // for how long the homeserver wants to be left alone, in milliseconds
}

// permanent reports whether the same request can never succeed.
func (f failure) permanent() bool {
	return f.status >= 400 && f.status < 500 && !slices.Contains([]int{401, 403, 404, 408, 429}, f.status)
}

const (
	firstRetry = 2_000 // milliseconds, doubled with every failure
	maxRetry   = 15 * 60_000
)

// retry is when something that failed may be tried again. The zero retry is at once.
type retry struct {
	failures int
	at       int64
}

func (r *retry) due(now int64) bool { return arrived(r.at, now) }

func (r *retry) failed(f failure, now int64) {
	wait := int64(maxRetry)
	if r.failures < 9 {
		wait = firstRetry << r.failures
	}
	r.failures++
	r.at = now + max(wait, f.after)
}
