package machine_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// libolm pickles even what was never made.
func TestWhatLibolmNeverMadeIsRefused(t *testing.T) {
	type pickle struct {
		ID     string
		Pickle string      `json:"pickle_b64"`
		Key    vectors.Hex `json:"pickle_key_hex"`
	}
	w := newWorld(t)
	m, _ := w.migration(olm.NewAccount())
	seen := 0
	for _, p := range vectors.Load[pickle](t, "pickles_libolm.json") {
		var outcomes []machine.Migrated
		switch p.ID {
		case "session-blank":
			s, err := libolm.UnpickleSession(p.Pickle, p.Key)
			w.must(err)
			outcomes, err = m.AddSessions(ctx, []machine.MigratedSession{{Session: s}})
			w.must(err)
		case "inbound-group-session-blank":
			s, err := libolm.UnpickleInboundSession(p.Pickle, p.Key)
			w.must(err)
			outcomes, err = m.AddRoomKeys(ctx, []machine.MigratedRoomKey{{RoomID: "!room", Session: s}})
			w.must(err)
		default:
			continue
		}
		if seen++; outcomes[0] != (machine.Migrated{Error: machine.ErrFormat}) {
			t.Errorf("%s: %+v", p.ID, outcomes)
		}
	}
	if seen != 2 {
		t.Errorf("there are %d", seen)
	}
}

// Pickles that clients with libolm have left behind.
func TestPicklesOfRealClientsAreTakenOver(t *testing.T) {
	type pickle struct {
		ID, Type  string
		Pickle    string                               `json:"pickle_b64"`
		Key       vectors.Hex                          `json:"pickle_key_hex"`
		UserID    string                               `json:"user_id"`
		DeviceID  string                               `json:"device_id"`
		SenderKey string                               `json:"sender_key_b64"`
		SessionID string                               `json:"session_id_b64"`
		Keys      struct{ Curve25519, Ed25519 string } `json:"identity_keys"`
	}
	all := make(map[string]pickle)
	for _, p := range vectors.Load[pickle](t, "pickles_libolm.json") {
		all[p.ID] = p
	}
	w := newWorld(t)
	for account, session := range map[string]string{
		"real-client-account-migration": "real-client-session-migration", "nio-account-v2": "nio-session-v2", "nio-account-v4": "nio-session-v2",
		"nio-account-store-of-inbound-v1": "nio-inbound-group-session-v1", "account-v3-fallback": "", "account-42-one-time-keys": "",
		"real-client-account-unverified": "", "real-client-account-no_cached_msk_dump": "", "account-written-by-goolm": "",
	} {
		t.Run(account, func(t *testing.T) {
			p, s := all[account], all[session]
			if p.UserID == "" {
				p.UserID, p.DeviceID = alice, "ALICE"
			}
			a, err := libolm.UnpickleAccount(p.Pickle, p.Key)
			w.must(err)
			config := machine.Config{UserID: p.UserID, DeviceID: p.DeviceID, Store: memory.New()}
			m, err := machine.Migrate(ctx, config, a)
			w.must(err)
			var outcomes []machine.Migrated
			if sender, _ := keys.ParseCurve25519(s.SenderKey); s.Type == "session" {
				unpickled, err := libolm.UnpickleSession(s.Pickle, s.Key)
				w.must(err)
				outcomes, err = m.AddSessions(ctx, []machine.MigratedSession{{SenderKey: sender, Session: unpickled}})
				w.must(err)
			} else if session != "" {
				unpickled, err := libolm.UnpickleInboundSession(s.Pickle, s.Key)
				w.must(err)
				outcomes, err = m.AddRoomKeys(ctx, []machine.MigratedRoomKey{{RoomID: "!room", SenderKey: sender, Session: unpickled}})
				w.must(err)
			}
			if session != "" && (len(outcomes) != 1 || outcomes[0] != machine.Migrated{}) {
				t.Errorf("%+v", outcomes)
			}
			own, sessions, roomKeys, err := w.finished(m, config).TakeApart(ctx)
			w.must(err)
			if ids := own.IdentityKeys(); ids.Curve25519.String() != p.Keys.Curve25519 || ids.Ed25519.String() != p.Keys.Ed25519 {
				t.Errorf("the identity keys are %v", ids)
			}
			if s.Type == "session" && (len(sessions) != 1 || sessions[0].Session.ID() != s.SessionID) {
				t.Errorf("%d sessions", len(sessions))
			}
			if s.Type == "inbound_group_session" && (len(roomKeys) != 1 || roomKeys[0].Session.SessionID() != s.SessionID) {
				t.Errorf("%d room keys", len(roomKeys))
			}
		})
	}
}
