package sealed

import (
	"errors"

	"golang.org/x/crypto/argon2"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// ErrParams means that parameters of Argon2id are out of bounds, or that a
// passphrase is empty.
var ErrParams = errors.New("sealed: these parameters of Argon2id are out of bounds")

// Params say how much work it is to try a passphrase (RFC 9106). They are kept
// in the store, so that they can differ from one to the next.
type Params struct {
	Passes uint32 // over the memory
	Memory uint32 // in KiB
	Lanes  uint8  // that are computed at the same time, where there are threads
}

// DefaultParams suit a browser, which has one thread for this and never gives
// back the memory: 64 MiB, the lesser of the two choices of RFC 9106. They take
// about a second there, in which nothing else runs.
var DefaultParams = Params{Passes: 3, Memory: 64 << 10, Lanes: 1}

// What a new passphrase may ask for: no less than OWASP recommends, and no more
// than every device has that is to open the store.
const (
	MinPasses = 2
	MinMemory = 19 << 10  // KiB
	MaxPasses = 32        //
	MaxMemory = 256 << 10 // KiB
	MaxLanes  = 16
)

// allowed reports whether parameters may be worked with. Those that a store
// names are asked before any work is done, as it may have been altered to make
// us work for ever. How low they are does not matter then: the key that they
// lead to opens nothing that was sealed under other ones.
func (p Params) allowed() bool {
	return p.Passes >= 1 && p.Passes <= MaxPasses &&
		p.Memory >= 8*uint32(p.Lanes) && p.Memory <= MaxMemory &&
		p.Lanes >= 1 && p.Lanes <= MaxLanes
}

// enough reports whether a new key may be made with the parameters.
func (p Params) enough() bool {
	return p.allowed() && p.Passes >= MinPasses && p.Memory >= MinMemory
}

// Key is what opens a store: 32 random bytes, or a passphrase. It holds a copy
// of what it is made from; its owner calls Wipe. A [Store] does not keep it.
type Key struct {
	raw        secret.Box[[32]byte]
	passphrase secret.Bytes
	params     Params
}

// RawKey is a key of 32 random bytes, kept where the platform keeps secrets.
func RawKey(key *[32]byte) Key { return Key{raw: secret.Of(key)} }

// Passphrase is a key made from what a person knows, taken byte by byte: whoever
// has a text agrees with themselves on its Unicode normalisation. The parameters
// are for a store that gets this key now. One that has it already names its own.
//
// The store is as safe as the passphrase is hard to guess: whoever copies it can
// try as many as they can pay for.
func Passphrase(passphrase []byte, params Params) Key {
	return Key{passphrase: secret.Take(append([]byte{}, passphrase...)), params: params}
}

// Wipe overwrites the key.
func (k *Key) Wipe() {
	k.raw.Wipe()
	k.passphrase.Wipe()
}

// stretch returns the key that a passphrase stands for.
//
// Argon2id leaves its memory to the garbage collector, which nobody can wipe;
// what lies in it does not lead back to a good passphrase faster than guessing.
// From its second half on, it reads memory at places that depend on the
// passphrase, which is its nature.
func stretch(passphrase []byte, salt *[saltLen]byte, p Params) secret.Box[[32]byte] {
	stretched := argon2.IDKey(passphrase, salt[:], p.Passes, p.Memory, p.Lanes, 32)
	defer secret.Wipe(stretched)
	return secret.Of((*[32]byte)(stretched))
}
