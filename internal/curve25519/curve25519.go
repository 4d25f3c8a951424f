// Package curve25519 is the two uses of Curve25519 in Matrix: X25519 key
// agreement (RFC 7748) with [KeyPair], and Ed25519 signatures (RFC 8032) with
// [SigningKey] and [Verify].
//
// It is stricter than the standard library where Matrix needs it:
//
//   - [X25519] refuses every point that makes the shared secret all zero. Such
//     a point takes the other side's key out of the secret, so that anybody
//     could know it.
//   - [Verify] accepts one signature for one key, message and nonce: S must be
//     below the group order, the key and R must be canonical, and the equation
//     is checked without the cofactor. Else a third party could make a second
//     valid signature out of a first.
//   - [Verify] refuses keys and nonce points of small order. Under such a key
//     one signature fits any message.
//   - A [SigningKey] is kept in its expanded form, because libolm pickles hold
//     that form and the seed cannot be had from it.
//
// All work on secrets is constant-time. Verification, where everything is
// public, is not.
//
// Natively the arithmetic is that of filippo.io/edwards25519. In WebAssembly,
// and with the build tag purego, it is that of package arith, which does
// without wide multiplication.
package curve25519
