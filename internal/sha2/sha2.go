// Package sha2 is SHA-256 and SHA-512 with the two constructions that Olm and
// Megolm build on them: HMAC (RFC 2104) and HKDF (RFC 5869).
//
// Only the compression functions differ between platforms. Natively they are
// those of the standard library, which use the instructions of the processor.
// In WebAssembly they are assembly, written by the generator in gen: there the
// standard library takes twice the time, and importing its hashes would link
// its table-based AES, which is not constant-time. With the build tag purego
// they are the plain Go of this package, which the tests compare with both.
//
// Nothing here branches or indexes by a byte of key or message; lengths are
// public.
package sha2

//go:generate go run ./gen

// Sum256 returns the SHA-256 digest of b.
func Sum256(b []byte) (sum [32]byte) {
	d := digest256{state: initial256}
	d.write(b)
	d.sum(&sum)
	d.wipe()
	return sum
}

// Sum512 returns the SHA-512 digest of b.
func Sum512(b []byte) [64]byte {
	return Sum512Parts(b)
}

// Sum512Parts returns the SHA-512 digest of the concatenation of parts.
func Sum512Parts(parts ...[]byte) (sum [64]byte) {
	d := digest512{state: initial512}
	for _, p := range parts {
		d.write(p)
	}
	d.sum(&sum)
	d.wipe()
	return sum
}

// Hash256 is SHA-256 of what comes in pieces. It begins with [NewHash256].
type Hash256 struct{ d digest256 }

// NewHash256 returns the hash of nothing yet.
func NewHash256() *Hash256 { return &Hash256{digest256{state: initial256}} }

// Write adds a piece.
func (h *Hash256) Write(p []byte) { h.d.write(p) }

// Sum returns the digest of all pieces so far. More can be added afterwards.
func (h *Hash256) Sum() (sum [32]byte) {
	d := h.d
	d.sum(&sum)
	return sum
}
