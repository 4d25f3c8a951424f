//go:build js

package bridge

import (
	"unsafe"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

const (
	// bufferSize is the size of the buffers that are always there, enough for
	// nearly every event. A call that needs more gets it for its time.
	bufferSize = 64 << 10

	// maxArgument is the length of the longest text, in UTF-16 units, or byte
	// array that is taken. JavaScript checks it before it copies anything.
	maxArgument = 2 << 20
)

var (
	smallInput, smallOutput [bufferSize]byte

	input  = smallInput[:]
	output = smallOutput[:]
)

// layout tells JavaScript where the buffers are. It stays where it is.
var layout struct {
	input, inputSize, output, maxArgument uint32
}

//go:wasmexport bridge_layout
func bridgeLayout() unsafe.Pointer {
	describe()
	return unsafe.Pointer(&layout)
}

func describe() {
	layout.input = address(input)
	layout.inputSize = uint32(len(input))
	layout.output = address(output)
	layout.maxArgument = maxArgument
}

func address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(&b[0]))) }

// bridgeReserve makes the input buffer larger for the next call.
//
//go:wasmexport bridge_reserve
func bridgeReserve(n uint32) {
	input = make([]byte, n)
	describe()
}

// growOutput makes room for n more bytes after the first used ones.
func growOutput(used, n int) {
	larger := make([]byte, max(used+n, 2*len(output)))
	copy(larger, output[:used])
	secret.Wipe(output[:used])
	output = larger
	describe()
}

// dropLargeOutput goes back to the small buffer, after JavaScript has read,
// and wiped, what the previous call left.
func dropLargeOutput() {
	if len(output) > bufferSize {
		output = smallOutput[:]
		describe()
	}
}

// wipeInput overwrites the arguments of a call that ends.
func wipeInput(used uint32) {
	secret.Wipe(input[:used])
	if len(input) > bufferSize {
		input = smallInput[:]
		describe()
	}
}

// TakeInput returns the first n bytes of the input, which are the caller's then:
// for calls that outlast their export.
func TakeInput(n uint32) []byte {
	if len(input) > bufferSize { // made for this call alone
		taken := input[:n]
		input = smallInput[:]
		describe()
		return taken
	}
	taken := make([]byte, n)
	copy(taken, input)
	secret.Wipe(input[:n])
	return taken
}
