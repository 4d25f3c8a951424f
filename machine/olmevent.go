package machine

import (
	"context"
	"errors"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// errDuplicate means that a message was decrypted before: homeservers may give out
// the same one again.
var errDuplicate = errors.New("machine: decrypted before")

// maxSignedKeys is how many devices' keys are remembered to be signed.
const maxSignedKeys = 1000

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

// peer is who has sent the message, if it is true what the homeserver says.
func (m *olmMessage) peer() peerID {
	if !validUserID(m.sender) {
		return peerID{key: m.senderKey}
	}
	return peerID{m.senderKey, m.sender}
}

// peers are those whose sessions may be the one that the message belongs to.
func (m *olmMessage) peers() []peerID {
	return []peerID{m.peer(), {key: m.senderKey}}
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

// decryptOlm decrypts a message and checks who says to have sent it. The peers are
// loaded. The sessions may have changed even if there is an error: then it is
// authentic for the session, but not what it should be.
func (w *work) decryptOlm(ctx context.Context, message *olmMessage) (*olmEvent, error) {
	s, plaintext, err := w.decryptWithSessions(message)
	if err != nil {
		return nil, err
	}
	e, err := w.checkOlm(ctx, message, plaintext)
	if err == nil && s.ed25519 != noKey && s.ed25519 != e.ed25519 {
		err = ErrMismatchedSender
	}
	if err != nil {
		secret.Wipe(plaintext)
		return nil, err
	}
	w.belongs(s, e)
	return e, nil
}

// belongs notes whose session it is by which an event has come.
func (w *work) belongs(s *peerSession, e *olmEvent) {
	nobody, p := w.state.peers[peerID{key: e.senderKey}], w.state.peers[peerID{e.senderKey, e.sender}]
	if s.ed25519 = e.ed25519; slices.Contains(nobody.sessions, s) {
		nobody.remove(s)
		w.keep(nobody)
		p.add(s)
		w.keep(p)
	}
}

// decryptWithSessions tries the sessions that there are with a device, and makes one
// if the message asks for it.
func (w *work) decryptWithSessions(message *olmMessage) (*peerSession, []byte, error) {
	var last error = olm.ErrMAC
	for _, id := range message.peers() {
		p := w.state.peers[id]
		for _, s := range p.sessions {
			if message.Type == olm.PreKey && !s.MatchesInboundFrom(message.senderKey, message.Message) {
				continue
			}
			plaintext, err := s.Decrypt(message.Message)
			if err == nil {
				p.remove(s)
				p.add(s)
				w.keep(p)
				return s, plaintext, nil
			}
			if errors.Is(err, olm.ErrMessageKeyGone) {
				return nil, nil, errDuplicate
			}
			if last = err; message.Type == olm.PreKey {
				return nil, nil, err // this is the session, and it does not decrypt
			}
		}
	}
	if message.Type != olm.PreKey {
		return nil, nil, last
	}
	return w.newInboundSession(message)
}

// newInboundSession makes the session that a message asks for. It is nobody's, until
// the event in the message has been checked.
func (w *work) newInboundSession(message *olmMessage) (*peerSession, []byte, error) {
	made, plaintext, err := w.state.own.account.NewInboundSession(message.senderKey, message.Message, olm.Version1)
	if err != nil {
		return nil, nil, err
	}
	s, p := &peerSession{Session: made}, w.state.peers[peerID{key: message.senderKey}]
	p.add(s)
	w.keep(p)
	w.keep(w.state.own)
	return s, plaintext, nil
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
	d, err := w.signedKeys(u.id, id, given)
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

// signedKeys checks the signature on the keys of a device. Devices send the same text
// with every message, and so what was found right is remembered for a while.
func (w *work) signedKeys(userID, id string, given strictjson.Value) (event.DeviceKeys, error) {
	text := sha2.Sum256(append([]byte(userID+"\x00"), given.Raw()...))
	if d, ok := w.state.signedKeys[text]; ok {
		return d, nil
	}
	d, err := event.SignedValue(given).DeviceKeys(userID, id)
	if err != nil {
		return event.DeviceKeys{}, err
	}
	if w.state.signedKeys == nil || len(w.state.signedKeys) >= maxSignedKeys {
		w.state.signedKeys = make(map[[32]byte]event.DeviceKeys)
	}
	found := event.DeviceKeys{UserID: d.UserID, DeviceID: d.DeviceID, Curve25519: d.Curve25519, Ed25519: d.Ed25519}
	w.state.signedKeys[text] = found
	return found, nil
}
