package simulation

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/judge"
)

// maxDevices is how many devices a user has at most at a time.
const maxDevices = 3

// actions are what can happen, each as often as its weight says.
var actions = []struct {
	weight int
	do     func(*world)
}{
	{30, (*world).somebodySpeaks},
	{6, (*world).somebodyJoins},
	{6, (*world).somebodyLeaves},
	{3, (*world).somebodyIsInvited},
	{4, (*world).somebodyLogsIn},
	{3, (*world).somebodyLogsOut},
	{4, (*world).somebodyBlocks},
	{3, (*world).visibilityChanges},
	{6, (*world).networkComesAndGoes},
	{5, (*world).programCrashes},
	{6, (*world).diskIsInTrouble},
	{2, (*world).serverRestarts},
	{2, (*world).serverRepeats},
	{2, (*world).otherServerIsAway},
	{2, (*world).strangersClaim},
	{2, (*world).hoursPass},
}

// act lets something happen.
func (w *world) act() {
	total := 0
	for _, a := range actions {
		total += a.weight
	}
	n := w.rand.IntN(total)
	for _, a := range actions {
		if n -= a.weight; n < 0 {
			a.do(w)
			return
		}
	}
}

// running are the devices whose program runs.
func (w *world) running() []*client {
	return w.those(func(c *client) bool { return c.m != nil && !c.gone })
}

func (w *world) loggedIn() []*client { return w.those(func(c *client) bool { return !c.gone }) }

func (w *world) those(are func(*client) bool) (all []*client) {
	for _, c := range w.clients {
		if are(c) {
			all = append(all, c)
		}
	}
	return all
}

func (w *world) devicesOf(p *person) []*client {
	return w.those(func(c *client) bool { return c.person == p && !c.gone })
}

// inRoom does something in a room as somebody.
func (w *world) inRoom(p *person, roomID, method, what, body string) {
	w.do(p.id, method, "rooms/"+url.PathEscape(roomID)+"/"+what, body)
}

func (w *world) somebodySpeaks() {
	if c := pick(w, w.running()); c != nil {
		room := w.aRoom()
		for range 1 + w.rand.IntN(3) {
			c.say(room)
		}
	}
}

func (w *world) somebodyJoins() { w.inRoom(pick(w, w.people), w.aRoom(), "POST", "join", "{}") }

func (w *world) somebodyLeaves() {
	w.inRoom(pick(w, w.people), w.aRoom(), "POST", "leave", "{}")
}

func (w *world) somebodyIsInvited() {
	w.inRoom(pick(w, w.people), w.aRoom(), "POST", "invite", `{"user_id":"`+pick(w, w.people).id+`"}`)
}

func (w *world) visibilityChanges() {
	to := pick(w, []string{"joined", "invited", "shared", "world_readable"})
	w.inRoom(pick(w, w.people), w.aRoom(), "PUT", "state/m.room.history_visibility", `{"history_visibility":"`+to+`"}`)
}

func (w *world) somebodyLogsIn() {
	p := pick(w, w.people)
	if len(w.devicesOf(p)) < maxDevices {
		w.newDevice(p)
	}
}

func (w *world) somebodyLogsOut() {
	p := pick(w, w.people)
	if all := w.devicesOf(p); len(all) > 1 {
		pick(w, all).logout()
	}
}

// logout removes a device. Its program keeps all the keys it ever got.
func (c *client) logout() {
	c.server.Logout(c.person.id, c.device)
	c.gone = true
	c.app.drafts, c.app.outbox = nil, nil
}

func (w *world) somebodyBlocks() {
	c, whom := pick(w, w.running()), pick(w, w.clients)
	if c != nil && whom.person != c.person {
		d := judge.Device{UserID: whom.person.id, DeviceID: whom.device}
		c.app.blocking[d] = !c.app.blocked[d]
		c.wake()
	}
}

func (w *world) networkComesAndGoes() {
	if c := pick(w, w.loggedIn()); c != nil {
		c.setOffline(!c.offline)
	}
}

func (w *world) programCrashes() {
	if c := pick(w, w.running()); c != nil {
		c.crash()
	}
}

// diskIsInTrouble has a program end at one of its next commits, or a commit fail; but
// not at the first sync. An application that does not know whether its machine has
// taken that over must begin anew, as the second answer would not tell of all changes
// since the first.
func (w *world) diskIsInTrouble() {
	if c := pick(w, w.running()); c != nil && c.app.since != "" {
		c.disk.plan(trouble(w.rand.IntN(4)), 1+w.rand.IntN(8))
	}
}

func (w *world) serverRestarts() { w.net.Restart(w.within(20 * time.Second)) }

func (w *world) serverRepeats() {
	c := pick(w, w.loggedIn())
	w.server.Replay(c.person.id, c.device)
}

const longestAway = 2 * time.Minute

func (w *world) otherServerIsAway() {
	from, forHowLong := w.clock.Now(), w.within(longestAway)
	w.server.Unreachable(remote, true)
	w.clock.After(forHowLong, func() {
		w.server.Unreachable(remote, false)
		for _, c := range w.clients {
			w.judge.Away(c.name(), remote, from, w.clock.Now())
		}
	})
}

// setOffline takes the network away, or gives it back.
func (c *client) setOffline(is bool) {
	if c.offline = is; !is {
		c.later(time.Second, c.wake)
	}
}

// strangersClaim uses up the one-time keys of a device, so that only the fallback key
// is left. It does not go with hours that pass: what is sent hours after its fallback
// key was claimed need not be readable, as that key may be forgotten by then.
func (w *world) strangersClaim() {
	if w.hours {
		return
	}
	c := pick(w, w.loggedIn())
	for range 60 {
		w.do("@mallory:example.org", "POST", "keys/claim", fmt.Sprintf(`{"one_time_keys":{%q:{%q:"signed_curve25519"}}}`, c.person.id, c.device))
	}
}

// hoursPass lets sessions become old. Nobody syncs often meanwhile.
func (w *world) hoursPass() {
	if !w.hours {
		return
	}
	w.slowly(func() { w.clock.Run(20*time.Minute + w.within(90*time.Minute)) })
}

// slowly does something while devices sync rarely.
func (w *world) slowly(do func()) {
	before := w.pace
	w.pace = 10 * time.Minute
	do()
	w.pace = before
	for _, c := range w.loggedIn() {
		c.later(w.pace, c.sync)
	}
}

// remote is the other homeserver.
const remote = "remote.example"

// begin has some users meet in two rooms.
func (w *world) begin() {
	for _, id := range []string{"@alice:example.org", "@bob:example.org", "@carol:remote.example", "@dave:example.org", "@erin:remote.example"} {
		w.newPerson(id)
	}
	for range 4 {
		w.somebodyLogsIn()
	}
	for i, creator := range w.people[:2] {
		room := w.newRoom(creator, []judge.Limits{low, usual}[i])
		for _, p := range w.people {
			if p != creator && w.chance(0.8) {
				w.inRoom(p, room, "POST", "join", "{}")
			}
		}
	}
}

// settle lets everything come to rest: all are there, nothing goes wrong, and nobody
// says anything new.
func (w *world) settle() {
	w.net.Faults.LoseRequest, w.net.Faults.LoseAnswer, w.net.Faults.Duplicate = 0, 0, 0
	w.net.Faults.TooMany, w.net.Faults.Failure = 0, 0
	w.server.Unreachable(remote, false)
	for _, c := range w.clients {
		c.setOffline(false)
		c.disk.heal()
	}
	w.clock.Run(time.Minute)
	for calm := 0; calm < 2; {
		w.slowly(func() { w.clock.Run(30 * time.Minute) })
		if calm++; slices.ContainsFunc(w.loggedIn(), (*client).busy) {
			calm = 0
		}
		if w.clock.Now().Sub(start) > 7*24*time.Hour {
			w.complainOfTheBusy()
			return
		}
	}
}

// busy reports whether a device still has something to do.
func (c *client) busy() bool {
	if c.m == nil {
		return true
	}
	requests, err := c.m.OutgoingRequests(c.Context())
	return !c.ok("OutgoingRequests", err) || len(requests)+len(c.jobs)+len(c.app.outbox)+len(c.app.blocking) > 0
}

func (w *world) complainOfTheBusy() {
	for _, c := range w.loggedIn() {
		if c.busy() {
			requests, _ := c.m.OutgoingRequests(c.Context())
			w.complain("%s does not come to rest: requests %v, messages %d and %d, blocking %v", c, requests, len(c.jobs), len(c.app.outbox), c.app.blocking)
		}
	}
}

// verdict has every device that ever was try to read everything that was ever
// encrypted, and returns all complaints.
func (w *world) verdict() []string {
	for _, c := range w.clients {
		if c.m == nil || c.disk.isDead() {
			c.open()
		}
		for i := range w.texts {
			if text := messageText(i + 1); w.events[text].json != nil {
				w.judge.Tried(c.name(), text, c.tries(text))
			}
		}
	}
	return slices.Concat(w.complaints, w.judge.Verdict())
}
