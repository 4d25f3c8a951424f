//go:build js && !wasmhost

package random

import "syscall/js"

// forgetHost forgets the crypto object, as at the start of a program.
func forgetHost() { host.crypto = js.Value{} }
