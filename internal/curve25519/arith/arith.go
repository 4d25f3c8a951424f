// Package arith is the arithmetic of Curve25519 for processors without wide
// multiplication, first of all WebAssembly: [Multiply] and [MultiplyBase] are
// X25519 and its key generation, [EncodeBase] and [Scalar] make Ed25519 keys
// and signatures, and [Point] and [Check] verify them.
//
// The field has limbs of 25 and 26 bits, since WebAssembly multiplies two
// 32-bit numbers into 64 bits at once, but has nothing for 64 bits into 128.
// Its inner functions, the kernels, exist twice: in plain Go, which is the
// reference, and in Go assembly for WebAssembly. The package gen writes the
// assembly, and proves that no sum in it overflows.
//
// All work on secrets is constant-time: there is no branch on them and no index
// by them. What is not, says so.
package arith

//go:generate go run ./gen
