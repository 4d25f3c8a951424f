// Package machine is a whole encrypting device: it is told what the homeserver says
// and what its user wants to send, and gives back what may be shown and what must
// be sent.
//
//	m, err := machine.Open(ctx, machine.Config{UserID: "@alice:example.org", DeviceID: "JLAFKJWSCS", Store: s})
//
//	toDevice, err := m.ReceiveSync(ctx, syncAnswer)          // after each /sync
//	requests, err := m.OutgoingRequests(ctx)                 // send them, then
//	err = m.MarkSent(ctx, requests[0].ID, answer)            // or MarkFailed
//
//	share, err := m.ShareRoomKey(ctx, room, members)         // send requests and repeat until share.Ready
//	content, err := m.Encrypt(ctx, room, "m.room.message", json)
//
//	event, err := m.Decrypt(ctx, room, roomEvent)            // event.Trust says how far to believe it
//
// It speaks to nobody: requests are plain data for the caller to send. Everything it
// knows is in its [store.Store], of which it is the only owner, and nothing leaves it
// before what stands behind it has been committed there. So it can end at any moment,
// and go on where it was.
//
// All methods can be called from several goroutines at once.
//
// # Requests
//
// One loop sends what [Machine.OutgoingRequests] returns, and reports each request by
// [Machine.MarkSent] or [Machine.MarkFailed]. It runs after every sync, and whenever
// [Machine.ShareRoomKey] is not ready; and now and then without cause, since requests
// that failed come back after a while. Those that are returned together may be sent
// side by side. Nothing is lost if the program ends between sending and reporting:
// what must not be lost is given out again under the same transaction id.
//
// # Syncs
//
// Every answer to /sync goes to [Machine.ReceiveSync], whole, in order, and before its
// room events are decrypted, since their keys come with it. The position in the stream
// (next_batch) counts only when that has returned without an error. A new device begins
// with a sync that has no position; a device that comes back begins where
// [Machine.SyncToken] says, and not later: key messages are delivered once.
//
// What ReceiveSync returns is for the application, such as the events of a verification.
// Each call acknowledges what the one before has returned. If the program ends in
// between, the next one gets that again: an event comes at least once.
//
// # Writing and reading
//
// Before each message, ShareRoomKey is called with the members of the room as they are
// now, and then Encrypt. That costs nothing if nothing has changed. An event that cannot
// be decrypted yet is tried again when an event [RoomKeys] names its session. What is
// shown of an event is what [Decrypted] holds, with its [Trust]; never what stands
// beside the ciphertext.
//
// # Types
//
// JSON is passed as UTF-8 text in []byte, and is read strictly: an object with a name
// twice is malformed. Keys are unpadded base64, ids are as Matrix writes them. Times
// are milliseconds since 1970 where they are numbers. What can go wrong stands at the
// errors below, and for those who answer users' questions in
// docs/how-encryption-can-fail.md.
//
// https://spec.matrix.org/latest/client-server-api/#end-to-end-encryption
package machine

import (
	"context"
	"errors"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Config says what a machine is to be.
type Config struct {
	UserID   string // such as @alice:example.org
	DeviceID string // as the homeserver gave it out
	// Store keeps the state of this device, and of no other. It belongs to the
	// machine until that is closed.
	Store store.Store
	// Policy is for rooms whose settings name none, [CrossSigned] if empty.
	Policy Policy
	// Now is the clock, [time.Now] if nil.
	Now func() time.Time
	// Log is told what may be of interest to those who look for a mistake. No
	// secret is ever in it. It must not call the machine.
	Log func(Level, string)
	// Events is told what happens unasked, one after the other. It may call the
	// machine. Calls of the machine wait for it, so it should not take long.
	Events func(Event)
	// Rest is called between the slices of work that takes long. It returns when
	// everything else that waits has had its turn, where that is not for the scheduler
	// to see to: [runtime.Gosched] if nil.
	Rest func()
}

// Machine is one device of a user, made by [Open].
type Machine struct {
	config Config
	user   string
	device string
	epoch  uint64
	events eventQueue
	// adopted is the account that a migration takes over, as a pickle in the clear, nil
	// for a machine.
	adopted []byte

	mu       turns // for all below, which [work] is the way to
	state    state
	incoming []incoming    // durable, and not yet given to the application
	returned uint64        // number of the last event that was
	landing  chan struct{} // closed when the last step has landed
	paces    paces
}

// state is what a machine has in memory. It is never behind the store, and ahead
// of it only by commits that are under way: when one fails, all of it is forgotten.
type state struct {
	closed      error        // why nothing works any more
	group       *store.Group // nil if the state must be read anew
	flying      int          // steps that wait for a commit
	last        store.Started
	before      *store.Started // the last commit of a state that was forgotten, if it may be under way
	own         *ownDevice
	settings    settings
	inbox       inbox
	outdated    outdated
	keyRequests keyRequests
	users       map[string]*user
	peers       map[peerID]*peer
	rooms       map[string]*room
	inbound     inboundCache
	secrets     *crossSigning
	queue       *queue
	upload      *keysUpload
	queries     map[string]*keysQuery
	claims      claims
	waiting     []waitingEvent
	signedKeys  map[[32]byte]event.DeviceKeys // see there
	answers     map[string]*keyAnswers        // by own device
	// changes counts the changes to users that matter to those who share a room
	// key: what was ready before one must be looked at again.
	changes uint64
}

// Open makes a machine over a store, which it claims: whoever owned the store
// before can commit nothing any more. In an empty store it makes a new device, with
// keys that the next outgoing requests upload.
//
// It returns [ErrOwner] if the store belongs to another device, [ErrHalfMigrated] if a
// [Migration] into it was not finished, [ErrFormat] for ids or a policy that cannot be,
// [ErrBroken], [store.ErrTooNew] if a later version has written the
// store, or another error of the store.
//
// https://spec.matrix.org/latest/client-server-api/#device-keys
func Open(ctx context.Context, config Config) (*Machine, error) {
	if !validUserID(config.UserID) || !validID(config.DeviceID) || !config.Policy.valid() {
		return nil, ErrFormat
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	m := &Machine{config: config, user: config.UserID, device: config.DeviceID, paces: newPaces()}
	m.events.deliver = config.Events
	if err := m.claim(ctx); err != nil {
		return nil, err
	}
	w, err := m.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer w.end()
	if err := w.commit(ctx); err != nil {
		return nil, err
	}
	return m, nil
}

// claim makes this machine the owner of its store. Whoever has the store by mistake must
// not take it from its owner.
func (m *Machine) claim(ctx context.Context) error {
	for {
		before, err := m.checkOwner(ctx)
		if err != nil {
			return err
		}
		m.epoch = before + 1
		// Stale means that somebody else was faster, perhaps another device.
		if err = m.config.Store.Commit(ctx, m.epoch, store.Changes{Claim: true}); !errors.Is(err, store.ErrStale) {
			return err
		}
	}
}

// Close keeps what is still to be kept, and overwrites all keys in memory. The store
// is its owner's to close, after the machine. Later calls return [ErrClosed]. The error
// is one of the store; closing twice is none.
func (m *Machine) Close() error {
	ctx := context.Background()
	var err error
	if w, none := m.begin(ctx); none == nil { // else there is nothing in memory to keep
		defer w.end()
		w.flushReplays()
		err = w.commit(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget()
	if m.state.closed == nil {
		m.state.closed = ErrClosed
	}
	return err
}

// UserID returns whose device it is, such as @alice:example.org.
func (m *Machine) UserID() string { return m.user }

// DeviceID returns the id of the device.
func (m *Machine) DeviceID() string { return m.device }

// StoreEpoch returns the epoch in which the machine has its store, for applications
// that keep records of their own there: in the table [store.Settings], under keys that
// begin with "app/", which no machine uses. What is committed in this epoch is refused
// as soon as another one has taken the store ([store.ErrStale]), like what the machine
// commits itself.
func (m *Machine) StoreEpoch() uint64 { return m.epoch }

// IdentityKeys returns the public keys of the device, which never change: Ed25519 is
// its fingerprint, which people compare.
func (m *Machine) IdentityKeys(ctx context.Context) (olm.IdentityKeys, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return olm.IdentityKeys{}, err
	}
	defer w.end()
	return m.state.own.account.IdentityKeys(), nil
}
