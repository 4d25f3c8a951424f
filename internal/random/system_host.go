//go:build js && wasmhost

package random

import (
	"errors"
	"unsafe"
)

// errNoCrypto is what Check returns where JavaScript has no crypto object, as
// on an insecure origin.
var errNoCrypto = errors.New("random: crypto.getRandomValues is missing")

//go:wasmimport mudpuppy random_fill
//go:noescape
func hostFill(address unsafe.Pointer, length int32) (ok int32)

// system lets the host write into Go's memory, so that no copy stays behind in
// JavaScript. See package wasmhost.
func system(b []byte) error {
	if len(b) > 0 && hostFill(unsafe.Pointer(&b[0]), int32(len(b))) == 0 {
		return errNoCrypto
	}
	return nil
}
