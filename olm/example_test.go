package olm_test

import (
	"fmt"

	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// Alice writes to Bob, who answers.
func Example() {
	alice, bob := olm.NewAccount(), olm.NewAccount()

	// Bob publishes a one-time key through the homeserver; Alice claims it.
	if _, err := bob.GenerateOneTimeKeys(1); err != nil {
		panic(err)
	}
	oneTimeKey := bob.OneTimeKeys()[0].Key
	bob.MarkKeysAsPublished()

	aliceSession, err := alice.NewOutboundSession(bob.Curve25519Key(), oneTimeKey, olm.Version1)
	if err != nil {
		panic(err)
	}
	message, err := aliceSession.Encrypt([]byte("Hello Bob"))
	if err != nil {
		panic(err)
	}

	// Bob makes his side of the session from the message.
	bobSession, plaintext, err := bob.NewInboundSession(alice.Curve25519Key(), message, olm.Version1)
	if err != nil {
		panic(err)
	}
	fmt.Printf("Bob reads: %s\n", plaintext)

	answer, err := bobSession.Encrypt([]byte("Hello Alice"))
	if err != nil {
		panic(err)
	}
	plaintext, err = aliceSession.Decrypt(answer)
	if err != nil {
		panic(err)
	}
	fmt.Printf("Alice reads: %s\n", plaintext)
	fmt.Println("One session:", aliceSession.ID() == bobSession.ID())
	// Output:
	// Bob reads: Hello Bob
	// Alice reads: Hello Alice
	// One session: true
}

// A session is stored sealed under a key of 32 bytes.
func ExampleSession_Pickle() {
	alice, bob := olm.NewAccount(), olm.NewAccount()
	bob.GenerateFallbackKey()
	fallbackKey, _ := bob.FallbackKey()
	session, err := alice.NewOutboundSession(bob.Curve25519Key(), fallbackKey.Key, olm.Version1)
	if err != nil {
		panic(err)
	}

	key := [32]byte{ /* from the platform's key store */ }
	sealed, err := session.Pickle(&key)
	if err != nil {
		panic(err)
	}
	restored, err := olm.UnpickleSession(sealed, &key)
	if err != nil {
		panic(err)
	}
	fmt.Println(restored.ID() == session.ID())
	// Output: true
}
