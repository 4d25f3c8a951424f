//go:build js

package bridge

// frameSize is a fifth more than the stack that any call uses. A test holds that
// (web/test/stack.test.mjs), and another looks for what calls leave behind.
const frameSize = 8 << 10

// never is false, which the compiler does not know.
var never bool

// grow makes the stack grow beyond what a call will use.
//
// Go's stack lies in the memory of the program, and a stack that grows is
// copied, of which the old one stays as it was: so it has to grow before there
// is a secret on it. The frame is not cleared for that, only asked for. That the
// stack does not shrink either, which the garbage collector might do in the
// midst of a call, is for the host to see to, by GODEBUG=gcshrinkstackoff=1
// (package wasmhost).
//
//go:noinline
func grow() {
	if never {
		var frame [frameSize]byte
		touch(&frame)
	}
}

// scrub overwrites the part of the stack that calls of the same caller use,
// since what returns leaves its frames as they are.
//
//go:noinline
func scrub() {
	var frame [frameSize]byte
	touch(&frame)
}

// touch keeps the compiler from seeing that nobody reads the frame.
//
//go:noinline
func touch(*[frameSize]byte) {}
