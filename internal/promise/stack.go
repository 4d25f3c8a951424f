//go:build js

package promise

// frameSize is more than the stack that any call uses; see package bridge. A test
// holds that (web/test/machine-stack.test.mjs).
const frameSize = 48 << 10

// never is false, which the compiler does not know.
var never bool

// Grow makes the stack of a goroutine grow beyond what a call will use, before
// there is a secret on it.
//
//go:noinline
func Grow() {
	if never {
		var frame [frameSize]byte
		touch(&frame)
	}
}

// Scrub overwrites what calls have left on the stack below their caller.
//
//go:noinline
func Scrub() {
	var frame [frameSize]byte
	touch(&frame)
}

// touch keeps the compiler from seeing that nobody reads the frame.
//
//go:noinline
func touch(*[frameSize]byte) {}
