// Package inside does within Go what the benchmark measures from JavaScript
// too.
package inside

import "github.com/mudpuppy-e2ee/mudpuppy/megolm"

var (
	session   = megolm.NewOutboundSession(megolm.Version1)
	plaintext = make([]byte, 100)
	message   []byte // so that the compiler cannot leave the work out
)

// Encrypt encrypts a message of 100 bytes so many times.
func Encrypt(times uint32) {
	for range times {
		var err error
		if message, err = session.Encrypt(plaintext); err != nil {
			panic(err)
		}
	}
}
