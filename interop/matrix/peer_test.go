//go:build !js

package matrix_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// TestDevicesTalkWithMatrixJSSDK has an independent client, on the Rust crypto, in Node
// and in a page, as the other side: both ways, with a late member and a second device.
func TestDevicesTalkWithMatrixJSSDK(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(testing.TB, *testserver.Server, string) *testserver.Peer
	}{
		{"in Node", testserver.StartPeer},
		{"in a page", testserver.StartPagePeer},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testserver.Start(t)
			alice, bob := register(t, s, "alice"), c.start(t, s, "bob")
			alice.crossSign()
			bob.Bootstrap()
			room := bob.CreateRoom(alice.UserID())
			alice.client.Join(room)
			bob.WaitForMember(room, alice.UserID(), "join")
			alice.settle()
			members := []string{alice.UserID(), bob.UserID}

			alice.say(room, "to the peer", members...)
			if m := bob.WaitForMessage(room, "to the peer"); !m.Encrypted || m.Shield != "none" {
				t.Errorf("the peer sees %s", m)
			}
			bob.Send(room, "from the peer")
			if m := alice.reads(room, "from the peer"); m.Trust.Shield != machine.NoShield || m.DeviceID != bob.DeviceID {
				t.Errorf("%+v", m)
			}

			// A second device of ours, which the first one signs.
			phone := newDevice(t, s.Login("alice", password))
			alice.settle()
			alice.must(alice.VerifyDevice(ctx, alice.UserID(), phone.DeviceID(), phone.fingerprint()))
			alice.settle()
			bob.WaitForDevice(alice.UserID(), phone.DeviceID(), true)
			bob.Send(room, "to both devices")
			alice.reads(room, "to both devices")
			phone.reads(room, "to both devices")
			phone.say(room, "from the phone", members...)
			if m := bob.WaitForMessage(room, "from the phone"); m.Shield != "none" {
				t.Errorf("the peer sees %s", m)
			}

			// A late member, who is one of theirs.
			carol := testserver.StartPeer(t, s, "carol")
			carol.Bootstrap()
			bob.Invite(room, carol.UserID)
			carol.Join(room)
			bob.WaitForMember(room, carol.UserID, "join")
			alice.say(room, "to three", append(members, carol.UserID)...)
			bob.WaitForMessage(room, "to three")
			carol.WaitForMessage(room, "to three")
			carol.Send(room, "from the late one")
			alice.reads(room, "from the late one")

			// Who leaves cannot read what follows.
			bob.Leave(room)
			carol.WaitForMember(room, bob.UserID, "leave")
			after := alice.say(room, "without you", alice.UserID(), carol.UserID)
			carol.WaitForMessage(room, "without you")
			_ = after
		})
	}
}
