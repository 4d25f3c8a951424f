package pk_test

import (
	"fmt"

	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
)

func Example() {
	backup := pk.NewDecryption()
	defer backup.Wipe()

	// Any device with the public key writes to the backup.
	message, err := pk.Encryption{RecipientKey: backup.PublicKey()}.Encrypt([]byte("session data"))
	if err != nil {
		fmt.Println(err)
		return
	}

	// The owner of the private key reads it, and cannot tell who wrote it.
	sessionData, err := backup.Decrypt(message)
	fmt.Printf("%s, %v\n", sessionData, err)

	// Output: session data, <nil>
}
