// Package aes is AES-256 in constant time: CBC with PKCS#7 padding, as Olm,
// Megolm and libolm's pickles use it, and CTR for attachments and storage.
//
//	c := aes.New(&key)
//	defer c.Wipe()
//	buf := make([]byte, aes.PaddedLen(len(plaintext)))
//	aes.Pad(buf, copy(buf, plaintext))
//	c.EncryptCBC(buf, buf, &iv)
//
// Neither mode protects integrity: verify a MAC before decrypting, and give
// one and the same error whatever fails.
//
// The code is bitsliced. It computes the S-box by logic on whole words in
// place of a table in memory, so neither a branch nor an address depends on a
// secret, and the cache has nothing to tell. A state holds four blocks. CTR and
// decryption in CBC fill all four; encryption in CBC needs each block for the
// next one and leaves three places empty. That is where WebAssembly's vector
// instructions help, which the build tag wasmsimd puts to use: see package
// simd below this one.
package aes

// BlockSize is the size of a block in bytes.
const BlockSize = 16

// A Cipher is AES-256 under one key. Its methods may be called at the same
// time, except Wipe.
type Cipher struct {
	// Behind two pointers, since some verbs of fmt follow the first one.
	keys **schedule
}

// New returns the Cipher of a key. The caller still owns, and wipes, the key.
func New(key *[32]byte) *Cipher {
	s := new(schedule)
	s.expand(key)
	return &Cipher{&s}
}

// Wipe overwrites the round keys. The Cipher cannot be used afterwards: its
// methods panic, since to go on with a key of zeros would be worse.
func (c *Cipher) Wipe() {
	if c.keys == nil || *c.keys == nil {
		return
	}
	wipe(*c.keys)
	*c.keys = nil
}

func (c *Cipher) roundKeys() []state { return (*c.keys).sliced[:] }

// wipe overwrites what p points to. Like secret.Wipe it is not inlined, so
// that the compiler cannot see that nothing reads it afterwards and drop the
// stores.
//
//go:noinline
func wipe[T state | schedule | columns | stream](p *T) {
	var zero T
	*p = zero
}
