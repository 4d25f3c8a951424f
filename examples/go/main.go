// Go tells, with the library's own calls, how two people come to talk in
// private: first to each other with Olm, then in a room with Megolm, and then once
// more with a whole device each, against a server that lies. What it prints as "the
// server sees" is all that a homeserver learns of the content.
//
//	go run ./examples/go
package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

func main() {
	if err := tell(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// tell runs the whole story and writes it to w.
func tell(w io.Writer) error {
	n := narrator{w}
	alice, bob := olm.NewAccount(), olm.NewAccount()
	defer alice.Wipe()
	defer bob.Wipe()
	n.chapter("Alice and Bob each make the keys of a device, and publish the public ones.")
	n.fact("Alice's device", alice.Ed25519Key())
	n.fact("Bob's device", bob.Ed25519Key())

	toBob, toAlice, err := meet(n, alice, bob)
	if err != nil {
		return err
	}
	defer toBob.Wipe()
	defer toAlice.Wipe()

	room := megolm.NewOutboundSession(megolm.Version1)
	defer room.Wipe()
	bobsRoom, err := shareRoom(n, room, toBob, toAlice)
	if err != nil {
		return err
	}
	defer bobsRoom.Wipe()
	if err := writeToRoom(n, room, bobsRoom); err != nil {
		return err
	}
	return tellDevices(n)
}

// meet lets Alice write to Bob, who has never heard of her, and Bob answer. It
// returns both ends of their Olm session.
func meet(n narrator, alice, bob *olm.Account) (toBob, toAlice *olm.Session, err error) {
	n.chapter("Bob publishes a one-time key, signed by his device.")
	oneTimeKey, signature, err := publishOneTimeKey(bob)
	if err != nil {
		return nil, nil, err
	}
	n.fact("one-time key", oneTimeKey)

	n.chapter("Alice checks the signature, makes an Olm session from the key, and writes.")
	if err := bob.Ed25519Key().Verify(signedForm(oneTimeKey), signature); err != nil {
		return nil, nil, err
	}
	toBob, err = alice.NewOutboundSession(bob.Curve25519Key(), oneTimeKey, olm.Version1)
	if err != nil {
		return nil, nil, err
	}
	message, err := toBob.Encrypt([]byte("Hello Bob. Nobody else can read this."))
	if err != nil {
		return nil, nil, err
	}
	n.serverSees(message.Body)

	// The message carries the keys from which Bob makes his side.
	toAlice, plaintext, err := bob.NewInboundSession(alice.Curve25519Key(), message, olm.Version1)
	if err != nil {
		return nil, nil, err
	}
	n.reads("Bob", plaintext)

	n.chapter("Bob answers. Each answer brings new keys, and older ones are forgotten.")
	message, err = toAlice.Encrypt([]byte("Hello Alice. Shall we open a room?"))
	if err != nil {
		return nil, nil, err
	}
	n.serverSees(message.Body)
	plaintext, err = toBob.Decrypt(message)
	if err != nil {
		return nil, nil, err
	}
	n.reads("Alice", plaintext)
	return toBob, toAlice, nil
}

// publishOneTimeKey makes a one-time key and signs it as it is uploaded.
func publishOneTimeKey(bob *olm.Account) (key keys.Curve25519PublicKey, signature keys.Ed25519Signature, err error) {
	if _, err := bob.GenerateOneTimeKeys(1); err != nil {
		return key, signature, err
	}
	key = bob.OneTimeKeys()[0].Key
	bob.MarkKeysAsPublished()
	return key, bob.Sign(signedForm(key)), nil
}

// signedForm is the canonical JSON of a one-time key.
func signedForm(key keys.Curve25519PublicKey) []byte {
	return []byte(`{"key":"` + key.String() + `"}`)
}

// shareRoom hands the key of the room to Bob over Olm, and returns his session.
func shareRoom(n narrator, room *megolm.OutboundSession, toBob, toAlice *olm.Session) (*megolm.InboundSession, error) {
	n.chapter("Alice opens a Megolm session for the room and sends Bob its key, over Olm.")
	n.fact("room session", room.SessionID())
	roomKey, err := room.SessionKey()
	if err != nil {
		return nil, err
	}
	message, err := toBob.Encrypt([]byte(roomKey.Base64()))
	if err != nil {
		return nil, err
	}
	n.serverSees(message.Body)

	received, err := toAlice.Decrypt(message)
	if err != nil {
		return nil, err
	}
	roomKey, err = megolm.ParseSessionKey(string(received))
	if err != nil {
		return nil, err
	}
	bobsRoom, err := megolm.NewInboundSession(roomKey, megolm.Version1)
	if err != nil {
		return nil, err
	}
	n.line("Bob now has the key of the room.")
	return closeAndOpen(n, bobsRoom)
}

// closeAndOpen seals a session under a key of Bob's, and takes it up again.
func closeAndOpen(n narrator, session *megolm.InboundSession) (*megolm.InboundSession, error) {
	n.chapter("Bob closes his laptop, with the session sealed on disk, and opens it again.")
	defer session.Wipe()
	var key [32]byte
	rand.Read(key[:]) // never fails: it ends the program instead
	sealed, err := session.Pickle(&key)
	if err != nil {
		return nil, err
	}
	n.fact("on disk", fmt.Sprintf("%d bytes, unreadable without his key", len(sealed)))
	return megolm.UnpickleInboundSession(sealed, &key)
}

// writeToRoom sends two messages, of which the second is changed on the way.
func writeToRoom(n narrator, room *megolm.OutboundSession, bobsRoom *megolm.InboundSession) error {
	n.chapter("Alice writes to the room: encrypted once, however many people are in it.")
	ciphertext, err := room.Encrypt([]byte("Welcome to our room!"))
	if err != nil {
		return err
	}
	n.serverSees(ciphertext)
	plaintext, index, err := bobsRoom.Decrypt(ciphertext)
	if err != nil {
		return err
	}
	n.reads("Bob", plaintext)
	n.fact("index", index)

	n.chapter("The server changes one bit of her next message, then sends it as it was.")
	ciphertext, err = room.Encrypt([]byte("See you at eight."))
	if err != nil {
		return err
	}
	n.serverSees(ciphertext)
	ciphertext[20] ^= 1
	if _, _, err = bobsRoom.Decrypt(ciphertext); err == nil {
		return errors.New("a changed message was accepted")
	}
	n.fact("Bob refuses", err)
	ciphertext[20] ^= 1
	plaintext, _, err = bobsRoom.Decrypt(ciphertext)
	if err != nil {
		return err
	}
	n.reads("Bob", plaintext)
	return nil
}
