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
// next one and leaves three places empty.
//
// With the build tag wasmhost, WebAssembly's vector instructions do all of this
// where the host has attached a kernel for them, in the same constant time and
// faster: see package simd below this one.
package aes

// BlockSize is the size of a block in bytes.
const BlockSize = 16

// A Cipher is AES-256 under one key. Its methods may be called at the same
// time, except Wipe.
type Cipher struct {
	keys *roundKeys // of two pointers: some verbs of fmt follow the first one
}

// roundKeys are the round keys in one form, for the kernel if there is one, or
// the other.
type roundKeys struct {
	kernel *kernelKeys
	sliced *schedule
}

// New returns the Cipher of a key. The caller still owns, and wipes, the key.
func New(key *[32]byte) *Cipher {
	k := new(roundKeys)
	if hasKernel {
		k.kernel = new(kernelKeys)
		k.kernel.expand(key)
	} else {
		k.sliced = new(schedule)
		k.sliced.expand(key)
	}
	return &Cipher{k}
}

// Wipe overwrites the round keys. The Cipher cannot be used afterwards: its
// methods panic, since to go on with a key of zeros would be worse.
func (c *Cipher) Wipe() {
	if c.keys == nil {
		return
	}
	if c.keys.kernel != nil {
		wipe(c.keys.kernel)
	}
	if c.keys.sliced != nil {
		wipe(c.keys.sliced)
	}
	*c.keys = roundKeys{}
}

// wipe overwrites what p points to. Like secret.Wipe it is not inlined, so
// that the compiler cannot see that nothing reads it afterwards and drop the
// stores.
//
//go:noinline
func wipe[T state | schedule | kernelKeys | columns | stream](p *T) {
	var zero T
	*p = zero
}
