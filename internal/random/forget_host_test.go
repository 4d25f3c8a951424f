//go:build js && wasmhost

package random

// forgetHost has nothing to do: the host looks for the crypto object each time.
func forgetHost() {}
