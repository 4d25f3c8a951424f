//go:build js

package promise

import (
	"context"
	"encoding/binary"
	"errors"
	"math"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

var (
	sentinels []bridge.Sentinel
	details   func(w *Writer, err error)
)

// Register makes errors known, as [bridge.Register] does, but they may be wrapped.
// What describe writes comes to JavaScript after the code and the message.
func Register(list []bridge.Sentinel, describe func(w *Writer, err error)) {
	sentinels, details = list, describe
}

// Object is what a call is made to.
type Object interface {
	bridge.Wiper
	// Fault is called when a call has panicked: from then on nobody knows in which
	// state the object is, nor which locks are held.
	Fault()
}

// Call is one call: it reads its arguments in turn, and writes its results.
type Call struct {
	Writer
	number uint32 // JavaScript's own for it
	object Object // nil for a function
	in     []byte
	read   int
	ctx    context.Context
	body   func(ctx context.Context, c *Call) error
}

// Start begins a call with the first size bytes of the input, and returns at once.
func Start(number, size uint32, object Object, body func(ctx context.Context, c *Call) error) {
	dispatch(&Call{number: number, object: object, in: bridge.TakeInput(size), ctx: context.Background(), body: body})
}

// cancels end the calls that can be aborted.
var cancels = make(map[uint32]context.CancelFunc)

// StartAbortable is Start for a call that JavaScript can abort.
func StartAbortable(number, size uint32, object Object, body func(ctx context.Context, c *Call) error) {
	ctx, cancel := context.WithCancel(context.Background())
	cancels[number] = cancel
	dispatch(&Call{number: number, object: object, in: bridge.TakeInput(size), ctx: ctx, body: body})
}

//go:wasmexport promise_abort
func promiseAbort(number uint32) {
	if cancel := cancels[number]; cancel != nil {
		cancel()
	}
}

// run makes the call, and tells JavaScript how it has ended.
func (c *Call) run() {
	failed := c.attempt()
	if cancel := cancels[c.number]; cancel != nil {
		delete(cancels, c.number)
		cancel()
	}
	secret.Wipe(c.in)
	settle(c.number, failed, c.pointer(), uint32(len(c.out)))
	c.wipe()
}

func (c *Call) attempt() (failed uint32) {
	defer func() {
		if fault := recover(); fault != nil {
			if c.object != nil {
				c.object.Fault()
			}
			c.fail(bridge.CodeInternal, bridge.DescribeFault(fault), nil)
			failed = 2
		}
	}()
	err := c.body(c.ctx, c)
	if err == nil {
		return 0
	}
	code, message := Describe(err)
	return c.fail(code, message, err)
}

func (c *Call) fail(code, message string, err error) (failed uint32) {
	c.wipe()
	c.PutText(code)
	c.PutText(message)
	details(&c.Writer, err)
	return 1
}

// Describe returns the code and the message of an error, which hold no secret.
func Describe(err error) (code, message string) {
	for _, s := range sentinels {
		if errors.Is(err, *s.Err) {
			return s.Code, err.Error()
		}
	}
	if errors.Is(err, context.Canceled) {
		return "ERR_ABORTED", "the call was aborted"
	}
	return bridge.CodeInternal, "an error that has no code"
}

// next returns the next n bytes of the arguments.
//
//go:noinline
func (c *Call) next(n uint32) []byte {
	b := c.in[c.read : c.read+int(n) : c.read+int(n)]
	c.read += int(n)
	return b
}

// Uint32 returns a number.
//
//go:noinline
func (c *Call) Uint32() uint32 { return binary.LittleEndian.Uint32(c.next(4)) }

// Integer returns a number that is a safe integer in JavaScript.
//
//go:noinline
func (c *Call) Integer() int64 {
	return int64(math.Float64frombits(binary.LittleEndian.Uint64(c.next(8))))
}

// Bool returns a truth value.
func (c *Call) Bool() bool { return c.Uint32() != 0 }

// Bytes returns bytes. They are overwritten when the call ends.
//
//go:noinline
func (c *Call) Bytes() []byte { return c.next(c.Uint32()) }

// Array32 returns 32 bytes, as Bytes does.
func (c *Call) Array32() *[32]byte { return (*[32]byte)(c.Bytes()) }

// Text returns a text, which is no secret: it is a copy, so that it can be kept.
//
//go:noinline
func (c *Call) Text() string { return string(c.Bytes()) }

// List reads a list.
func List[T any](c *Call, item func() T) []T {
	list := make([]T, c.Uint32())
	for i := range list {
		list[i] = item()
	}
	return list
}

// Optional reads what may not be there.
func Optional[T any](c *Call, item func() T) *T {
	if !c.Bool() {
		return nil
	}
	v := item()
	return &v
}
