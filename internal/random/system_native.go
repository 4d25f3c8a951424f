//go:build !js

package random

import "crypto/rand"

func system(b []byte) error {
	_, err := rand.Read(b)
	return err
}
