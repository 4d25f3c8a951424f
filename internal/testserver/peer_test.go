//go:build !js && !purego

package testserver

import "testing"

// TestPeers lets independent clients talk to each other, so that a test in which
// one of them does not understand Mudpuppy has only Mudpuppy to blame.
func TestPeers(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(testing.TB, *Server, string) *Peer
	}{
		{"in Node", StartPeer},
		{"in a page", StartPagePeer},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Start(t)
			alice, bob := StartPeer(t, s, "alice"), c.start(t, s, "bob")
			room := alice.CreateRoom(bob.UserID)
			bob.Join(room)
			alice.WaitForMember(room, bob.UserID, "join")

			sent := alice.Send(room, "to bob")
			if m := bob.WaitForMessage(room, "to bob"); !m.Encrypted || m.EventID != sent || m.Sender != alice.UserID ||
				m.Shield != "red" || m.ShieldReason != "UNSIGNED_DEVICE" {
				t.Errorf("bob sees %s", m)
			}
			bob.Send(room, "to alice")
			alice.WaitForMessage(room, "to alice")
		})
	}
}

// TestPeerCrossSigns adds devices and members to a room, and looks at what others
// think of them.
func TestPeerCrossSigns(t *testing.T) {
	s := Start(t)
	alice, bob, late := StartPeer(t, s, "alice"), StartPeer(t, s, "bob"), StartPeer(t, s, "carol")
	recoveryKey := alice.Bootstrap()
	room := alice.CreateRoom(bob.UserID)
	bob.Join(room)
	alice.WaitForMember(room, bob.UserID, "join")
	early := alice.Send(room, "from the first device")
	bob.WaitForMessage(room, "from the first device")

	second := StartPeer(t, s, "alice")
	if m := second.WaitForFailure(room, early); m.Failure != "HISTORICAL_MESSAGE_NO_KEY_BACKUP" {
		t.Errorf("the second device sees %s", m)
	}
	bob.WaitForDevice(alice.UserID, second.DeviceID, false)
	second.Restore(recoveryKey)
	if d := bob.WaitForDevice(alice.UserID, second.DeviceID, true); d.Ed25519 != second.Ed25519 || d.Curve25519 != second.Curve25519 {
		t.Errorf("bob sees the second device as %+v", d)
	}
	if d := bob.Devices(alice.UserID); len(d) != 2 || !d[alice.DeviceID].SignedByOwner {
		t.Errorf("bob sees the devices %+v", d)
	}
	if i := bob.Identity(alice.UserID); !i.Known || i.Verified || i.NeedsApproval {
		t.Errorf("bob sees alice as %+v", i)
	}
	second.Send(room, "from the second device")
	if m := bob.WaitForMessage(room, "from the second device"); m.Shield != "none" {
		t.Errorf("bob sees %s", m)
	}

	alice.Invite(room, late.UserID)
	late.Join(room)
	for _, p := range []*Peer{alice, bob, second} {
		p.WaitForMember(room, late.UserID, "join")
	}
	if m := late.WaitForFailure(room, early); m.Failure != "MEGOLM_UNKNOWN_INBOUND_SESSION_ID" {
		t.Errorf("the late member sees %s", m)
	}
	bob.Send(room, "to all")
	for _, p := range []*Peer{alice, second, late} {
		p.WaitForMessage(room, "to all")
	}
}

// TestPagePeerReloads goes on with what it has in IndexedDB.
func TestPagePeerReloads(t *testing.T) {
	s := Start(t)
	alice, bob := StartPagePeer(t, s, "alice"), StartPeer(t, s, "bob")
	room := alice.CreateRoom(bob.UserID)
	bob.Join(room)
	alice.WaitForMember(room, bob.UserID, "join")
	bob.Send(room, "before")
	alice.WaitForMessage(room, "before")

	before := *alice
	alice.Reload()
	if alice.Ed25519 != before.Ed25519 || alice.DeviceID != before.DeviceID {
		t.Errorf("it is %s with %s, and was %s with %s", alice.DeviceID, alice.Ed25519, before.DeviceID, before.Ed25519)
	}
	alice.WaitForMessage(room, "before")
	bob.Send(room, "after")
	alice.WaitForMessage(room, "after")
}

// TestPeerBearsRestart goes on when the server does.
func TestPeerBearsRestart(t *testing.T) {
	s := Start(t)
	alice, bob := StartPeer(t, s, "alice"), StartPeer(t, s, "bob")
	room := alice.CreateRoom(bob.UserID)
	bob.Join(room)
	alice.WaitForMember(room, bob.UserID, "join")
	alice.Send(room, "before")
	bob.WaitForMessage(room, "before")
	s.Kill()
	s.Restart()
	alice.Send(room, "after")
	bob.WaitForMessage(room, "after")
}
