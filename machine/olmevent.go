package machine

import (
	"context"
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// errDuplicate means that a message was decrypted before: homeservers may give out
// the same one again.
var errDuplicate = errors.New("machine: decrypted before")

// olmEvent is an event that came over Olm, and was checked.
type olmEvent struct {
	eventType string
	sender    string
	senderKey peerKey
	ed25519   keys.Ed25519PublicKey // that the sender says is its own
	// device is the sender's, nil if it is not known: then nothing but the sender's
	// word says whose key it is.
	device  *device
	content strictjson.Value
	// plaintext is what all of this is part of, for the owner to wipe.
	plaintext []byte
}

// olmMessage is a message over Olm before it is decrypted.
type olmMessage struct {
	sender    string
	senderKey peerKey
	olm.Message
}

// readOlmMessage finds what is for this device in the content of m.room.encrypted.
func (m *Machine) readOlmMessage(sender string, content strictjson.Value) (*olmMessage, error) {
	if text(content.Get("algorithm")) != olmAlgorithm {
		return nil, ErrAlgorithm
	}
	key, err := keys.ParseCurve25519(text(content.Get("sender_key")))
	if err != nil {
		return nil, ErrFormat
	}
	ours := content.Get("ciphertext").Get(m.state.own.account.Curve25519Key().String())
	messageType, ok := ours.Get("type").Integer()
	if !ok {
		return nil, ErrFormat
	}
	message, err := olm.ParseMessage(int(messageType), text(ours.Get("body")))
	if err != nil {
		return nil, ErrFormat
	}
	return &olmMessage{sender, key, message}, nil
}

// decryptOlm decrypts a message and checks who says to have sent it. The peer is
// loaded. The sessions may have changed even if there is an error: then it is
// authentic for the session, but not what it should be.
func (w *work) decryptOlm(ctx context.Context, message *olmMessage) (*olmEvent, error) {
	plaintext, err := w.decryptWithSessions(message)
	if err != nil {
		return nil, err
	}
	e, err := w.checkOlm(ctx, message, plaintext)
	if err != nil {
		secret.Wipe(plaintext)
		return nil, err
	}
	return e, nil
}

// decryptWithSessions tries the sessions that there are with a device, and makes one
// if the message asks for it.
func (w *work) decryptWithSessions(message *olmMessage) ([]byte, error) {
	p := w.state.peers[message.senderKey]
	var last error = olm.ErrMAC
	for _, s := range p.sessions {
		if message.Type == olm.PreKey && !s.MatchesInboundFrom(message.senderKey, message.Message) {
			continue
		}
		plaintext, err := s.Decrypt(message.Message)
		if err == nil {
			p.received(s)
			w.keep(p)
			return plaintext, nil
		}
		if errors.Is(err, olm.ErrMessageKeyGone) {
			return nil, errDuplicate
		}
		if last = err; message.Type == olm.PreKey {
			return nil, err // this is the session, and it does not decrypt
		}
	}
	if message.Type != olm.PreKey {
		return nil, last
	}
	s, plaintext, err := w.state.own.account.NewInboundSession(message.senderKey, message.Message, olm.Version1)
	if err != nil {
		return nil, err
	}
	p.add(s)
	w.keep(p)
	w.keep(w.state.own)
	return plaintext, nil
}

// checkOlm makes all checks that the specification asks for.
//
// https://spec.matrix.org/latest/client-server-api/#validation-of-incoming-decrypted-events
func (w *work) checkOlm(ctx context.Context, message *olmMessage, plaintext []byte) (*olmEvent, error) {
	v := parseObject(plaintext)
	own := w.state.own.account.Ed25519Key()
	e := &olmEvent{sender: message.sender, senderKey: message.senderKey, plaintext: plaintext,
		eventType: text(v.Get("type")), content: v.Get("content")}
	var err error
	if e.ed25519, err = keys.ParseEd25519(text(v.Get("keys").Get("ed25519"))); err != nil {
		return nil, ErrFormat
	}
	switch {
	case e.eventType == "" || e.content.Kind() != strictjson.Object:
		return nil, ErrFormat
	case text(v.Get("sender")) != message.sender:
		return nil, ErrMismatchedSender
	case text(v.Get("recipient")) != w.user || text(v.Get("recipient_keys").Get("ed25519")) != own.String():
		return nil, ErrMismatchedSender
	}
	if err := w.loadUsers(ctx, message.sender); err != nil {
		return nil, err
	}
	u := w.userNamed(message.sender)
	if u == nil {
		return nil, ErrFormat
	}
	if d := u.deviceWith(message.senderKey); d != nil {
		if d.ed25519 != e.ed25519 {
			return nil, ErrMismatchedSender
		}
		e.device = d
	}
	if given := v.Get("sender_device_keys"); given.Kind() != strictjson.None {
		return e, w.checkDeviceKeys(u, e, given)
	}
	return e, nil
}

// checkDeviceKeys checks the keys that a device sends of itself, and learns of the
// device if it is new.
func (w *work) checkDeviceKeys(u *user, e *olmEvent, given strictjson.Value) error {
	id := text(given.Get("device_id"))
	d, err := event.SignedValue(given).DeviceKeys(u.id, id)
	if err != nil || d.Curve25519 != e.senderKey || d.Ed25519 != e.ed25519 {
		return ErrMismatchedSender
	}
	if known := u.devices[id]; known != nil && (known.curve25519 != d.Curve25519 || known.ed25519 != d.Ed25519) {
		return ErrMismatchedSender // the id of another device
	}
	if e.device != nil && e.device.id != id {
		return ErrMismatchedSender // another id for this device
	}
	if e.device == nil && u.tracked {
		// The homeserver has not told of it, or not yet.
		w.outdate(u)
	}
	return nil
}
