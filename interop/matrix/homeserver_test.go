//go:build !js

// Package matrix_test has devices talk through a real homeserver, with each other and
// with an independent client.
package matrix_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

func TestDevicesTalkThroughAHomeserver(t *testing.T) {
	s := testserver.Start(t)
	alice, bob := register(t, s, "alice"), register(t, s, "bob")
	alice.crossSign()
	bob.crossSign()
	room := alice.client.CreateRoom(bob.UserID())
	bob.client.Join(room)
	members := []string{alice.UserID(), bob.UserID()}
	alice.settle()
	bob.settle()

	alice.say(room, "hello", members...)
	if m := bob.reads(room, "hello"); m.Trust.Reason != machine.Pinned || m.DeviceID != alice.DeviceID() {
		t.Errorf("%+v", m)
	}
	bob.say(room, "hello yourself", members...)
	alice.reads(room, "hello yourself")

	// A second device reads what comes after it is known and signed.
	phone := newDevice(t, s.Login("bob", password))
	bob.settle()
	bob.must(bob.VerifyDevice(ctx, bob.UserID(), phone.DeviceID(), phone.fingerprint()))
	bob.settle()
	alice.say(room, "now to both", members...)
	bob.reads(room, "now to both")
	phone.reads(room, "now to both")

	// Programs end and begin again.
	alice.open()
	bob.open()
	alice.say(room, "after a restart", members...)
	bob.reads(room, "after a restart")
	s.Restart()
	bob.say(room, "after the homeserver's", members...)
	alice.reads(room, "after the homeserver's")
	phone.reads(room, "after the homeserver's")
}
