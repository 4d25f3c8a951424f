//go:build js

package promise

// resting are the goroutines that rest, by number.
var (
	resting  = make(map[uint32]chan struct{})
	lastRest uint32
)

// rest asks JavaScript for a turn of its event loop, after which it calls promise_rested.
//
//go:wasmimport mudpuppy promise_rest
func rest(number uint32)

// Rest returns when all else in the page that waited has had its turn: long work that
// waits for nothing would let nobody else run.
func Rest() {
	lastRest++
	number, rested := lastRest, make(chan struct{})
	resting[number] = rested
	rest(number)
	<-rested
}

//go:wasmexport promise_rested
func promiseRested(number uint32) {
	if rested := resting[number]; rested != nil {
		delete(resting, number)
		close(rested)
	}
}
