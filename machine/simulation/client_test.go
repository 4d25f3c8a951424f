package simulation

import (
	"errors"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/judge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/network"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// client is a device: a machine, and the application around it. What is in app
// survives a crash, and so does the store.
type client struct {
	*world
	*person
	device string
	policy machine.Policy
	// unsigned devices are never signed by their user.
	unsigned bool
	// ahead says that the application keeps what a sync says of rooms before the
	// machine takes it over, and syncs from where the machine is; else it does so
	// afterwards, and syncs from where it is itself.
	ahead bool

	store   *memory.Store
	app     app
	offline bool
	gone    bool // logged out

	// What one life of the program has.
	life     int
	disk     *disk
	m        *machine.Machine // nil if the program does not run
	seen     int              // the position up to which the machine knows everything
	inFlight map[string]bool  // requests, by id
	syncing  bool
	jobs     []*job
	requests int // so far
	// point is where it is to end.
	point crashPoint
}

// app is what the application keeps.
type app struct {
	since   string
	view    view
	drafts  []draft
	outbox  []*outgoing
	blocked map[judge.Device]bool
	// blocking are devices to be blocked, or not to be any more, as soon as the
	// machine has taken note of it.
	blocking map[judge.Device]bool
	txn      int
	known    int // the highest position that the machine may know something of
	// first says that the device is to make its user's identity, and identified that
	// it has one.
	first, identified bool
}

func (c *client) String() string { return c.person.id + "/" + c.device }

func (c *client) name() judge.Device { return judge.Device{UserID: c.person.id, DeviceID: c.device} }

// begin starts the program for the first time.
func (c *client) begin() {
	c.store = memory.New()
	c.app = app{blocked: make(map[judge.Device]bool), blocking: make(map[judge.Device]bool)}
	c.app.view = view{rooms: make(map[string]*roomView)}
	c.app.first = c.person.named == 1
	c.ahead, c.unsigned = c.chance(0.5), !c.app.first && c.chance(0.2)
	c.policy = pick(c.world, []machine.Policy{machine.CrossSigned, machine.CrossSigned, machine.AllDevices})
	c.open()
	c.tick()
}

// open starts the program.
func (c *client) open() {
	c.life++
	c.disk = &disk{Store: c.store}
	c.inFlight, c.syncing, c.jobs, c.requests = make(map[string]bool), false, nil, 0
	if c.life == 1 && c.plan != nil {
		c.plan(c, len(c.clients)-1)
	}
	for _, d := range c.app.drafts {
		c.jobs = append(c.jobs, &job{draft: d})
	}
	m, err := machine.Open(c.Context(), machine.Config{
		UserID: c.person.id, DeviceID: c.device, Store: c.disk, Policy: c.policy, Now: c.clock.Now,
	})
	switch {
	case err == nil:
		c.m = m
	case c.disk.isDead():
		c.reopen()
		return
	case errors.Is(err, store.ErrFailed):
		c.open()
		return
	default:
		c.complain("%s does not open: %v", c, err)
		return
	}
	c.seen = c.app.view.position
	if c.ahead {
		token, err := m.SyncToken(c.Context())
		if !c.ok("SyncToken", err) {
			return
		}
		c.seen = homeserver.PositionOf(token)
	}
	c.wake()
}

// crash ends the program at once, and has it started again after some time.
func (c *client) crash() {
	if c.m == nil {
		return
	}
	c.disk.kill()
	c.life++
	c.m = nil
	c.reopen()
}

func (c *client) reopen() {
	c.clock.After(c.within(20*time.Second), func() {
		if c.m == nil && !c.gone {
			c.open()
		}
	})
}

// ok reports whether a call of the machine has succeeded. That the disk is in trouble
// is nobody's fault.
func (c *client) ok(call string, err error) bool {
	switch {
	case err == nil:
		return true
	case c.disk.isDead():
		c.crash()
	case errors.Is(err, store.ErrFailed): // the machine goes on from what the store has
	default:
		c.complain("%s: %s: %v", c, call, err)
	}
	return false
}

// running reports whether the program runs and has a network.
func (c *client) running() bool { return c.m != nil && !c.offline && !c.gone }

// later does something after some time, if the program has not ended by then.
func (c *client) later(longest time.Duration, do func()) {
	life := c.life
	c.clock.After(c.within(longest), func() {
		if life == c.life {
			do()
		}
	})
}

// tick has the device sync now and then, as long as it is logged in.
func (c *client) tick() {
	if c.gone {
		return
	}
	c.sync()
	c.wake()
	c.clock.After(c.pace/4+c.within(c.pace), c.tick)
}

// wake does what can be done now. It is called whenever something has changed.
func (c *client) wake() {
	for _, step := range []func(){c.block, c.identify, c.work, c.pump, c.post} {
		if c.running() {
			step()
		}
	}
}

// pump sends the machine's requests.
func (c *client) pump() {
	requests, err := c.m.OutgoingRequests(c.Context())
	if !c.ok("OutgoingRequests", err) {
		return
	}
	for _, r := range requests {
		if !c.inFlight[r.ID] {
			c.inFlight[r.ID] = true
			c.send(r, r.Body)
		}
	}
}

// send sends a request of the machine, and tells it of the answer.
func (c *client) send(r machine.Request, body []byte) {
	c.request(r.Method, r.Path, body, func(status int, answer []byte) {
		if status == 401 && r.Kind == machine.SigningUpload {
			c.send(r, withPassword(body))
			return
		}
		delete(c.inFlight, r.ID)
		var err error
		if status == 200 {
			err = c.m.MarkSent(c.Context(), r.ID, answer)
		} else {
			err = c.m.MarkFailed(c.Context(), r.ID, status, answer)
		}
		// After the disk was in trouble, the machine does not know of all any more.
		if errors.Is(err, machine.ErrUnknownRequest) || c.ok("MarkSent of "+string(r.Kind), err) {
			c.wake()
		}
	})
}

// request sends something, and calls back if the program has not ended by then.
func (c *client) request(method, path string, body []byte, done func(status int, answer []byte)) {
	c.requests++
	number, life := c.requests, c.life
	if c.crashesAt(requestBefore, number) {
		c.crash()
		return
	}
	r := network.Request{UserID: c.person.id, DeviceID: c.device, Method: method, Path: path, Body: body}
	c.net.Send(r, func(status int, answer []byte) {
		switch {
		case life != c.life || c.m == nil || c.gone:
		case c.crashesAt(answerBefore, number):
			c.crash()
		case c.offline:
			done(0, nil)
		default:
			done(status, answer)
		}
	})
	if c.crashesAt(requestAfter, number) {
		c.crash()
	}
}
