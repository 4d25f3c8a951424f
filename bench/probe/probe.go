//go:build js

package probe

import "github.com/mudpuppy-e2ee/mudpuppy/bench/probe/inside"

// Nothing does nothing.
//
//bridge:public
func Nothing() {}

// NothingSecret does nothing, in a call that may touch secrets.
func NothingSecret() {}

// Echo returns a text.
//
//bridge:public
func Echo(text string) string { return text }

// EchoSecret returns a text, in a call that may touch secrets.
func EchoSecret(text string) string { return text }

// EncryptInside encrypts 100 bytes by Megolm, many times, without leaving Go.
func EncryptInside(times uint32) { inside.Encrypt(times) }
