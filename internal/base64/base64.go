// Package base64 is the unpadded base64 of Matrix: the standard alphabet of
// RFC 4648 without "=".
//
// It differs from encoding/base64 in two ways. The time taken, and the memory
// touched, depend on lengths alone, because keys pass through here; so
// characters are computed instead of looked up in a table. And each byte string
// has exactly one text: padding, white space, the URL-safe alphabet, stray
// final bits and impossible lengths are all refused. What is compared or signed
// as text then cannot be altered without altering the bytes.
package base64

import "errors"

// ErrInvalid is returned for a text that is not the one encoding of its bytes.
// It says nothing about the place, which would depend on the text.
var ErrInvalid = errors.New("base64: not canonical unpadded base64")
