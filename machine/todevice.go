package machine

import (
	"context"
	"errors"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

const (
	// maxMessages is how many messages there are in a request to devices at most.
	maxMessages = 250
	// maxRequest is how long these messages are together. A record must hold them.
	maxRequest = 768 << 10
	// maxContent is how long the content of an event for a device may be.
	maxContent = 256 << 10
)

var errNoKey = errors.New("machine: the device has no one-time key left")

// target is a device that something is to be sent to.
type target struct {
	user   *user
	device *device
}

// EncryptToDevice queues an event of any type for devices, each of which gets it
// encrypted over Olm, as far as they are known and whether or not they are trusted.
// Outgoing requests send it. Where there is no session yet, one is made first; the
// event waits for that in memory, and is lost if the machine ends before, or if the
// device gives out no key.
//
// It returns [ErrUnknownDevice] if any of the devices is not known, in which case none
// gets it, and [ErrFormat] for an empty type, or content that is not a JSON object or
// is longer than 256 KiB.
//
// https://spec.matrix.org/latest/client-server-api/#molmv1curve25519-aes-sha2
func (m *Machine) EncryptToDevice(ctx context.Context, devices []DeviceRef, eventType string, content []byte) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	if len(content) > maxContent || parseObject(content).Kind() != strictjson.Object || !validID(eventType) {
		return ErrFormat
	}
	targets, err := w.targets(ctx, devices)
	if err != nil {
		return err
	}
	for _, t := range targets {
		w.state.waiting = append(w.state.waiting, waitingEvent{t, eventType, secret.Take(slices.Clone(content))})
	}
	if err := w.sendWaiting(ctx); err != nil {
		return err
	}
	return w.commit(ctx)
}

// targets looks devices up.
func (w *work) targets(ctx context.Context, devices []DeviceRef) (all []target, err error) {
	for _, ref := range devices {
		if err := w.loadUsers(ctx, ref.UserID); err != nil {
			return nil, err
		}
		u := w.userNamed(ref.UserID)
		d := u.device(ref.DeviceID)
		if d == nil || !d.olm {
			return nil, ErrUnknownDevice
		}
		all = append(all, target{u, d})
	}
	return all, nil
}

// waitingEvent is one for a device with which there is no session yet.
type waitingEvent struct {
	target
	eventType string
	content   secret.Bytes // which may be a key
}

// sendWaiting sends the events for whose devices there is a session now, and asks
// for one with the others. Those whose device gives out no key are dropped.
func (w *work) sendWaiting(ctx context.Context) error {
	if len(w.state.waiting) == 0 {
		return nil
	}
	var peers []peerID
	for _, e := range w.state.waiting {
		peers = append(peers, e.peer())
	}
	if err := w.loadPeers(ctx, peers); err != nil {
		return err
	}
	batch := w.newBatch(subject{})
	var still []waitingEvent
	for _, e := range w.state.waiting {
		switch c := w.state.claims.wanted[e.peer()]; {
		case e.device.deleted:
			w.log(Info, "an event for device "+e.device.id+" of "+e.user.id+" is dropped: the device is gone")
			e.content.Wipe()
		case w.sessionWith(e.target) != nil:
			if err := batch.encrypt(e.target, e.eventType, e.content.Expose()); err != nil {
				w.log(Failure, "an event for a device could not be encrypted: "+err.Error())
			}
			e.content.Wipe()
		case c != nil && c.failing:
			w.log(Warning, "an event for device "+e.device.id+" of "+e.user.id+" is dropped: it gives out no keys")
			e.content.Wipe()
		default:
			w.claim(e.target, toSend)
			still = append(still, e)
		}
	}
	w.state.waiting = still
	batch.flush()
	return nil
}

// sendDummy tells a device of a new session.
//
// https://spec.matrix.org/latest/client-server-api/#recovering-from-undecryptable-messages
func (w *work) sendDummy(c *claim) {
	u := w.userNamed(c.peer.user)
	batch := w.newBatch(subject{})
	if err := batch.encrypt(target{u, u.device(c.device)}, "m.dummy", []byte("{}")); err != nil {
		w.log(Failure, "a new session could not be told of: "+err.Error())
	}
	batch.flush()
}

// batch gathers encrypted events into requests to devices.
type batch struct {
	*work
	about    subject
	envelope []byte // the part of the plaintext that is the same for all
	messages map[string]*object
	users    []string
	devices  map[*device]bool // no device can stand in a request twice
	size     int
}

func (w *work) newBatch(about subject) *batch {
	return &batch{work: w, about: about, messages: make(map[string]*object), devices: make(map[*device]bool)}
}

// encrypt adds an event for a device with which there is a session.
func (b *batch) encrypt(t target, eventType string, content []byte) error {
	s := b.sessionWith(t)
	if s == nil {
		return errNoKey
	}
	plaintext := b.olmPlaintext(t, eventType, content)
	message, err := s.Encrypt(plaintext)
	secret.Wipe(plaintext)
	if err != nil {
		return err
	}
	s.fallback = 0
	b.keep(b.state.peers[t.peer()])
	b.add(t, b.olmContent(t, message))
	return nil
}

// olmPlaintext is what is encrypted with Olm.
//
// https://spec.matrix.org/latest/client-server-api/#molmv1curve25519-aes-sha2
func (b *batch) olmPlaintext(t target, eventType string, content []byte) []byte {
	if b.envelope == nil {
		o := newObject(1024).open("keys").text("ed25519", b.state.own.account.Ed25519Key().String()).close()
		o.text("sender", b.user).raw("sender_device_keys", b.ownPublishedKeys())
		b.envelope = o.b[1:]
	}
	o := newObject(len(content)+len(b.envelope)+512).raw("content", content)
	o.b = append(append(o.b, ','), b.envelope...)
	o.text("recipient", t.user.id)
	o.open("recipient_keys").text("ed25519", t.device.ed25519.String()).close()
	return o.text("type", eventType).done()
}

// olmContent is the content of m.room.encrypted.
func (b *batch) olmContent(t target, message olm.Message) []byte {
	o := newObject(len(message.Body)*4/3+400).text("algorithm", olmAlgorithm).open("ciphertext")
	o.open(t.device.curve25519.String()).base64("body", message.Body).number("type", int64(message.Type)).close().close()
	return o.text("sender_key", b.state.own.account.Curve25519Key().String()).done()
}

// add puts content for a device into the request, which goes when it is full.
func (b *batch) add(t target, content []byte) { b.addAs("m.room.encrypted", t, content) }

func (b *batch) addAs(eventType string, t target, content []byte) {
	if b.devices[t.device] || b.size+len(content) > maxRequest {
		b.flushAs(eventType)
	}
	o := b.messages[t.user.id]
	if o == nil {
		o = newObject(len(content) + 64)
		b.messages[t.user.id] = o
		b.users = append(b.users, t.user.id)
	}
	o.raw(t.device.id, content)
	b.devices[t.device] = true
	if b.size += len(content); len(b.devices) == maxMessages {
		b.flushAs(eventType)
	}
}

// flush makes a request of what was gathered.
func (b *batch) flush() { b.flushAs("m.room.encrypted") }

func (b *batch) flushAs(eventType string) {
	if len(b.devices) == 0 {
		return
	}
	size := 0
	for _, o := range b.messages {
		size += len(o.b) + 64
	}
	body := newObject(size).open("messages")
	for _, id := range b.users {
		body.raw(id, b.messages[id].done())
	}
	id := newID()
	b.enqueue(SendToDevice, id, "PUT", clientAPI+"sendToDevice/"+eventType+"/"+id, body.close().done(), b.about)
	b.messages, b.users, b.devices, b.size = make(map[string]*object), nil, make(map[*device]bool), 0
}

// ownPublishedKeys is the device's own entry in the device lists, with the signature
// of the user's identity if it is known to have one.
func (m *Machine) ownPublishedKeys() []byte {
	if own := m.userNamed(m.user); own != nil {
		if d := own.devices[m.device]; d != nil && own.crossSigned(d) && len(d.json) > 0 {
			return d.json
		}
	}
	return m.deviceKeys()
}
