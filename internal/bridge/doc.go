// Package bridge carries calls from JavaScript into a Go program for
// GOOS=js GOARCH=wasm. What is called stands in other packages, such as
// jsbridge; the exports that call it are generated (tools/bridgegen) and use
// this package for what all of them have in common.
//
// JavaScript writes the texts and bytes of a call to the input buffer, one
// after the other, and hands their lengths, and all other arguments, to the
// export as numbers. The export leaves its results in the output buffer and
// returns their length, or -1 for an error, of which the code and the message
// are then the output.
//
//	//go:wasmexport account_sign
//	func exportAccountSign(self, message uint32) int32 {
//		return bridge.Run(func(c *bridge.Call) error {
//			result := bridge.Object[*Account](self).Sign(c.Bytes(message))
//			c.PutText(result)
//			return nil
//		})
//	}
//
// No export may wait for anything: JavaScript stands still meanwhile.
package bridge

// Data is an argument that JavaScript may give as a string or as a Uint8Array.
type Data []byte

// JSON is any value that JSON can say, as its text.
type JSON []byte

// SecretJSON is a result that is JSON, and a secret: it is wiped once it has
// crossed.
type SecretJSON []byte

// SecretText is a result that becomes a string in JavaScript, but is a secret:
// unlike a Go string it can be wiped once it has crossed.
type SecretText []byte
