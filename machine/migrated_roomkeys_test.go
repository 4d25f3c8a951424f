package machine_test

import (
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// groupSession is a Megolm session to read with; one that was exported was never seen to
// be signed.
func (w *world) groupSession(out *megolm.OutboundSession, exported bool) *megolm.InboundSession {
	w.Helper()
	key, err := out.SessionKey()
	w.must(err)
	in, err := megolm.NewInboundSession(key, megolm.Version1)
	w.must(err)
	if !exported {
		return in
	}
	export, err := in.Export()
	w.must(err)
	in, err = megolm.ImportInboundSession(export, megolm.Version1)
	w.must(err)
	return in
}

// Whether a room key came from the device that it is said to be of, the session itself
// cannot show. That it did is believed only of one that can have come so.
func TestRoomKeysThatMayBeAnybodysAreMarked(t *testing.T) {
	w := newWorld(t)
	b := w.crossSigned(bob, "BOB")
	bobs, err := b.IdentityKeys(ctx)
	w.must(err)
	for name, c := range map[string]struct {
		authentic, exported bool
		ed25519             keys.Ed25519PublicKey
		want                machine.Trust
	}{
		"as it was received":      {true, false, bobs.Ed25519, machine.Trust{Shield: machine.NoShield, Reason: machine.Pinned}},
		"forwarded":               {false, false, bobs.Ed25519, machine.Trust{Shield: machine.Grey, Reason: machine.Unauthenticated}},
		"exported":                {true, true, bobs.Ed25519, machine.Trust{Shield: machine.Grey, Reason: machine.Unauthenticated}},
		"of another signing key":  {true, false, olm.NewAccount().Ed25519Key(), machine.Trust{Shield: machine.Red, Reason: machine.UnknownDevice}},
		"of no known signing key": {false, false, keys.Ed25519PublicKey{}, machine.Trust{Shield: machine.Red, Reason: machine.UnknownDevice}},
	} {
		t.Run(name, func(t *testing.T) {
			m, config := w.migration(olm.NewAccount())
			out := megolm.NewOutboundSession(megolm.Version1)
			outcomes, err := m.AddRoomKeys(ctx, []machine.MigratedRoomKey{{
				RoomID: "!room", Session: w.groupSession(out, c.exported), SenderKey: bobs.Curve25519, Ed25519: c.ed25519, Authentic: c.authentic,
			}})
			if w.must(err); outcomes[0] != (machine.Migrated{}) {
				t.Errorf("%+v", outcomes)
			}
			w.server.Login(alice, "ALICE")
			a := w.finished(m, config)
			a.learn(bob)
			message, err := out.Encrypt([]byte(`{"type":"m.room.message","content":{"body":"x"},"room_id":"!room"}`))
			w.must(err)
			d, err := a.Decrypt(ctx, "!room", w.json(fields{"type": "m.room.encrypted", "event_id": "$x", "sender": bob, "origin_server_ts": 1,
				"content": fields{"algorithm": "m.megolm.v1.aes-sha2", "session_id": out.SessionID(), "ciphertext": message.Base64()}}))
			if w.must(err); d.Trust != c.want {
				t.Errorf("trust is %v, not %v", d.Trust, c.want)
			}
		})
	}
}

func TestRoomKeysThatComeTwiceOrCannotBe(t *testing.T) {
	w := newWorld(t)
	account := olm.NewAccount()
	m, config := w.migration(account)
	out := megolm.NewOutboundSession(megolm.Version1)
	early := w.groupSession(out, true)
	_, err := out.Encrypt([]byte("x"))
	w.must(err)
	wiped := w.groupSession(megolm.NewOutboundSession(megolm.Version1), false)
	wiped.Wipe()
	of := func(room string, s *megolm.InboundSession) machine.MigratedRoomKey {
		return machine.MigratedRoomKey{RoomID: room, Session: s, SenderKey: account.Curve25519Key(), Ed25519: account.Ed25519Key()}
	}
	var all []machine.Migrated
	for _, sessions := range [][]machine.MigratedRoomKey{
		{of("!room", w.groupSession(out, true)), of("!room", w.groupSession(out, true)), of("!room", wiped), of("", w.groupSession(out, false))},
		{of("!other", w.groupSession(out, false)), of("!room", early)},
	} {
		outcomes, err := m.AddRoomKeys(ctx, sessions)
		w.must(err)
		all = append(all, outcomes...)
	}
	want := []machine.Migrated{{}, {Surplus: true}, {Error: machine.ErrFormat}, {Error: machine.ErrFormat}, {Surplus: true}, {}}
	if !slices.Equal(all, want) {
		t.Errorf("%+v", all)
	}
	_, _, roomKeys, err := w.finished(m, config).TakeApart(ctx)
	if w.must(err); len(roomKeys) != 1 || roomKeys[0].RoomID != "!room" || roomKeys[0].Session.FirstKnownIndex() != 0 {
		t.Errorf("%+v", roomKeys)
	}
}

// The owner of a session that was taken over can send it again, from an earlier index.
func TestTheOwnerOfAMigratedRoomKeySendsItAgain(t *testing.T) {
	w := newWorld(t)
	f := w.forger(bob, "FORGER")
	out := megolm.NewOutboundSession(megolm.Version1)
	early, err := out.SessionKey()
	w.must(err)
	_, err = out.Encrypt([]byte("x"))
	w.must(err)
	m, config := w.migration(olm.NewAccount())
	_, err = m.AddRoomKeys(ctx, []machine.MigratedRoomKey{{RoomID: "!room", Session: w.groupSession(out, false), Authentic: true,
		SenderKey: f.account.Curve25519Key(), Ed25519: f.account.Ed25519Key()}})
	w.must(err)
	w.server.Login(alice, "ALICE")
	a := w.finished(m, config)
	a.settle()
	a.learn(bob)
	a.deliver(f.send(a, "m.room_key", fields{"algorithm": "m.megolm.v1.aes-sha2", "room_id": "!room", "session_id": out.SessionID(), "session_key": early.Base64()}))
	_, _, roomKeys, err := a.TakeApart(ctx)
	if w.must(err); len(roomKeys) != 1 || roomKeys[0].Session.FirstKnownIndex() != 0 {
		t.Errorf("%d sessions, the first from index %d", len(roomKeys), roomKeys[0].Session.FirstKnownIndex())
	}
}
