//go:build js

package bridge

import (
	"encoding/binary"
	"unsafe"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// failed is the status of a call that leaves an error.
const failed = -1

// Sentinel is an error that crosses the bridge, under the code that JavaScript
// knows it by.
type Sentinel struct {
	Code string
	Err  *error // a pointer, so that the list is data and not code that fills it
}

var sentinels []Sentinel

// Register makes errors known. An error that is not among them is a fault of
// ours, as a panic is.
func Register(list []Sentinel) { sentinels = list }

// current is the one call that is going on. One made for each would be on the
// heap, since it is handed to functions that the compiler does not see.
var current Call

// Run makes a call that may touch secrets, and returns its status.
func Run(body func(c *Call) error) int32 {
	grow()
	status := Read(body)
	scrub()
	return status
}

// Read makes a call that touches nothing secret, and returns its status. It
// recovers from panics: one that passed through an export would end the
// program, and leave its exports.
//
//go:noinline
func Read(body func(c *Call) error) (status int32) {
	dropLargeOutput()
	c := &current
	*c = Call{}
	defer func() { // a tenth faster than a method
		if fault := recover(); fault != nil {
			status = c.fail(CodeInternal, DescribeFault(fault))
		}
		c.end()
	}()
	if err := body(c); err != nil {
		return c.failWith(err)
	}
	return int32(c.written)
}

// Call is one call from JavaScript: it reads its arguments in turn, and writes
// its results. Its methods are not inlined, because a hundred exports use them
// and each is loaded by every browser.
type Call struct {
	read    uint32 // of the input
	written int    // of the output
}

// Bytes returns the next n bytes of the input. They are overwritten when the
// call ends, so nothing may keep them.
//
//go:noinline
func (c *Call) Bytes(n uint32) []byte {
	b := input[c.read : c.read+n : c.read+n]
	c.read += n
	return b
}

// Array32 returns the next 32 bytes of the input, as Bytes does.
//
//go:noinline
func (c *Call) Array32() *[32]byte { return (*[32]byte)(c.Bytes(32)) }

// Text returns the next n bytes of the input as a string, as Bytes does. They
// are not copied, because a copy could not be wiped.
//
//go:noinline
func (c *Call) Text(n uint32) string {
	return unsafe.String(unsafe.SliceData(c.Bytes(n)), n)
}

// room returns n bytes of the output, to be written.
//
//go:noinline
func (c *Call) room(n int) []byte {
	if n > len(output)-c.written {
		growOutput(c.written, n)
	}
	b := output[c.written : c.written+n]
	c.written += n
	return b
}

// PutUint32 adds a number to the results.
//
//go:noinline
func (c *Call) PutUint32(n uint32) { binary.LittleEndian.PutUint32(c.room(4), n) }

// PutBool adds a truth value to the results.
//
//go:noinline
func (c *Call) PutBool(b bool) {
	var n uint32
	if b {
		n = 1
	}
	c.PutUint32(n)
}

// PutText adds a text, which is no secret, to the results.
//
//go:noinline
func (c *Call) PutText(s string) {
	b := c.room(4 + len(s))
	binary.LittleEndian.PutUint32(b, uint32(len(s)))
	copy(b[4:], s)
}

// PutBytes adds bytes to the results and wipes them: what is returned to
// JavaScript must be the call's own, and is a secret more often than not.
func (c *Call) PutBytes(b []byte) {
	out := c.room(4 + len(b))
	binary.LittleEndian.PutUint32(out, uint32(len(b)))
	copy(out[4:], b)
	secret.Wipe(b)
}

// PutObject adds an object to the results, which JavaScript then owns.
//
//go:noinline
func (c *Call) PutObject(o Wiper) { c.PutUint32(Hold(o)) }

// CodeInternal is the code of a fault of ours.
const CodeInternal = "ERR_INTERNAL"

// failWith makes an error the outcome of the call and returns the status.
func (c *Call) failWith(err error) int32 {
	for _, s := range sentinels {
		if err == *s.Err { // nothing wraps them
			return c.fail(s.Code, (*s.Err).Error())
		}
	}
	return c.fail(CodeInternal, "an error that has no code")
}

func (c *Call) fail(code, message string) int32 {
	secret.Wipe(output[:c.written])
	c.written = 0
	c.PutText(code)
	c.PutText(message)
	return failed
}

// end overwrites the arguments.
func (c *Call) end() {
	if c.read > 0 {
		wipeInput(c.read)
	}
}
