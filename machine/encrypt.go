package machine

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
)

// Encrypt encrypts an event for a room, given its type and its content as a JSON
// object, and returns the content of the m.room.encrypted to send in its place. What
// the event relates to (m.relates_to) stays readable for the homeserver, as the
// specification has it; all else in the content is hidden, though not its length.
//
// Call it once for each event, and keep what it returned until that is sent: the same
// content may be sent again, while encrypting again takes another index.
//
// It returns [ErrNotShared] if [Machine.ShareRoomKey] must be called (again),
// [ErrNotEncrypted], [ErrAlgorithm], or [ErrFormat] for content that is not a JSON object.
// After any error nothing that it returned may be sent.
//
// https://spec.matrix.org/latest/client-server-api/#mmegolmv1aes-sha2
func (m *Machine) Encrypt(ctx context.Context, roomID, eventType string, content []byte) ([]byte, error) {
	v := parseObject(content)
	if v.Kind() != strictjson.Object || eventType == "" {
		return nil, ErrFormat
	}
	w, r, err := m.beginWriting(ctx, roomID)
	if err != nil {
		return nil, err
	}
	defer w.end()
	if !w.ready(r) {
		return nil, ErrNotShared
	}
	plaintext, relation := roomPlaintext(roomID, eventType, v)
	defer secret.Wipe(plaintext)
	encrypted, covered, err := w.encrypt(r, plaintext, relation)
	if err != nil {
		return nil, err
	}
	s, err := w.start()
	if err != nil {
		return nil, err
	}
	if covered {
		s.follow(make(chan error, 1))
		return encrypted, nil
	}
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return encrypted, nil
}

// roomPlaintext is what is encrypted, and what the event relates to, which is not.
func roomPlaintext(roomID, eventType string, content strictjson.Value) (plaintext, relation []byte) {
	relation = content.Get("m.relates_to").Raw()
	raw := content.Raw()
	if relation != nil {
		raw = without(content, "m.relates_to")
	}
	o := newObject(len(raw)+512).raw("content", raw).text("room_id", roomID).text("type", eventType)
	return o.done(), relation
}

// without is an object without one of its members.
func without(v strictjson.Value, name string) []byte {
	o := newObject(len(v.Raw()))
	for n, member := range v.Members() {
		if n != name {
			o.raw(n, member.Raw())
		}
	}
	return o.done()
}

// encrypt takes the next index of the room's session. It reports whether that is known
// to be set aside, so that nobody need wait.
func (w *work) encrypt(r *room, plaintext, relation []byte) (content []byte, covered bool, err error) {
	o := r.outbound
	index := o.session.MessageIndex()
	message, err := o.session.Encrypt(plaintext)
	if err != nil {
		return nil, false, err
	}
	if covered = index < o.durable; index+reserve/2 >= o.reserved {
		o.reserved = index + 1 + reserve
		w.keep(o)
	}
	j := newObject(len(message)*4/3+512).text("algorithm", megolmAlgorithm).base64("ciphertext", message)
	j.text("device_id", w.device)
	if relation != nil {
		j.raw("m.relates_to", relation)
	}
	j.text("sender_key", w.state.own.account.Curve25519Key().String()).text("session_id", o.session.SessionID())
	return j.done(), covered, nil
}
