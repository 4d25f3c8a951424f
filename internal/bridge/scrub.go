//go:build js

package bridge

// frameSize is more than the stack that any call uses. A test looks for what
// the largest ones leave behind.
const frameSize = 32 << 10

// scrub overwrites the part of the stack that calls of the same caller use.
//
// Go's stack lies in the memory of the program, and what returns leaves its
// frames as they are; a stack that grows is copied, and the old one stays as
// it was too. So scrub comes first, when it makes the stack grow before there
// is a secret on it, and last.
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
