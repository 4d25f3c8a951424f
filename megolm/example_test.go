package megolm_test

import (
	"fmt"

	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// Alice writes to a group; Bob was there from the beginning, Carol joins
// later.
func Example() {
	alice := megolm.NewOutboundSession(megolm.Version1)

	// The session key travels to each member over Olm.
	join := func() *megolm.InboundSession {
		key, err := alice.SessionKey()
		if err != nil {
			panic(err)
		}
		session, err := megolm.NewInboundSession(key, megolm.Version1)
		if err != nil {
			panic(err)
		}
		return session
	}
	bob := join()
	first, err := alice.Encrypt([]byte("Hello Bob"))
	if err != nil {
		panic(err)
	}
	carol := join()
	second, err := alice.Encrypt([]byte("Hello everyone"))
	if err != nil {
		panic(err)
	}

	for _, message := range [][]byte{first, second} {
		if plaintext, index, err := bob.Decrypt(message); err == nil {
			fmt.Printf("Bob reads %d: %s\n", index, plaintext)
		}
		plaintext, index, err := carol.Decrypt(message)
		if err != nil {
			fmt.Println("Carol:", err)
			continue
		}
		fmt.Printf("Carol reads %d: %s\n", index, plaintext)
	}
	// Output:
	// Bob reads 0: Hello Bob
	// Carol: megolm: the message index is before the first known one
	// Bob reads 1: Hello everyone
	// Carol reads 1: Hello everyone
}

// A member hands the session on from some index, as a backup does.
func ExampleInboundSession_ExportAt() {
	alice := megolm.NewOutboundSession(megolm.Version1)
	key, err := alice.SessionKey()
	if err != nil {
		panic(err)
	}
	bob, err := megolm.NewInboundSession(key, megolm.Version1)
	if err != nil {
		panic(err)
	}

	exported, err := bob.ExportAt(100)
	if err != nil {
		panic(err)
	}
	defer exported.Wipe()
	dave, err := megolm.ImportInboundSession(exported, megolm.Version1)
	if err != nil {
		panic(err)
	}
	fmt.Println(dave.FirstKnownIndex(), dave.Verified())
	fmt.Println("Bob's session is the better one:", bob.Compare(dave) == megolm.Better)
	// Output:
	// 100 false
	// Bob's session is the better one: true
}
