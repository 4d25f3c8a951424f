package machine

import (
	"context"
	"errors"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
)

// syncSlice is how many events to this device are decrypted in one step at most.
const syncSlice = 100

// ToDeviceEvent is what came to this device. One that is not Encrypted could be from
// anybody, whatever it says of its sender.
type ToDeviceEvent struct {
	Type      string
	Sender    string // user id
	Content   []byte // JSON object
	Encrypted bool   // it came over Olm; the fields below tell from whom
	SenderKey string // Curve25519 key of the device, in base64
	DeviceID  string // of the sender, empty if not known
	Trust     Trust
	// Error is why it could not be decrypted: [ErrUndecryptable],
	// [ErrMismatchedSender], [ErrAlgorithm] or [ErrFormat]. Type and Content are
	// those of the encrypted event then.
	Error error
}

// ReceiveSync takes over the answer to a /sync, a JSON object of which it looks at
// next_batch, to_device, device_lists, device_one_time_keys_count,
// device_unused_fallback_key_types and, in the rooms, at m.room.encryption,
// m.room.history_visibility and m.room.member, both in state and timeline. It returns
// the events to this device that the application may care for, such as those of a
// verification. Those about room keys are dealt with. What was decrypted before it
// failed comes with the next answer that it takes over, as it cannot be decrypted again.
//
// Pass the answer whole: where there is a next_batch, but no count of one-time keys,
// the homeserver has none, as the specification has it, and new ones are made.
//
// When it returns, all of it is kept: only then may the application remember the
// position in the stream, which [Machine.SyncToken] gives, too. The same answer may
// come twice; of the events that came encrypted, those that were returned the first
// time are not returned again.
//
// The events that it returns are kept, too, until it is called again: have them dealt
// with, or kept, before. If the program ends meanwhile, the first call of the next
// machine over the store returns them once more, before all others. So each comes at
// least once, and may come twice. (That holds for 1000 events of 4 MiB together; what
// strangers may have sent fills half of that at most.)
//
// It returns [ErrFormat] for what is not a JSON object, or an error of the store.
//
// https://spec.matrix.org/latest/client-server-api/#e2e-extensions-to-sync
func (m *Machine) ReceiveSync(ctx context.Context, answer []byte) ([]ToDeviceEvent, error) {
	if err := m.receiveSync(ctx, answer, m.finishSync); err != nil {
		return nil, err
	}
	return m.collect(ctx)
}

// ReceiveSyncPart takes over a part of a long answer to a /sync, which is an object with
// some of the same members: all that is not an event to this device and not for the last
// part comes first, then such events, in order, as many at a time as one likes. The last
// part goes to [Machine.ReceiveSync], which returns the events of all: at the latest that
// with next_batch and the counts of keys. If a part fails, begin with the first again.
func (m *Machine) ReceiveSyncPart(ctx context.Context, part []byte) error {
	return m.receiveSync(ctx, part, func(context.Context, strictjson.Value) error { return nil })
}

func (m *Machine) receiveSync(ctx context.Context, answer []byte, finish func(context.Context, strictjson.Value) error) error {
	v := parseObject(answer)
	rooms := v.Get("rooms")
	if v.Kind() != strictjson.Object {
		// Events to devices, and those of rooms further inside, are as others have
		// written them.
		v, rooms = salvageObject(answer, 3), salvageObject(answer, 3, 6).Get("rooms")
	}
	if v.Kind() != strictjson.Object {
		return ErrFormat
	}
	err := m.receiveLists(ctx, v.Get("device_lists"), rooms)
	if err == nil {
		err = m.receiveAllEvents(ctx, v.Get("to_device").Get("events"))
	}
	if err == nil {
		err = finish(ctx, v)
	}
	if err != nil { // what came in the clear comes again
		m.mu.Lock()
		defer m.mu.Unlock()
		m.incoming = slices.DeleteFunc(m.incoming, func(e incoming) bool { return !e.Encrypted })
	}
	return err
}

func (m *Machine) receiveAllEvents(ctx context.Context, all strictjson.Value) error {
	events := slices.Collect(all.Elements())
	for len(events) > 0 {
		n, err := m.receiveEvents(ctx, events)
		if err != nil {
			return err
		}
		if events = events[n:]; len(events) > 0 {
			if err := m.rest(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// SyncToken returns the position in the stream (next_batch) of the last answer that
// was taken over, which is the "since" of the next; empty before the first.
func (m *Machine) SyncToken(ctx context.Context) (string, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return "", err
	}
	defer w.end()
	return w.state.settings.syncToken, nil
}

// receiveLists takes over what must be known before events are looked at.
func (m *Machine) receiveLists(ctx context.Context, lists, rooms strictjson.Value) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	w.acknowledge()
	if err := w.deviceListsChanged(ctx, lists); err != nil {
		return err
	}
	if err := w.roomsChanged(ctx, rooms); err != nil {
		return err
	}
	return w.commit(ctx)
}

// finishSync takes over what must not be done before the events are kept: one-time
// keys that they use must not be given up.
func (m *Machine) finishSync(ctx context.Context, v strictjson.Value) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	token := text(v.Get("next_batch"))
	// In the answer to a sync, no count means that there are no keys. Where only a part
	// of one is passed on, it means that nothing is known.
	if count, ok := v.Get("device_one_time_keys_count").Get("signed_curve25519").Integer(); ok || token != "" {
		w.topUp(count)
	}
	if unused := v.Get("device_unused_fallback_key_types"); unused.Kind() == strictjson.Array {
		w.renewFallback(slices.Contains(texts(unused), "signed_curve25519"))
	}
	if token != "" && token != w.state.settings.syncToken {
		w.putSyncToken(token)
		// From here on the homeserver does not give them out again.
		for i := range w.Machine.incoming {
			if e := &w.Machine.incoming[i]; !e.Encrypted {
				e.number = w.toInbox(&e.ToDeviceEvent)
			}
		}
	}
	w.flushReplays()
	return w.commit(ctx)
}

// receiveEvents takes over the first of some events to this device, in one step, and
// returns how many.
func (m *Machine) receiveEvents(ctx context.Context, events []strictjson.Value) (int, error) {
	w, n, err := m.beginSlice(ctx, &m.paces.syncs, len(events))
	if err != nil {
		return 0, err
	}
	defer w.end()
	if err := w.receive(ctx, events[:n]); err != nil {
		return 0, err
	}
	return n, w.commit(ctx)
}

func (w *work) receive(ctx context.Context, events []strictjson.Value) error {
	messages := make([]*olmMessage, len(events))
	errs := make([]error, len(events))
	var peers []peerID
	for i, e := range events {
		if text(e.Get("type")) != "m.room.encrypted" {
			continue
		}
		if messages[i], errs[i] = w.readOlmMessage(text(e.Get("sender")), e.Get("content")); errs[i] == nil {
			peers = append(peers, messages[i].peers()...)
		}
	}
	if err := w.loadPeers(ctx, peers); err != nil {
		return err
	}
	opened, err := w.openAll(ctx, messages, errs)
	defer wipeAll(opened)
	if err != nil {
		return err
	}
	arrived := newArrivals()
	for i, e := range events {
		r, ok := ToDeviceEvent{}, false
		switch {
		case opened[i] != nil:
			r, ok, err = w.receiveEncrypted(ctx, opened[i], arrived)
		case errs[i] != nil:
			r, ok, err = w.receiveUnreadable(ctx, e, messages[i], errs[i])
		default:
			r, ok, err = w.receivePlain(ctx, e)
		}
		if err != nil {
			return err
		}
		if ok {
			in := incoming{ToDeviceEvent: r}
			if r.Encrypted {
				in.number = w.toInbox(&r)
			}
			w.received = append(w.received, in)
		}
	}
	arrived.tell(w)
	if err := w.sendWaiting(ctx); err != nil {
		return err
	}
	w.dropStrangers(peers, messages)
	return nil
}

// dropStrangers drops from memory those who have sent nothing that is kept: anybody can
// write under any number of names and keys.
func (w *work) dropStrangers(peers []peerID, messages []*olmMessage) {
	for _, id := range peers {
		if p := w.state.peers[id]; p != nil && len(p.sessions) == 0 && !p.stored {
			delete(w.state.peers, id)
		}
	}
	for _, message := range messages {
		if message != nil {
			w.dropStranger(message.sender)
		}
	}
}

func (w *work) dropStranger(id string) {
	if u := w.userNamed(id); u != nil && !u.tracked && len(u.devices) == 0 && u.identity == nil {
		delete(w.state.users, id)
	}
}

func plainEvent(e strictjson.Value) ToDeviceEvent {
	return ToDeviceEvent{Type: text(e.Get("type")), Sender: text(e.Get("sender")), Content: slices.Clone(e.Get("content").Raw())}
}

// openAll decrypts messages, and reads at once the sessions whose keys are in them. The
// error is one of the store; what is wrong with a message is added to errs.
func (w *work) openAll(ctx context.Context, messages []*olmMessage, errs []error) (opened []*olmEvent, err error) {
	opened = make([]*olmEvent, len(messages))
	var sessions []string
	for i, message := range messages {
		if message == nil {
			continue
		}
		opened[i], errs[i] = w.decryptOlm(ctx, message)
		switch err := errs[i]; {
		case err == nil:
			sessions = append(sessions, text(opened[i].content.Get("session_id")))
		case !errors.Is(err, errDuplicate) && !isOlmError(err) && !isOurs(err):
			return opened, err
		}
	}
	return opened, w.loadInbounds(ctx, sessions)
}

func wipeAll(events []*olmEvent) {
	for _, e := range events {
		if e != nil {
			secret.Wipe(e.plaintext)
		}
	}
}

// receiveUnreadable deals with an event that could not be decrypted, of which the
// message is nil if it could not even be read. The error is one of the store.
func (w *work) receiveUnreadable(ctx context.Context, raw strictjson.Value, message *olmMessage, why error) (ToDeviceEvent, bool, error) {
	if errors.Is(why, errDuplicate) {
		return ToDeviceEvent{}, false, nil
	}
	if message != nil && isOlmError(why) {
		if err := w.renewSession(ctx, message); err != nil {
			return ToDeviceEvent{}, false, err
		}
		why = ErrUndecryptable
	}
	r := plainEvent(raw)
	r.Error = why
	if message != nil {
		r.SenderKey = message.senderKey.String()
	}
	return r, true, nil
}

// receiveEncrypted deals with an event that was decrypted, unless it is for the
// application. The error is one of the store.
func (w *work) receiveEncrypted(ctx context.Context, e *olmEvent, arrived *arrivals) (ToDeviceEvent, bool, error) {
	handled, err := w.handleEncrypted(ctx, e, arrived)
	if handled || err != nil {
		return ToDeviceEvent{}, false, err
	}
	r := ToDeviceEvent{Type: e.eventType, Sender: e.sender, Content: slices.Clone(e.content.Raw()), Encrypted: true,
		SenderKey: e.senderKey.String()}
	if e.device != nil {
		r.DeviceID = e.device.id
	}
	r.Trust = w.trustDevice(w.userNamed(e.sender), e.device)
	return r, true, nil
}

// handleEncrypted deals with an event that is the machine's own business.
func (w *work) handleEncrypted(ctx context.Context, e *olmEvent, arrived *arrivals) (handled bool, err error) {
	switch e.eventType {
	case "m.dummy":
		return true, nil
	case "m.room_key":
		return true, w.receiveRoomKey(ctx, e, arrived)
	case "m.forwarded_room_key":
		return true, w.receiveForwardedKey(ctx, e, arrived)
	case "m.room_key.withheld":
		return true, w.receiveWithheld(ctx, e.sender, e.content)
	case "m.room_key_request":
		return true, w.receiveKeyRequest(ctx, e.sender, e.content)
	}
	return false, nil
}

// receivePlain deals with an event that anybody could have written. Keys are not
// taken from it.
func (w *work) receivePlain(ctx context.Context, e strictjson.Value) (ToDeviceEvent, bool, error) {
	r := plainEvent(e)
	switch r.Type {
	case "":
		return r, false, nil
	case "m.room_key", "m.forwarded_room_key":
		w.log(Warning, "a room key came unencrypted; it is refused")
		return r, false, nil
	case "m.room_key.withheld":
		return r, false, w.receiveWithheld(ctx, r.Sender, e.Get("content"))
	case "m.room_key_request":
		return r, false, w.receiveKeyRequest(ctx, r.Sender, e.Get("content"))
	}
	return r, true, nil
}

// isOurs reports whether an error says what is wrong with an event.
func isOurs(err error) bool {
	return errors.Is(err, ErrFormat) || errors.Is(err, ErrMismatchedSender) || errors.Is(err, ErrAlgorithm)
}
