package machine

import (
	"context"
	"slices"
	"strconv"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// inbox are the events to this device that the application may not have yet. What came
// over Olm cannot be decrypted again, and the homeserver does not give out again what
// came before a position that the machine has taken over. So they are in the store, each
// in a record of its own, until the next call of ReceiveSync shows that what the one
// before has returned has arrived. Their numbers are those from first up to next.
type inbox struct {
	first, next uint64
	bytes       int // of those that came since the machine began
}

// incoming is an event to this device, with its number in the inbox, 0 if it is not there.
type incoming struct {
	ToDeviceEvent
	number uint64
}

const (
	inboxKey     = "to_device"
	inboxVersion = 1
	// maxInbox is how many events there may be in the inbox, and maxInboxBytes for how
	// long they are together. What goes beyond is returned, too, but only once.
	maxInbox      = 1000
	maxInboxBytes = 4 << 20
)

func inboxEvent(number uint64) string { return inboxKey + "/" + strconv.FormatUint(number, 10) }

// keep is described at keeper.
func (b *inbox) keep(w *work) {
	r := record.New(inboxVersion)
	r.Uint(b.first)
	r.Uint(b.next)
	w.put(store.Settings, inboxKey, r.Done())
}

func (b *inbox) read(value []byte) bool {
	r := record.Read(value, inboxVersion)
	first, next := r.Uint(), r.Uint()
	if !r.Done() || first == 0 || next < first || next-first > maxInbox {
		return false
	}
	b.first, b.next = first, next
	return true
}

// toInbox keeps an event for the application, if there is room, and returns its number.
// What is not encrypted anybody can send, and so it gets half of the room at most.
func (w *work) toInbox(e *ToDeviceEvent) uint64 {
	b := &w.state.inbox
	room := maxInboxBytes
	if !e.Encrypted {
		room /= 2
	}
	size := len(e.Content) + len(e.Type) + len(e.Sender) + 256
	if e.Error != nil || size > store.MaxValueLen || b.bytes+size > room || b.next-b.first >= maxInbox {
		return 0
	}
	r := record.New(inboxVersion)
	r.Text(e.Type)
	r.Text(e.Sender)
	r.Bytes(e.Content)
	r.Bool(e.Encrypted)
	r.Text(e.SenderKey)
	r.Text(e.DeviceID)
	number := b.next
	w.put(store.Settings, inboxEvent(number), r.Done())
	b.next++
	b.bytes += size
	w.keep(b)
	return number
}

// acknowledge empties the inbox of what was returned before.
func (w *work) acknowledge() {
	b := &w.state.inbox
	if b.first > w.returned || b.first == b.next {
		return
	}
	for ; b.first < b.next && b.first <= w.returned; b.first++ {
		w.delete(store.Settings, inboxEvent(b.first))
	}
	if b.first == b.next {
		b.bytes = 0
	}
	w.keep(b)
}

// collect returns what the application is to have, which counts as returned then: what
// has arrived, and before it what an earlier life of the program, or a commit of which
// it was not known that it was made, has left in the inbox.
func (m *Machine) collect(ctx context.Context) ([]ToDeviceEvent, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer w.end()
	b := &w.state.inbox
	here := make(map[uint64]bool)
	for _, e := range m.incoming {
		here[e.number] = true
	}
	var left []string
	for n := max(b.first, m.returned+1); n < b.next; n++ {
		if !here[n] {
			left = append(left, inboxEvent(n))
		}
	}
	found := make(map[string]*ToDeviceEvent)
	err = w.loadKeys(ctx, store.Settings, left, func(rec store.Record) bool {
		found[rec.Key] = readInboxEvent(rec.Value)
		return found[rec.Key] != nil
	})
	if err != nil {
		return nil, err
	}
	var all []ToDeviceEvent
	for _, key := range left {
		if e := found[key]; e != nil {
			if err := w.trustAgain(ctx, e); err != nil {
				return nil, err
			}
			all = append(all, *e)
		}
	}
	for _, e := range m.incoming {
		all = append(all, e.ToDeviceEvent)
	}
	m.incoming, m.returned = nil, b.next-1
	if len(w.kept)+len(w.order) > 0 { // a record was put aside
		s, err := w.start()
		if err != nil {
			return nil, err
		}
		s.follow(make(chan error, 1))
	}
	return all, nil
}

func readInboxEvent(value []byte) *ToDeviceEvent {
	r := record.Read(value, inboxVersion)
	e := &ToDeviceEvent{Type: r.Text(), Sender: r.Text(), Content: slices.Clone(r.Bytes())}
	e.Encrypted, e.SenderKey, e.DeviceID = r.Bool(), r.Text(), r.Text()
	if !r.Done() {
		secret.Wipe(e.Content)
		return nil
	}
	secret.Wipe(value)
	return e
}

// trustAgain says of an event that was kept how far it can be believed now.
func (w *work) trustAgain(ctx context.Context, e *ToDeviceEvent) error {
	if !e.Encrypted {
		return nil
	}
	if err := w.loadUsers(ctx, e.Sender); err != nil {
		return err
	}
	var d *device
	u := w.userNamed(e.Sender)
	if u != nil && e.DeviceID != "" {
		d = u.devices[e.DeviceID]
	}
	e.Trust = w.trustDevice(u, d)
	return nil
}
