package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/order"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// claimDevices is how many one-time keys a request claims at most.
const claimDevices = 250

// claims are the one-time keys that are to be claimed, to make sessions with.
type claims struct {
	wanted   map[peerID]*claim
	requests map[string]*keysClaim
}

// claim is that of one device. It stays after a failure, so that the next attempt
// comes later.
type claim struct {
	device  string
	peer    peerID
	request *keysClaim // which it is part of now
	failing bool       // the device had no key, or the wrong one
	why     claimReason
	retry
}

// claimReason is what a session is wanted for.
type claimReason int

const (
	toSend  claimReason = iota // something waits to be sent with it
	toRenew                    // the one that there is, is of no use
)

// keysClaim is a request for one-time keys that waits for its answer.
type keysClaim struct {
	id     string
	body   []byte
	claims []*claim
	retry
}

func (c *claims) clear() {
	c.wanted = make(map[peerID]*claim)
	c.requests = make(map[string]*keysClaim)
}

// claim asks for a session with a device.
func (w *work) claim(t target, why claimReason) {
	c := w.state.claims.wanted[t.peer()]
	if c == nil {
		c = &claim{device: t.device.id, peer: t.peer()}
		w.state.claims.wanted[t.peer()] = c
	}
	c.why = max(c.why, why)
}

// claiming reports whether a session with a device is on its way. One that has
// failed holds nobody up until it is tried again.
func (m *Machine) claiming(id peerID) bool {
	c := m.state.claims.wanted[id]
	return c != nil && (c.request != nil || !c.failing || c.due(m.now()))
}

// claimRequests returns the requests for one-time keys that are to be sent now.
func (w *work) claimRequests(now int64) (all []*keysClaim) {
	var due []*claim
	for _, c := range w.state.claims.wanted {
		if c.request == nil && c.due(now) {
			due = append(due, c)
		}
	}
	order.By(due, func(a, b *claim) int { return compareRefs(a.peer.user, a.device, b.peer.user, b.device) })
	for some := range slices.Chunk(due, claimDevices) {
		w.claimRequest(some)
	}
	for _, r := range w.state.claims.requests {
		if r.due(now) {
			all = append(all, r)
		}
	}
	order.By(all, func(a, b *keysClaim) int {
		return compareRefs(a.claims[0].peer.user, a.claims[0].device, b.claims[0].peer.user, b.claims[0].device)
	})
	return all
}

func compareRefs(userA, deviceA, userB, deviceB string) int {
	return slices.Compare([]string{userA, deviceA}, []string{userB, deviceB})
}

// claimRequest makes a request. The claims are in the order of their users.
func (w *work) claimRequest(some []*claim) {
	r := &keysClaim{id: newID(), claims: slices.Clone(some)}
	o := newObject(96 * len(some)).open("one_time_keys")
	for i, c := range some {
		if c.request = r; i == 0 || some[i-1].peer.user != c.peer.user {
			if i > 0 {
				o.close()
			}
			o.open(c.peer.user)
		}
		o.text(c.device, "signed_curve25519")
	}
	r.body = o.close().close().number("timeout", queryTimeout).done()
	w.state.claims.requests[r.id] = r
}

// keysClaimed makes sessions from the one-time keys of an answer.
//
// https://spec.matrix.org/latest/client-server-api/#post_matrixclientv3keysclaim
func (w *work) keysClaimed(ctx context.Context, r *keysClaim, answer strictjson.Value) (*work, error) {
	if err := w.loadClaimed(ctx, r.claims); err != nil {
		return w, err
	}
	delete(w.state.claims.requests, r.id)
	given := membersOf(answer, "one_time_keys")["one_time_keys"]
	w, err := w.inSlices(ctx, &w.paces.claims, len(r.claims), func(w *work, from, to int) error {
		return w.makeSessions(ctx, r.claims[from:to], given)
	})
	if err != nil {
		return w, err
	}
	return w, w.sendWaiting(ctx)
}

// loadClaimed sees to it that all that claims are about is in memory.
func (w *work) loadClaimed(ctx context.Context, claims []*claim) error {
	var users []string
	var peers []peerID
	for _, c := range claims {
		users, peers = append(users, c.peer.user), append(peers, c.peer)
	}
	if err := w.loadUsers(ctx, users...); err != nil {
		return err
	}
	return w.loadPeers(ctx, peers)
}

// makeSessions makes sessions from some of the one-time keys of an answer.
func (w *work) makeSessions(ctx context.Context, claims []*claim, given map[string]strictjson.Value) error {
	if err := w.loadClaimed(ctx, claims); err != nil {
		return err
	}
	now := w.now()
	for _, c := range claims {
		c.request = nil
		if err := w.makeSession(c, given[c.peer.user].Get(c.device)); err != nil {
			w.log(Info, "no session with device "+c.device+" of "+c.peer.user+": "+err.Error())
			if err == ErrUnknownDevice {
				delete(w.state.claims.wanted, c.peer) // it is gone
				continue
			}
			c.failing = true
			c.failed(failure{}, now)
			continue
		}
		delete(w.state.claims.wanted, c.peer)
		if c.why == toRenew {
			w.sendDummy(c)
		}
	}
	w.state.changes++ // those who share a room key must look again
	return nil
}

// makeSession makes a session from what a homeserver gives out as a one-time key.
func (w *work) makeSession(c *claim, given strictjson.Value) error {
	d := w.userNamed(c.peer.user).device(c.device)
	if d == nil || d.curve25519 != c.peer.key {
		return ErrUnknownDevice
	}
	of := &event.DeviceKeys{UserID: c.peer.user, DeviceID: c.device, Ed25519: d.ed25519}
	for id, value := range given.Members() {
		if len(id) < 18 || id[:18] != "signed_curve25519:" {
			continue
		}
		k, err := event.SignedValue(value).OneTimeKey(of)
		if err != nil {
			return err
		}
		s, err := w.state.own.account.NewOutboundSession(d.curve25519, k.Key, olm.Version1)
		if err != nil {
			return err
		}
		p := w.state.peers[c.peer]
		made := &peerSession{Session: s, ed25519: d.ed25519}
		if k.Fallback {
			made.fallback = w.now()
		}
		p.add(made)
		if c.why == toRenew {
			p.renewed = w.now()
		}
		w.keep(p)
		return nil
	}
	return errNoKey
}

// claimFailed keeps a request for later. One that the homeserver refuses is made two,
// and so on, as with queryFailed.
func (w *work) claimFailed(r *keysClaim, f failure) {
	if !f.permanent() {
		r.failed(f, w.now())
		return
	}
	delete(w.state.claims.requests, r.id)
	if half := len(r.claims) / 2; half > 0 {
		w.claimRequest(r.claims[:half])
		w.claimRequest(r.claims[half:])
		return
	}
	c := r.claims[0]
	c.request, c.failing = nil, true
	c.failed(f, w.now())
	w.state.changes++
}
