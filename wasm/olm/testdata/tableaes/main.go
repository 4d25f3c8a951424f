// Command tableaes uses the standard library's AES, which the test must notice.
package main

import "crypto/aes"

func main() {
	block, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		panic(err)
	}
	b := make([]byte, aes.BlockSize)
	block.Encrypt(b, b)
	println(b[0])
}
