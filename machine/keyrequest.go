package machine

import (
	"context"
	"maps"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

const (
	keyRequestsKey     = "key_requests"
	keyRequestsVersion = 1
	// maxKeyRequests is how many requests may be open. Further ones are refused until
	// some are answered.
	maxKeyRequests = 1000
	// maxAnswers is how many requests of an own device are looked at in a period, in
	// milliseconds.
	maxAnswers   = maxKeyRequests
	answerPeriod = 3600_000
)

// keyRequests are the questions to the own other devices that are open, by session.
// They are one record, always in memory: every room key that comes looks here.
type keyRequests map[string]*keyRequest

// keyRequest is a question for a session.
type keyRequest struct{ id, room string }

// RequestRoomKey asks the own other devices for a session, as far as they are
// verified, by outgoing requests, and once for each session unless there was nobody to
// ask. If one of them sends it, there is a [RoomKeys] event, and the request is taken
// back from the others. It returns [ErrFormat] for ids that cannot be, and
// [ErrTooManyRequests] if very many are not answered.
//
// https://spec.matrix.org/latest/client-server-api/#key-requests
func (m *Machine) RequestRoomKey(ctx context.Context, roomID, sessionID string) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	if !validSessionID(sessionID) || !validID(roomID) {
		return ErrFormat
	}
	open := w.state.keyRequests
	if open[sessionID] != nil {
		return nil
	}
	if len(open) >= maxKeyRequests {
		return ErrTooManyRequests
	}
	asked := &keyRequest{newID(), roomID}
	body := newObject(256).text("algorithm", megolmAlgorithm).text("room_id", roomID).text("session_id", sessionID).done()
	if !w.askOwnDevices(asked.content(w.device, "request").raw("body", body).done()) {
		return nil
	}
	open[sessionID] = asked
	w.keep(keptRequests{})
	return w.commit(ctx)
}

func (k *keyRequest) content(device, action string) *object {
	return newObject(512).text("action", action).text("request_id", k.id).text("requesting_device_id", device)
}

// keptRequests is the record of the open requests.
type keptRequests struct{}

// keep is described at keeper.
func (keptRequests) keep(w *work) {
	r := record.New(keyRequestsVersion)
	r.Uint(uint64(len(w.state.keyRequests)))
	for session, k := range w.state.keyRequests {
		r.Text(session)
		r.Text(k.id)
		r.Text(k.room)
	}
	w.put(store.Settings, keyRequestsKey, r.Done())
}

func (k keyRequests) read(value []byte) bool {
	r := record.Read(value, keyRequestsVersion)
	all := make(keyRequests)
	for range r.Count() {
		all[r.Text()] = &keyRequest{id: r.Text(), room: r.Text()}
	}
	if !r.Done() {
		return false
	}
	maps.Copy(k, all)
	return true
}

// askOwnDevices sends something to the own other devices that are verified, and
// reports whether there are any.
func (w *work) askOwnDevices(content []byte) (asked bool) {
	own := w.userNamed(w.user)
	batch := w.newBatch(subject{})
	for _, d := range own.devices {
		if d.id != w.device && w.trustedOwn(own, d) {
			batch.addAs("m.room_key_request", target{own, d}, content)
			asked = true
		}
	}
	batch.flushAs("m.room_key_request")
	return asked
}

// trustedOwn reports whether a device of the own user may have, and give, keys.
func (m *Machine) trustedOwn(own *user, d *device) bool {
	return d != nil && !d.deleted && !d.blocked && (d.verified || own.crossSigned(d) && m.verifiedIdentity(own))
}

// gotKey ends the request for a session.
func (w *work) gotKey(session string) {
	if asked := w.state.keyRequests[session]; asked != nil {
		w.askOwnDevices(asked.content(w.device, "request_cancellation").done())
		delete(w.state.keyRequests, session)
		w.keep(keptRequests{})
	}
}

// receiveForwardedKey takes over a session from another own device, if it was asked
// for.
//
// https://spec.matrix.org/latest/client-server-api/#mforwarded_room_key
func (w *work) receiveForwardedKey(ctx context.Context, e *olmEvent, arrived *arrivals) error {
	k, ok := readRoomKey(e.content)
	if !ok {
		return nil
	}
	asked := w.state.keyRequests[k.session]
	if e.sender != w.user || !w.trustedOwn(w.userNamed(w.user), e.device) || asked == nil || asked.room != k.room {
		w.log(Warning, "a forwarded room key that was not asked for, or is not from a verified own device, is refused")
		return nil
	}
	in, ok := importKey(k, e.content, fromForward, w.now())
	if !ok {
		w.log(Warning, "a forwarded room key is malformed")
		return nil
	}
	return w.addSession(ctx, k, in, arrived)
}

// keyAnswers are how many requests of a device were looked at since some time.
type keyAnswers struct {
	since int64
	count int
}

// mayAsk reports whether a request of an own device is looked at. A device that was taken
// over cannot have all keys at once, nor keep this one busy.
func (w *work) mayAsk(device string) bool {
	a := w.state.answers[device]
	if a == nil || passed(a.since, answerPeriod, w.now()) {
		a = &keyAnswers{since: w.now()}
		w.state.answers[device] = a
	}
	a.count++
	return a.count <= maxAnswers
}

// receiveKeyRequest answers another own device. Nobody else gets an answer.
func (w *work) receiveKeyRequest(ctx context.Context, sender string, content strictjson.Value) error {
	device := text(content.Get("requesting_device_id"))
	if sender != w.user || device == w.device || text(content.Get("action")) != "request" {
		return nil
	}
	own := w.userNamed(w.user)
	d := own.device(device)
	if !w.trustedOwn(own, d) || !d.olm {
		w.log(Info, "a device that is not verified asks for a room key; it gets none")
		return nil
	}
	if !w.mayAsk(device) {
		w.log(Warning, "an own device asks for too many room keys; it has to wait")
		return nil
	}
	body := content.Get("body")
	in, err := w.loadInbound(ctx, text(body.Get("session_id")))
	if err != nil || in == nil || in.room != text(body.Get("room_id")) {
		return err
	}
	forward, err := in.forwardContent()
	if err != nil {
		return nil
	}
	same := func(e waitingEvent) bool { return e.device == d && slices.Equal(e.content.Expose(), forward) }
	if slices.ContainsFunc(w.state.waiting, same) {
		secret.Wipe(forward)
		return nil
	}
	w.state.waiting = append(w.state.waiting, waitingEvent{target{own, d}, "m.forwarded_room_key", secret.Take(forward)})
	return nil
}

// forwardContent is the content of m.forwarded_room_key.
func (in *inbound) forwardContent() ([]byte, error) {
	key, err := in.session.Export()
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	o := newObject(1024).text("algorithm", megolmAlgorithm).raw("forwarding_curve25519_key_chain", []byte("[]"))
	o.text("room_id", in.room).text("sender_claimed_ed25519_key", in.ed25519.String()).text("sender_key", in.key.String())
	o.text("session_id", in.session.SessionID()).secret("session_key", key.Expose())
	return o.boolean("shared_history", in.shared).done(), nil
}
