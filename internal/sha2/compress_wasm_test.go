//go:build !purego

package sha2

import (
	"bytes"
	"encoding/binary"
	"testing"
	"unsafe"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// The last words of the message schedule are what the assembly could leave on
// the stack; they determine the block. Natively, and in plain Go, the compiler
// decides what lies there.

func TestT9ScheduleIsWipedFromTheStack256(t *testing.T) {
	block := testrand.Bytes(testrand.New(t), block256)
	var w [16]uint32
	for i := range w {
		w[i] = binary.BigEndian.Uint32(block[4*i:])
	}
	for range 3 {
		schedule256(&w)
	}
	var last []byte
	for _, word := range w {
		last = binary.LittleEndian.AppendUint32(last, word)
	}
	state := initial256
	wantWiped(t, last, func() { blocks256(&state, &block[0], 1) })
}

func TestT9ScheduleIsWipedFromTheStack512(t *testing.T) {
	block := testrand.Bytes(testrand.New(t), block512)
	var w [16]uint64
	for i := range w {
		w[i] = binary.BigEndian.Uint64(block[8*i:])
	}
	for range 4 {
		schedule512(&w)
	}
	var last []byte
	for _, word := range w {
		last = binary.LittleEndian.AppendUint64(last, word)
	}
	state := initial512
	wantWiped(t, last, func() { blocks512(&state, &block[0], 1) })
}

// wantWiped looks for any eight bytes of a secret in the stack below it, after
// work, and as a control after the secret was left there.
func wantWiped(t *testing.T, secret []byte, work func()) {
	t.Helper()
	var below [2048]byte
	found := func() (n int) {
		for i := 0; i < len(secret); i += 8 {
			if bytes.Contains(below[:], secret[i:i+8]) {
				n++
			}
		}
		return n
	}
	leave(secret)
	copyStackBelow(&below)
	if n := found(); n != len(secret)/8 {
		t.Fatalf("control: %d of %d words were found", n, len(secret)/8)
	}
	leave(make([]byte, len(secret))) // over the control
	work()
	copyStackBelow(&below)
	if n := found(); n != 0 {
		t.Errorf("%d of %d words are left on the stack", n, len(secret)/8)
	}
}

// leave leaves a copy of the secret on the stack.
//
//go:noinline
func leave(secret []byte) byte {
	var frame [512]byte
	copy(frame[256:], secret)
	return frame[256+len(secret)/2]
}

// copyStackBelow copies the stack below the frame of its caller.
//
//go:noinline
func copyStackBelow(to *[2048]byte) {
	var here byte
	bottom := unsafe.Add(unsafe.Pointer(&here), -len(to))
	for i := range to {
		to[i] = *(*byte)(unsafe.Add(bottom, i))
	}
}
