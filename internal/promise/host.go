//go:build js

package promise

import "unsafe"

// settle tells JavaScript how a call has ended, with its results, or with the
// code and message of an error. JavaScript has read them when it returns.
//
//go:wasmimport mudpuppy promise_settle
func settle(call, failed uint32, results unsafe.Pointer, length uint32)

// notify tells a listener of something that it did not ask for, as settle does.
//
//go:wasmimport mudpuppy promise_notify
func notify(listener uint32, news unsafe.Pointer, length uint32)

// Notify tells a listener what was written, and wipes that.
func Notify(listener uint32, w *Writer) {
	notify(listener, w.pointer(), uint32(len(w.out)))
	w.wipe()
}
