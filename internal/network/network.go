// Package network is what lies between devices and their homeserver, for tests: it
// takes its time, loses requests and answers, lets them overtake one another, brings
// some twice, and says now and then that the server has no time.
//
//	clock := network.NewClock(start)
//	n := network.New(clock, rand, server.Do)
//	n.Faults = network.Rough
//	n.Send(network.Request{…}, func(status int, answer []byte) { … }) // status 0: none came
//	clock.Run(time.Minute)
//
// All of it happens in one goroutine, at a [Clock]'s time, and again in the same way
// with the same seed.
package network

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Request is one of a device to the server.
type Request struct {
	UserID, DeviceID, Method, Path string
	Body                           []byte
}

// Server answers a request.
type Server func(userID, deviceID, method, path string, body []byte) (status int, answer []byte)

// Faults are what goes wrong, as the shares of requests to which it happens.
type Faults struct {
	LoseRequest float64 // it does not arrive
	LoseAnswer  float64 // it is done, but the device does not learn of it
	Duplicate   float64 // it is done twice, the second time some time later
	TooMany     float64 // the server answers 429, with retry_after_ms
	Failure     float64 // something before the server answers 502, without JSON
}

// Rough is a network where everything goes wrong now and then.
var Rough = Faults{LoseRequest: 0.04, LoseAnswer: 0.04, Duplicate: 0.04, TooMany: 0.03, Failure: 0.03}

// Timeout is after what time a device gives up waiting for an answer.
const Timeout = 30 * time.Second

// Network carries requests to a server.
type Network struct {
	// Faults may be changed at any time.
	Faults Faults
	// Slowest is the longest time that a request or an answer is under way, the
	// default half a second.
	Slowest time.Duration

	clock  *Clock
	rand   *rand.Rand
	server Server
	life   int       // of the server: what is under way when it ends is lost
	down   time.Time // until when the server is down
}

// New returns a network without faults.
func New(clock *Clock, r *rand.Rand, server Server) *Network {
	return &Network{Slowest: time.Second / 2, clock: clock, rand: r, server: server}
}

// Restart ends the server and has it back after some time. Everything under way is
// lost, be it a request or an answer.
func (n *Network) Restart(away time.Duration) {
	n.life++
	n.down = n.clock.Now().Add(away)
}

// Send sends a request. It calls done exactly once, with the status 0 if no answer
// came.
func (n *Network) Send(r Request, done func(status int, answer []byte)) {
	answered := false
	finish := func(status int, answer []byte) {
		if !answered {
			answered = true
			done(status, answer)
		}
	}
	n.clock.After(Timeout, func() { finish(0, nil) })
	if !n.happens(n.Faults.LoseRequest) {
		n.deliver(r, n.delay(), finish)
	}
	if n.happens(n.Faults.Duplicate) {
		n.deliver(r, n.delay()+n.delay(), func(int, []byte) {})
	}
}

// deliver brings a request to the server after some time, and the answer back.
func (n *Network) deliver(r Request, after time.Duration, finish func(int, []byte)) {
	life := n.life
	n.clock.After(after, func() {
		if life != n.life {
			return
		}
		status, answer := n.serve(r)
		if n.happens(n.Faults.LoseAnswer) {
			return
		}
		n.clock.After(n.delay(), func() {
			if life == n.life {
				finish(status, answer)
			}
		})
	})
}

func (n *Network) serve(r Request) (int, []byte) {
	switch {
	case n.clock.Now().Before(n.down), n.happens(n.Faults.Failure):
		return 502, []byte("<html>Bad Gateway</html>")
	case n.happens(n.Faults.TooMany):
		wait := 100 + n.rand.IntN(2000)
		return 429, fmt.Appendf(nil, `{"errcode":"M_LIMIT_EXCEEDED","error":"Too many requests","retry_after_ms":%d}`, wait)
	}
	return n.server(r.UserID, r.DeviceID, r.Method, r.Path, r.Body)
}

// happens draws only where there is something to draw, so that a network without
// faults takes nothing from the randomness of others.
func (n *Network) happens(share float64) bool { return share > 0 && n.rand.Float64() < share }

func (n *Network) delay() time.Duration { return time.Duration(n.rand.Int64N(int64(n.Slowest)) + 1) }
