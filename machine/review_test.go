package machine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// heldStore is a store whose commits can be held up, and made to fail.
type heldStore struct {
	store.Store
	mu      sync.Mutex
	gate    chan struct{} // commits wait until it is closed, if there is one
	entered chan struct{} // told of each that waits
	failing error         // what commits return, if not nil
}

func newHeldStore() *heldStore {
	return &heldStore{Store: memory.New(), entered: make(chan struct{}, 100)}
}

// hold has commits wait until release is called.
func (s *heldStore) hold() (release func()) {
	gate := make(chan struct{})
	s.set(gate, nil)
	return func() {
		s.set(nil, nil)
		close(gate)
	}
}

func (s *heldStore) fail(err error) { s.set(nil, err) }

func (s *heldStore) set(gate chan struct{}, failing error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate, s.failing = gate, failing
}

func (s *heldStore) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	s.mu.Lock()
	gate, failing := s.gate, s.failing
	s.mu.Unlock()
	if failing != nil {
		return failing
	}
	if gate != nil {
		s.entered <- struct{}{}
		<-gate
	}
	return s.Store.Commit(ctx, epoch, c)
}

// eventTypes are the types of the events over Olm that have come.
func (c *client) eventTypes() (types []string) {
	for _, e := range c.toDevice {
		if e.Encrypted {
			types = append(types, e.Type)
		}
	}
	return types
}

// meet has the first device track the user of the second, and make a session.
func (c *client) meet(other *client) {
	c.Helper()
	c.must(c.TrackUsers(ctx, []string{other.UserID()}))
	settle(c, other)
	c.write(other, "meet")
	settle(c, other)
}

// write queues an event for a device.
func (c *client) write(to *client, eventType string) {
	c.Helper()
	c.must(c.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: to.UserID(), DeviceID: to.DeviceID()}}, eventType, []byte(`{}`)))
}

// TestWhatIsForgottenIsReadWhenAllHasArrived abandons a step while the commit of
// another is under way: the ratchet that this one has advanced must not be read as
// it was before.
func TestWhatIsForgottenIsReadWhenAllHasArrived(t *testing.T) {
	w := newWorld(t)
	s := newHeldStore()
	a, b := w.device(alice, "ALICE", withStore(s)), w.device(bob, "BOB")
	a.meet(b)
	release := s.hold()
	var wait sync.WaitGroup
	wait.Go(func() { a.write(b, "first") })
	<-s.entered
	w.must(a.Abandon(ctx))
	wait.Go(func() {
		time.Sleep(50 * time.Millisecond)
		release()
	})
	a.write(b, "second")
	wait.Wait()
	settle(a, b)
	if got := b.eventTypes(); len(got) != 3 {
		t.Errorf("received %q", got)
	}
}

// handOver has a device receive events that the homeserver gives out.
func (c *client) handOver(events string) {
	c.Helper()
	_, err := c.ReceiveSync(ctx, []byte(`{"to_device":{"events":[`+events+`]}}`))
	c.must(err)
}

const someKey = "jEqFYn2wIJmMdVzVKVHJuwzC7CfP8wHnNP4rFC0wpjs"

// TestT16IDsThatCannotBeKept comes with ids that no store takes. If they got as far
// as that, every sync with such an event would fail, again and again.
func TestT16IDsThatCannotBeKept(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	withheld := func(sender, room string) string {
		return `{"type":"m.room_key.withheld","sender":"` + sender + `","content":{"algorithm":"m.megolm.v1.aes-sha2","code":"m.unverified",` +
			`"room_id":"` + room + `","session_id":"` + someKey + `","sender_key":"` + someKey + `"}}`
	}
	a.handOver(withheld(bob, `!\u0000`))
	a.handOver(withheld(`@b\u0000:example.org`, "!room"))
	a.handOver(withheld("@"+strings.Repeat("b", 500)+":example.org", "!room"))
	_, err := a.ReceiveSync(ctx, []byte(`{"rooms":{"leave":{"!\u0000":{}},"join":{"!\u0000a":{"state":{"events":[`+
		`{"type":"m.room.encryption","state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2"}}]}}}}}`))
	a.must(err)

	s := megolm.NewOutboundSession(megolm.Version1)
	b.meet(a)
	b.must(b.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: alice, DeviceID: "ALICE"}}, "m.room_key", b.roomKey(s, "!\x00")))
	settle(b, a)
}

// roomKey is the content of an m.room_key.
func (w *world) roomKey(s *megolm.OutboundSession, room string) []byte {
	w.Helper()
	key, err := s.SessionKey()
	w.must(err)
	content, err := json.Marshal(map[string]string{"algorithm": "m.megolm.v1.aes-sha2", "room_id": room,
		"session_id": s.SessionID(), "session_key": key.Base64()})
	w.must(err)
	return content
}

// signed is a JSON object with a signature.
func (w *world) signed(object, user, keyID string, by *olm.Account) string {
	w.Helper()
	s, err := event.Sign([]byte(object), by.Sign)
	w.must(err)
	return strings.TrimSuffix(object, "}") + `,"signatures":{"` + user + `":{"ed25519:` + keyID + `":"` + s.String() + `"}}}`
}

// deviceKeys are those of a device that is an account only.
func (w *world) deviceKeys(user, id string, a *olm.Account) string {
	return w.signed(`{"algorithms":["m.olm.v1.curve25519-aes-sha2","m.megolm.v1.aes-sha2"],"device_id":"`+id+`","user_id":"`+user+
		`","keys":{"curve25519:`+id+`":"`+a.Curve25519Key().String()+`","ed25519:`+id+`":"`+a.Ed25519Key().String()+`"}}`, user, id, a)
}

// TestT12KeysTooLargeToBeKept has one user's server give out what no record can
// hold: the others in the same answer must not suffer.
func TestT12KeysTooLargeToBeKept(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	account, id, key := olm.NewAccount(), strings.Repeat("D", 1<<20), olm.NewAccount().Ed25519Key().String()
	keys := json.RawMessage(w.deviceKeys(carol, id, account))
	w.server.Lies.Answer = func(r homeserver.Request, status int, answer []byte) (int, []byte) {
		if !strings.HasSuffix(r.Path, "/keys/query") {
			return status, answer
		}
		var all map[string]map[string]any
		w.must(json.Unmarshal(answer, &all))
		all["device_keys"][carol] = map[string]any{id: keys}
		all["master_keys"][carol] = map[string]any{"user_id": carol, "usage": []string{"master"}, "keys": map[string]string{"ed25519:" + key: key}, "x": id}
		answer, err := json.Marshal(all)
		w.must(err)
		return status, answer
	}
	w.must(a.TrackUsers(ctx, []string{bob, carol}))
	a.settle()
	devices, err := a.Devices(ctx, bob)
	if w.must(err); len(devices) != 1 || devices[0].DeviceID != b.DeviceID() {
		t.Errorf("devices %+v", devices)
	}
}

// TestMoreUsersThanACommitTakes tracks, in one step each, the members of a large room,
// and those that a sync tells of.
func TestMoreUsersThanACommitTakes(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	var members []string
	var joins strings.Builder
	for n := range store.MaxChanges + 1 {
		members = append(members, fmt.Sprintf("@%d:example.org", n))
		fmt.Fprintf(&joins, `,{"type":"m.room.member","state_key":"@a%d:example.org","content":{"membership":"join"}}`, n)
	}
	w.must(a.TrackUsers(ctx, members))
	_, err := a.ReceiveSync(ctx, []byte(`{"rooms":{"join":{"!large":{"state":{"events":[`+
		`{"type":"m.room.encryption","state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2"}}`+joins.String()+`]}}}}}`))
	w.must(err)
	a.open()
	queries := 0
	requests, err := a.OutgoingRequests(ctx)
	w.must(err)
	for _, r := range requests {
		queries += strings.Count(string(r.Body), `:example.org":[]`)
	}
	if want := 2 * len(members); queries != want {
		t.Errorf("%d users are asked for, not %d", queries, want)
	}
}

// TestAnIdentityIsReplacedBeforeItIsPublished makes another identity while the
// requests for the first still wait.
func TestAnIdentityIsReplacedBeforeItIsPublished(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	w.must(a.SetUpCrossSigning(ctx, false))
	w.must(a.SetUpCrossSigning(ctx, true))
	a.settle()
	i, err := a.Identity(ctx, alice)
	w.must(err)
	if status, err := a.CrossSigningStatus(ctx); err != nil || !status.Master || !i.Verified || i.Changed {
		t.Errorf("%+v, %+v, %v", status, i, err)
	}
}

// TestAnIdentityIsReplacedWhileItIsAskedFor has the homeserver tell of the identity
// before, after another was made and before that is uploaded.
func TestAnIdentityIsReplacedWhileItIsAskedFor(t *testing.T) {
	w := newWorld(t)
	a := w.crossSigned(alice, "ALICE")
	w.must(a.SetUpCrossSigning(ctx, true))
	_, err := a.ReceiveSync(ctx, []byte(`{"device_lists":{"changed":["`+alice+`"]}}`))
	w.must(err)
	requests, err := a.OutgoingRequests(ctx)
	w.must(err)
	asked := false
	for _, r := range requests {
		if r.Kind == machine.KeysQuery {
			a.send(r)
			asked = true
		}
	}
	i, err := a.Identity(ctx, alice)
	if w.must(err); !asked || !i.Verified || i.Changed {
		t.Errorf("asked %v, %+v", asked, i)
	}
	a.settle()
	if i, err = a.Identity(ctx, alice); err != nil || !i.Verified || i.Changed {
		t.Errorf("%+v, %v", i, err)
	}
}

// TestSeveralEventsForADevice has more than one event wait for the same session.
func TestSeveralEventsForADevice(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	w.must(a.TrackUsers(ctx, []string{bob}))
	settle(a, b)
	a.write(b, "one")
	a.write(b, "two")
	a.write(b, "three")
	settle(a, b)
	if got := b.eventTypes(); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("received %q", got)
	}
}

// TestLargeEventsForDevices sends more at a time than a request can hold.
func TestLargeEventsForDevices(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	a.meet(b)
	to := slices.Repeat([]machine.DeviceRef{{UserID: bob, DeviceID: "BOB"}}, 6)
	content := func(n int) []byte { return []byte(`{"x":"` + strings.Repeat("x", n-8) + `"}`) }
	w.must(a.EncryptToDevice(ctx, to, "large", content(200<<10)))
	w.fails(a.EncryptToDevice(ctx, to[:1], "large", content(256<<10+1)), machine.ErrFormat)
	settle(a, b)
	if got := b.eventTypes(); len(got) != 1+len(to) {
		t.Errorf("%d events", len(got))
	}
}

// maker is a Megolm session that a device without a machine writes with.
type maker struct {
	*world
	*megolm.OutboundSession
	room, sender string
	count        int
}

// event is the next event, and the key as it was before.
func (g *maker) event() (event, key []byte) {
	g.Helper()
	key = g.roomKey(g.OutboundSession, g.room)
	message, err := g.Encrypt([]byte(`{"type":"m.room.message","room_id":"` + g.room + `","content":{"body":"hello"}}`))
	g.must(err)
	g.count++
	event, err = json.Marshal(map[string]any{"type": "m.room.encrypted", "event_id": fmt.Sprint("$", g.count), "sender": g.sender,
		"origin_server_ts": g.count, "content": map[string]string{"algorithm": "m.megolm.v1.aes-sha2",
			"ciphertext": message.Base64(), "session_id": g.SessionID()}})
	g.must(err)
	return event, key
}

func (c *client) give(to *client, eventType string, content []byte) {
	c.Helper()
	c.must(c.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: to.UserID(), DeviceID: to.DeviceID()}}, eventType, content))
	settle(c, to)
}

// TestABetterSessionIsNotOverwritten has an earlier key of a session come when the
// use of the later one is not kept yet.
func TestABetterSessionIsNotOverwritten(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	b.meet(a)
	g := &maker{world: w, OutboundSession: megolm.NewOutboundSession(megolm.Version1), room: "!room", sender: bob}
	first, firstKey := g.event()
	second, secondKey := g.event()
	b.give(a, "m.room_key", secondKey)
	_, err := a.Decrypt(ctx, g.room, second)
	w.must(err)
	b.give(a, "m.room_key", firstKey)
	a.open()
	_, err = a.Decrypt(ctx, g.room, first)
	w.must(err)
}

// TestT22AMemberTakesASessionForHerOwn sends on a key that another own device has
// forwarded: it must stay that of the device that made it.
func TestT22AMemberTakesASessionForHerOwn(t *testing.T) {
	w := newWorld(t)
	a, other, mallory := w.device(alice, "ALICE"), w.device(alice, "OTHER"), w.device(bob, "MALLORY")
	settle(a, other)
	mallory.meet(a)
	w.must(a.VerifyDevice(ctx, alice, "OTHER"))
	g := &maker{world: w, OutboundSession: megolm.NewOutboundSession(megolm.Version1), room: "!room", sender: carol}
	_, signed := g.event()
	key, err := g.SessionKey()
	w.must(err)
	in, err := megolm.NewInboundSession(key, megolm.Version1)
	w.must(err)
	exported, err := in.Export()
	w.must(err)
	owner := olm.NewAccount()
	forward, err := json.Marshal(map[string]any{"algorithm": "m.megolm.v1.aes-sha2", "room_id": g.room, "session_id": g.SessionID(),
		"session_key": exported.Base64(), "sender_key": owner.Curve25519Key().String(),
		"sender_claimed_ed25519_key": owner.Ed25519Key().String(), "forwarding_curve25519_key_chain": []string{}})
	w.must(err)
	w.must(a.RequestRoomKey(ctx, g.room, g.SessionID()))
	other.give(a, "m.forwarded_room_key", forward)
	later, _ := g.event()
	if d, err := a.Decrypt(ctx, g.room, later); err != nil || d.SenderKey != owner.Curve25519Key().String() {
		t.Fatalf("%+v, %v", d, err)
	}
	mallory.give(a, "m.room_key", signed)
	if d, err := a.Decrypt(ctx, g.room, later); err != nil || d.SenderKey != owner.Curve25519Key().String() {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestEventsOfASyncThatFailsAreNotLost has the store fail after the events of a sync
// were decrypted: they cannot be decrypted again when it comes again.
func TestEventsOfASyncThatFailsAreNotLost(t *testing.T) {
	w := newWorld(t)
	s := newHeldStore()
	a, b := w.device(alice, "ALICE", withStore(s)), w.device(bob, "BOB")
	b.meet(a)
	b.write(a, "secret")
	b.pump()
	answer := a.server.Sync(alice, "ALICE", a.since, 100)

	release := s.hold()
	canceled, cancel := context.WithCancel(ctx)
	failed := make(chan error)
	go func() {
		_, err := a.ReceiveSync(canceled, answer)
		failed <- err
	}()
	<-s.entered
	cancel()
	w.fails(<-failed, context.Canceled)
	release()
	events, err := a.ReceiveSync(ctx, answer)
	if w.must(err); len(events) != 1 || events[0].Type != "secret" {
		t.Errorf("%+v", events)
	}
	if events, err = a.ReceiveSync(ctx, answer); err != nil || len(events) != 0 {
		t.Errorf("again: %+v, %v", events, err)
	}
}

// outgoing are the requests of a kind that are to be sent now.
func (c *client) outgoing(kind machine.RequestKind) (all []machine.Request) {
	c.Helper()
	requests, err := c.OutgoingRequests(ctx)
	c.must(err)
	return slices.DeleteFunc(requests, func(r machine.Request) bool { return r.Kind != kind })
}

// TestRefusedRequestsAreDivided has a homeserver that refuses whatever names a certain
// user: the others must be heard of, and written to, all the same.
func TestRefusedRequestsAreDivided(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.device(alice, "ALICE"), w.device(bob, "BOB"), w.device(carol, "CAROL")
	refused := []byte(carol)
	w.server.Lies.Answer = func(r homeserver.Request, status int, answer []byte) (int, []byte) {
		if r.UserID == alice && bytes.Contains(r.Body, refused) {
			return 400, []byte(`{"errcode":"M_INVALID_PARAM"}`)
		}
		return status, answer
	}
	w.must(a.SetRoomSettings(ctx, "!room", machine.RoomSettings{}))
	a.share("!room", alice, bob, carol)
	if devices, err := a.Devices(ctx, bob); err != nil || len(devices) != 1 {
		t.Errorf("devices of bob: %+v, %v", devices, err)
	}

	refused = []byte("nothing")
	w.clock = w.clock.Add(time.Hour)
	a.settle()
	refused = []byte(`"CAROL":"signed`)
	a.write(b, "hello")
	a.write(c, "hello")
	a.settle()
	b.settle()
	if got := b.eventTypes(); !slices.Equal(got, []string{"hello"}) {
		t.Errorf("bob received %q", got)
	}
}

// TestNoKeysAreClaimedOfADeviceThatIsGone removes a device while a session with it is
// wanted.
func TestNoKeysAreClaimedOfADeviceThatIsGone(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	w.must(a.TrackUsers(ctx, []string{bob}))
	a.settle()
	a.write(b, "hello")
	w.server.Logout(bob, "BOB")
	_, err := a.ReceiveSync(ctx, []byte(`{"device_lists":{"changed":["`+bob+`"]}}`))
	w.must(err)
	a.settle()
	w.clock = w.clock.Add(time.Hour)
	if got := a.outgoing(machine.KeysClaim); len(got) != 0 {
		t.Errorf("%s", got[0].Body)
	}
}

// TestAKeyIsAskedForWhenThereIsSomebodyToAsk asks once more when another device was
// verified.
func TestAKeyIsAskedForWhenThereIsSomebodyToAsk(t *testing.T) {
	w := newWorld(t)
	a, other := w.device(alice, "ALICE"), w.device(alice, "OTHER")
	settle(a, other)
	for range 2 {
		w.must(a.RequestRoomKey(ctx, "!room", someKey))
	}
	if n := len(a.outgoing(machine.SendToDevice)); n != 0 {
		t.Errorf("%d requests to nobody", n)
	}
	w.must(a.VerifyDevice(ctx, alice, "OTHER"))
	for range 2 {
		w.must(a.RequestRoomKey(ctx, "!room", someKey))
	}
	if n := len(a.outgoing(machine.SendToDevice)); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// TestOthersAreVerifiedOnceTheOwnIdentityIs has a second device learn of a user whom
// the first has verified, before it is told that the own identity is the right one.
func TestOthersAreVerifiedOnceTheOwnIdentityIs(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	a.meet(b)
	w.must(a.VerifyUser(ctx, bob))
	a.settle()
	other := w.device(alice, "OTHER")
	w.must(other.TrackUsers(ctx, []string{bob}))
	other.settle()
	verified := func() bool {
		i, err := other.Identity(ctx, bob)
		w.must(err)
		return i.Verified
	}
	if verified() {
		t.Error("bob is verified by an identity that is not")
	}
	w.must(other.VerifyUser(ctx, alice))
	if !verified() {
		t.Error("bob is not verified")
	}
	// To sign bob, its private key would have to be there.
	w.fails(other.VerifyUser(ctx, bob), machine.ErrNoIdentity)
	if !verified() {
		t.Error("bob is not verified any more")
	}
}

// TestT37BrokenSecretsArePutAside keeps what cannot be read, as it is.
func TestT37BrokenSecretsArePutAside(t *testing.T) {
	w := newWorld(t)
	s := memory.New()
	a := w.device(alice, "ALICE", withStore(s))
	w.must(a.Close())
	epoch, err := store.Claim(ctx, s)
	w.must(err)
	var c store.Changes
	c.Put(store.Record{Ref: store.Ref{Table: store.Secrets, Key: "cross_signing"}, Value: []byte("of another version")})
	w.must(s.Commit(ctx, epoch, c))
	a.open()
	page, err := s.Load(ctx, store.Query{Table: store.Quarantine})
	w.must(err)
	if len(page.Records) != 1 || string(page.Records[0].Value) != "of another version" {
		t.Errorf("%q", page.Records)
	}
}

// TestAMachineIsClosedWhateverItsStoreDoes closes machines whose store fails, or that
// have lost it.
func TestAMachineIsClosedWhateverItsStoreDoes(t *testing.T) {
	w := newWorld(t)
	s := newHeldStore()
	a := w.device(alice, "ALICE", withStore(s))
	first := a.Machine
	a.open()
	w.fails(first.TrackUsers(ctx, []string{bob}), store.ErrStale)
	w.fails(first.TrackUsers(ctx, []string{bob}), machine.ErrClosed)
	w.must(first.Close())

	s.fail(store.ErrLost)
	w.fails(a.TrackUsers(ctx, []string{bob}), store.ErrLost)
	w.must(a.Close())
	s.fail(nil)
	w.fails(a.TrackUsers(ctx, []string{bob}), machine.ErrClosed)
}

// TestForgottenHistory forgets a session that is in use, and later for good, also while
// the store does not know of it yet.
func TestForgottenHistory(t *testing.T) {
	w := newWorld(t)
	s := newHeldStore()
	a, b := w.device(alice, "ALICE", withStore(s)), w.device(bob, "BOB")
	b.meet(a)
	g := &maker{world: w, OutboundSession: megolm.NewOutboundSession(megolm.Version1), room: "!room", sender: bob}
	first, key := g.event()
	second, _ := g.event()
	b.give(a, "m.room_key", key)
	read := func(event []byte) error {
		_, err := a.Decrypt(ctx, g.room, event)
		return err
	}
	w.must(read(first))
	w.clock = w.clock.Add(time.Hour)
	w.must(a.ForgetHistory(ctx, g.room, w.clock))
	w.fails(read(first), machine.ErrUnknownIndex)
	w.must(read(second))

	w.clock = w.clock.Add(14 * 24 * time.Hour)
	release := s.hold()
	done := make(chan error)
	go func() { done <- a.ForgetHistory(ctx, g.room, w.clock) }()
	<-s.entered
	w.fails(read(second), machine.ErrUnknownSession)
	release()
	w.must(<-done)
	a.open()
	w.fails(read(second), machine.ErrUnknownSession)
}

// TestT12StrangersLeaveNothing writes under many names and keys, of which none means
// anything.
func TestT12StrangersLeaveNothing(t *testing.T) {
	w := newWorld(t)
	s := memory.New()
	a, b := w.device(alice, "ALICE", withStore(s)), w.device(bob, "BOB")
	b.meet(a)
	users, peers, rooms := a.Remembered()
	own, err := a.IdentityKeys(ctx)
	w.must(err)
	for n := range 50 {
		stranger := olm.NewAccount()
		session, err := stranger.NewOutboundSession(own.Curve25519, olm.NewAccount().Curve25519Key(), olm.Version1)
		w.must(err)
		message, err := session.Encrypt([]byte("{}"))
		w.must(err)
		a.handOver(fmt.Sprintf(`{"type":"m.room.encrypted","sender":"@%d:example.org","content":{"algorithm":"m.olm.v1.curve25519-aes-sha2",`+
			`"sender_key":"%s","ciphertext":{"%s":{"type":0,"body":"%s"}}}}`, n, stranger.Curve25519Key(), own.Curve25519, message.Base64()))
		a.handOver(fmt.Sprintf(`{"type":"m.room_key.withheld","sender":"@%d:example.org","content":{"algorithm":"m.megolm.v1.aes-sha2",`+
			`"code":"m.unverified","room_id":"!%d","session_id":"%s","sender_key":"%s"}}`, n, n, stranger.Ed25519Key(), stranger.Curve25519Key()))
	}
	page, err := s.Load(ctx, store.Query{Table: store.Withheld})
	w.must(err)
	if u, p, r := a.Remembered(); u != users || p != peers || r != rooms || len(page.Records) != 0 {
		t.Errorf("%d users, %d peers and %d rooms, not %d, %d and %d, and %d refusals", u, p, r, users, peers, rooms, len(page.Records))
	}
}

// brokenStore is a store that finds the records of a table broken.
type brokenStore struct {
	store.Store
	table store.Table
}

func (s *brokenStore) Load(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := s.Store.Load(ctx, q)
	if q.Table == s.table {
		for _, r := range page.Records {
			page.Broken = append(page.Broken, store.Broken{Ref: r.Ref, Reason: "altered"})
		}
		page.Records = nil
	}
	return page, err
}

// TestT37ARoomStaysEncrypted whatever becomes of its settings.
func TestT37ARoomStaysEncrypted(t *testing.T) {
	w := newWorld(t)
	s := &brokenStore{Store: memory.New()}
	a := w.device(alice, "ALICE", withStore(s))
	stays := func() {
		t.Helper()
		a.open()
		if got, err := a.RoomSettings(ctx, "!room"); err != nil || got.Algorithm != "m.megolm.v1.aes-sha2" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	w.must(a.SetRoomSettings(ctx, "!room", machine.RoomSettings{}))
	s.table = store.Rooms
	stays()
	s.table = ""
	w.must(a.Close())
	epoch, err := store.Claim(ctx, s)
	w.must(err)
	var c store.Changes
	c.Put(store.Record{Ref: store.Ref{Table: store.Rooms, Key: "!room"}, Value: []byte("altered")})
	w.must(s.Commit(ctx, epoch, c))
	stays()
}

// TestWhatWaitsIsKeptWhenAPolicyForbids prepares for a room that must not be written to,
// with a member who is new: what waits in memory must not be forgotten with that.
func TestWhatWaitsIsKeptWhenAPolicyForbids(t *testing.T) {
	w := newWorld(t)
	a, b, _ := w.device(alice, "ALICE", withPolicy(machine.ErrorOnUnverified)), w.device(bob, "BOB"), w.device(carol, "CAROL")
	w.must(a.TrackUsers(ctx, []string{bob}))
	a.settle()
	a.write(b, "hello")
	w.must(a.SetRoomSettings(ctx, "!room", machine.RoomSettings{}))
	if err := a.PrepareToEncrypt(ctx, "!room", []string{bob, carol}); err != nil && !errors.Is(err, machine.ErrUnverified) {
		t.Fatal(err)
	}
	settle(a, b)
	if got := b.eventTypes(); len(got) != 1 {
		t.Errorf("received %q", got)
	}
}

// watchedStore remembers the values that it has given out.
type watchedStore struct {
	store.Store
	given []store.Record
}

func (s *watchedStore) Load(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := s.Store.Load(ctx, q)
	s.given = append(s.given, page.Records...)
	return page, err
}

// TestT9WhatWasReadIsOverwritten looks at records with private keys after they were
// read.
func TestT9WhatWasReadIsOverwritten(t *testing.T) {
	w := newWorld(t)
	s := &watchedStore{Store: memory.New()}
	a, b := w.device(alice, "ALICE", withStore(s)), w.device(bob, "BOB")
	room := w.room(a, b)
	first, _ := a.say(room, "hello", alice, bob)
	b.reads(room, first, "hello")
	a.open()
	a.reads(room, first, "hello")
	a.say(room, "again", alice, bob)
	a.write(b, "event")
	w.must(a.ForgetHistory(ctx, room, w.clock))
	seen := make(map[store.Table]bool)
	for _, r := range s.given {
		switch r.Table {
		case store.Account, store.OlmSessions, store.InboundSessions, store.OutboundSessions:
			if r.Table == store.OutboundSessions && r.Key != room {
				continue // who has a session
			}
			if seen[r.Table] = true; len(bytes.Trim(r.Value, "\x00")) > 0 {
				t.Errorf("a record of %s is left", r.Table)
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("only %v were read", seen)
	}
}

// TestARefusedMessageCostsOthersNoKey has a homeserver that refuses whatever is for one
// device: the others that stand in the same request must get the room key.
func TestARefusedMessageCostsOthersNoKey(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	second, c := w.device(bob, "SECOND"), w.device(carol, "CAROL")
	room := w.room(a, b, c)
	settle(second)
	for range 10 {
		share, err := a.ShareRoomKey(ctx, room, []string{alice, bob, carol})
		if w.must(err); share.Ready {
			break
		}
		requests, err := a.OutgoingRequests(ctx)
		w.must(err)
		for _, r := range requests {
			if r.Kind == machine.SendToDevice && bytes.Contains(r.Body, []byte(`"BOB":`)) {
				w.must(a.MarkFailed(ctx, r.ID, 400, nil))
			} else {
				a.send(r)
			}
		}
	}
	id, _ := a.say(room, "hello", alice, bob, carol)
	second.reads(room, id, "hello")
	c.reads(room, id, "hello")
	b.cannotRead(room, id, machine.ErrUnknownSession)
}
