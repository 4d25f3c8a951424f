package machine

import (
	"context"
	"errors"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// Decrypted is a room event that was decrypted.
type Decrypted struct {
	Type      string
	Content   []byte // JSON object, with the m.relates_to of the encrypted event
	Sender    string // user id
	DeviceID  string // of the sender, empty if not known
	SenderKey string // Curve25519 key of the device, in base64
	SessionID string
	Index     uint32 // in the session
	Trust     Trust  // as of now: ask again when devices or identities have changed
}

// roomEvent is an event of a room before it is decrypted.
type roomEvent struct {
	id, sender string
	time       int64
	content    strictjson.Value
	session    string
}

// Decrypt decrypts an event of a room: the JSON of an m.room.encrypted as the homeserver
// gave it out, with type, event_id, sender, origin_server_ts and content. The room id
// is that of the room in whose part of the sync it stood. The same event can be
// decrypted again and again, but no other that repeats it; so do not pass a message of
// one's own under an id that is made up.
//
// It begins to follow the devices of the sender, so that the first [Trust] in what
// somebody writes may be grey until the outgoing requests have been sent.
//
// It returns a [DecryptError], or an error of the store.
//
// https://spec.matrix.org/latest/client-server-api/#mmegolmv1aes-sha2
func (m *Machine) Decrypt(ctx context.Context, roomID string, event []byte) (*Decrypted, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer w.end()
	e, err := readRoomEvent(event)
	if err != nil {
		return nil, &DecryptError{Err: err, RoomID: roomID}
	}
	d, err := w.decrypt(ctx, roomID, e)
	if err != nil {
		return nil, err
	}
	if len(w.state.inbound.unsaved) >= maxUnsaved {
		w.flushReplays()
	}
	// What is noted of the event is kept with the next commit, or by this one; the
	// caller need not wait for it.
	if len(w.kept)+len(w.order) > 0 {
		s, err := w.start()
		if err != nil {
			return nil, err
		}
		s.follow(make(chan error, 1))
	}
	return d, nil
}

func readRoomEvent(event []byte) (*roomEvent, error) {
	v := parseObject(event)
	e := &roomEvent{id: text(v.Get("event_id")), sender: text(v.Get("sender")), content: v.Get("content")}
	var ok bool
	if e.time, ok = v.Get("origin_server_ts").Integer(); !ok || e.id == "" || !validUserID(e.sender) ||
		text(v.Get("type")) != "m.room.encrypted" {
		return nil, ErrFormat
	}
	if text(e.content.Get("algorithm")) != megolmAlgorithm {
		return nil, ErrAlgorithm
	}
	// sender_key and device_id are there, too, and say nothing.
	if e.session = text(e.content.Get("session_id")); !validSessionID(e.session) {
		return nil, ErrFormat
	}
	return e, nil
}

func (w *work) decrypt(ctx context.Context, roomID string, e *roomEvent) (*Decrypted, error) {
	fail := func(err error) error { return &DecryptError{Err: err, RoomID: roomID, SessionID: e.session} }
	message, err := megolm.ParseMessage(text(e.content.Get("ciphertext")))
	if err != nil {
		return nil, fail(ErrFormat)
	}
	in, err := w.loadInbound(ctx, e.session)
	if err != nil {
		return nil, err
	}
	if in == nil {
		return nil, w.unknownSession(ctx, roomID, e)
	}
	if err := w.loadUsers(ctx, e.sender); err != nil {
		return nil, err
	}
	switch {
	case in.room != roomID:
		return nil, fail(ErrWrongRoom)
	case in.sender != "" && in.sender != e.sender:
		return nil, fail(ErrMismatchedSender)
	}
	plaintext, index, err := in.session.Decrypt(message)
	if err != nil {
		return nil, fail(megolmError(err))
	}
	defer secret.Wipe(plaintext)
	d, err := readPlaintext(roomID, e, plaintext)
	if err != nil {
		return nil, fail(err)
	}
	if !w.use(in, index, e.id, e.time) {
		return nil, fail(ErrReplay)
	}
	if err := w.track(ctx, []string{e.sender}); err != nil {
		return nil, err
	}
	d.Index, d.SessionID, d.SenderKey = index, e.session, in.key.String()
	trust, device := w.trustSession(w.userNamed(e.sender), in)
	if d.Trust = trust; device != nil {
		d.DeviceID = device.id
	}
	return d, nil
}

// unknownSession says that there is no key, and why if that was said.
func (w *work) unknownSession(ctx context.Context, roomID string, e *roomEvent) error {
	withheld, err := w.withheld(ctx, e.session, e.sender)
	if err != nil {
		return err
	}
	return &DecryptError{Err: ErrUnknownSession, RoomID: roomID, SessionID: e.session, Withheld: withheld}
}

func megolmError(err error) error {
	switch {
	case errors.Is(err, megolm.ErrUnknownIndex):
		return ErrUnknownIndex
	case errors.Is(err, megolm.ErrFormat), errors.Is(err, megolm.ErrVersion):
		return ErrFormat
	}
	return ErrUndecryptable
}

// readPlaintext reads what was encrypted. Where the event says to which other it
// relates, that counts, and not what is inside.
func readPlaintext(roomID string, e *roomEvent, plaintext []byte) (*Decrypted, error) {
	v := parseObject(plaintext)
	content := v.Get("content")
	d := &Decrypted{Type: text(v.Get("type")), Sender: e.sender}
	if d.Type == "" || content.Kind() != strictjson.Object {
		return nil, ErrFormat
	}
	if text(v.Get("room_id")) != roomID {
		return nil, ErrWrongRoom
	}
	relation := e.content.Get("m.relates_to")
	inside := content.Get("m.relates_to").Kind() != strictjson.None
	if d.Content = slices.Clone(content.Raw()); relation.Kind() != strictjson.None || inside {
		o := object{without(content, "m.relates_to")}
		o.b = o.b[:len(o.b)-1]
		if relation.Kind() != strictjson.None {
			o.raw("m.relates_to", relation.Raw())
		}
		d.Content = o.done()
	}
	return d, nil
}
