//go:build js

package async

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/promise"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/schema"
)

// Machine is one device of a user.
type Machine struct {
	machine  *machine.Machine
	place    *Place
	store    store.Store
	listener uint32
	files    files
	shut     bool
}

// Settings say what machine to open.
//
//bridge:internal
type Settings struct {
	UserID   string
	DeviceID string
	Policy   Policy
	LogLevel LogLevel
	Listener uint32
	Clock    uint32 // handed over; 0 if it is the platform's
}

// Opened is a machine, and what is known of it at once.
//
//bridge:internal
type Opened struct {
	Machine   *Machine
	Ed25519   string
	Curve     string
	SyncToken string
	Discarded string
}

// OpenMachine makes a machine over a store, which from then on belongs to it, even
// if that fails.
//
//bridge:internal
func OpenMachine(ctx context.Context, place *Place, key Key, settings Settings) (Opened, error) {
	place.taken = true
	m := &Machine{place: place, store: place.store, listener: settings.Listener}
	if err := m.open(ctx, &key, &settings); err != nil {
		m.close()
		return Opened{}, err
	}
	opened, err := m.describe(ctx)
	if err != nil {
		m.close()
		return Opened{}, err
	}
	promise.Go(m.watchSeat)
	return opened, nil
}

func (m *Machine) open(ctx context.Context, key *Key, settings *Settings) error {
	s, err := key.open(ctx, m.place)
	if err != nil {
		return err
	}
	m.store = s
	now, err := clock(settings.Clock)
	if err != nil {
		return err
	}
	m.machine, err = machine.Open(ctx, machine.Config{
		UserID: settings.UserID, DeviceID: settings.DeviceID, Store: s,
		Policy: machine.Policy(settings.Policy),
		Now:    now, Log: logger(m.listener, settings.LogLevel), Events: m.tell, Rest: promise.Rest,
	})
	if s == m.place.store && errors.Is(err, schema.ErrMissing) {
		return errSealed
	}
	return err
}

func (m *Machine) describe(ctx context.Context) (Opened, error) {
	ids, err := m.machine.IdentityKeys(ctx)
	if err != nil {
		return Opened{}, err
	}
	token, err := m.machine.SyncToken(ctx)
	return Opened{m, ids.Ed25519.String(), ids.Curve25519.String(), token, m.place.discarded}, err
}

// clock returns a clock of JavaScript, or the usual one.
func clock(handedOver uint32) (func() time.Time, error) {
	if handedOver == 0 {
		return nil, nil
	}
	now, err := handed(handedOver)
	if err != nil {
		return nil, err
	}
	return func() time.Time { return readClock(now) }, nil
}

func readClock(now safejs.Value) time.Time {
	v, err := now.Invoke()
	if err != nil {
		return time.Now()
	}
	ms, err := v.Float()
	if err != nil {
		return time.Now()
	}
	return time.UnixMilli(int64(ms))
}

// close ends the machine, and then lets go of its store.
func (m *Machine) close() error {
	if m.shut {
		return nil
	}
	m.shut = true
	m.files.closeAll()
	var err error
	if m.machine != nil {
		err = m.machine.Close()
	}
	if s, ok := m.store.(clearing); ok {
		s.Close() // and so the one below
	}
	m.place.close()
	return err
}

// Wipe closes the machine in its own time, because exports cannot wait.
func (m *Machine) Wipe() { promise.Go(func() { m.close() }) }

// Fault lets go of the store. It does not close the machine, which may be locked
// for ever.
func (m *Machine) Fault() {
	m.shut = true
	promise.Go(m.place.close)
}

// Close keeps what is still to be kept, overwrites all keys in memory and closes
// the store.
//
//bridge:internal
func (m *Machine) Close(context.Context) error { return m.close() }

// MemoryUse returns how many bytes of memory the program has in which the machine lives,
// perhaps beside others.
func (m *Machine) MemoryUse(context.Context) (uint32, error) {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return uint32(s.Sys), nil
}

// Received is what a sync answer brought.
//
//bridge:internal
type Received struct {
	Events    []ToDeviceEvent
	SyncToken string
}

// ReceiveSync takes what is of interest of an answer to /sync.
//
//bridge:internal
func (m *Machine) ReceiveSync(ctx context.Context, answer bridge.JSON) (Received, error) {
	events, err := m.machine.ReceiveSync(ctx, answer)
	if err != nil {
		return Received{}, err
	}
	token, err := m.machine.SyncToken(ctx)
	return Received{toDeviceEvents(events), token}, err
}

// ReceiveSyncPart takes a part of an answer to /sync, which is not the last.
//
//bridge:internal
func (m *Machine) ReceiveSyncPart(ctx context.Context, part bridge.JSON) error {
	return m.machine.ReceiveSyncPart(ctx, part)
}

// OutgoingRequests returns what is to be sent to the homeserver: the same requests
// again until they are marked as sent. Those that are there may be sent side by
// side.
func (m *Machine) OutgoingRequests(ctx context.Context) ([]OutgoingRequest, error) {
	found, err := m.machine.OutgoingRequests(ctx)
	if err != nil {
		return nil, err
	}
	requests := make([]OutgoingRequest, len(found))
	for i, r := range found {
		requests[i] = OutgoingRequest{r.ID, RequestKind(r.Kind), r.Method, r.Path, r.Body}
	}
	return requests, nil
}

// MarkSent says that a request was answered, and how. It throws
// ERR_UNKNOWN_REQUEST, or ERR_FORMAT for an answer that cannot be one.
func (m *Machine) MarkSent(ctx context.Context, id string, answer bridge.JSON) error {
	return m.machine.MarkSent(ctx, id, answer)
}

// MarkFailed says that a request failed: with the status of the answer, 0 if there
// was none, and its body, if that was JSON. It will be among the outgoing requests
// again in its time.
func (m *Machine) MarkFailed(ctx context.Context, id string, status uint32, answer *bridge.JSON) error {
	var body []byte
	if answer != nil {
		body = *answer
	}
	return m.machine.MarkFailed(ctx, id, int(min(status, 999)), body)
}
