package megolmstate

import "github.com/mudpuppy-e2ee/mudpuppy/internal/aessha2"

// cipher derives the keys of the message at the ratchet's index.
func (r *Ratchet) cipher() *aessha2.Cipher {
	return aessha2.New(r.Data.Array()[:], "MEGOLM_KEYS")
}
