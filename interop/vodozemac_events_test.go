//go:build !js

package interop

import (
	"encoding/base64"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
)

// event is an event, or the payload of one, that says something.
type event struct {
	Type    string `json:"type"`
	Content struct {
		Body string `json:"body"`
	} `json:"content"`
}

func (e event) check(t testing.TB, body string) {
	t.Helper()
	if e.Type != "org.example.test" || e.Content.Body != body {
		t.Fatalf("got %+v, sent %q", e, body)
	}
}

func payload(body string) map[string]any {
	return map[string]any{"type": "org.example.test", "content": map[string]any{"body": body}}
}

// encrypt encrypts a to-device event for Bob.
func (m migration) encrypt(s *olm.Session, body string) olm.Message {
	m.t.Helper()
	inside := payload(body)
	inside["sender"] = m.alice.userID
	inside["recipient"] = m.bob.userID
	inside["keys"] = map[string]any{"ed25519": m.alice.ed25519}
	inside["recipient_keys"] = map[string]any{"ed25519": m.bob.ed25519}
	encrypted, err := s.Encrypt(m.marshal(inside))
	noError(m.t, err)
	return encrypted
}

// deliver brings Bob, who has moved, an encrypted to-device event.
func (m migration) deliver(encrypted olm.Message, body string) {
	m.t.Helper()
	var received event
	vodozemac(m.t, "receive", map[string]any{"event": map[string]any{
		"type":   "m.room.encrypted",
		"sender": m.alice.userID,
		"content": map[string]any{
			"algorithm":  olmAlgorithm,
			"sender_key": m.alice.curve25519,
			"ciphertext": map[string]message{
				m.bob.curve25519: {int(encrypted.Type), encrypted.Base64()},
			},
		},
	}}, &received)
	received.check(m.t, body)
}

// send does both.
func (m migration) send(s *olm.Session, body string) {
	m.t.Helper()
	m.deliver(m.encrypt(s, body), body)
}

// learn tells the machine of a device, as the homeserver does.
func (m migration) learn(d device, account *olm.Account) {
	m.t.Helper()
	deviceKeys := map[string]any{
		"user_id":    d.userID,
		"device_id":  d.deviceID,
		"algorithms": []string{olmAlgorithm, megolmAlgorithm},
		"keys": map[string]any{
			"curve25519:" + d.deviceID: d.curve25519,
			"ed25519:" + d.deviceID:    d.ed25519,
		},
	}
	signature := account.Sign(m.marshal(deviceKeys)).String()
	deviceKeys["signatures"] = map[string]any{d.userID: map[string]any{"ed25519:" + d.deviceID: signature}}
	vodozemac(m.t, "learn", map[string]any{
		"userId": d.userID,
		"answer": map[string]any{"device_keys": map[string]any{d.userID: map[string]any{d.deviceID: deviceKeys}}},
	}, nil)
}

// answer has Bob answer in a session.
func (m migration) answer(s *olm.Session) {
	m.t.Helper()
	var sent struct {
		Ciphertext map[string]message `json:"ciphertext"`
	}
	vodozemac(m.t, "send", map[string]any{
		"userId":   m.alice.userID,
		"deviceId": m.alice.deviceID,
		"type":     "org.example.test",
		"content":  map[string]any{"body": "an answer"},
	}, &sent)
	encrypted := sent.Ciphertext[m.alice.curve25519]
	parsed, err := olm.ParseMessage(encrypted.Type, encrypted.Body)
	noError(m.t, err)
	plaintext, err := s.Decrypt(parsed)
	noError(m.t, err)
	var received event
	m.unmarshal(plaintext, &received)
	received.check(m.t, "an answer")
}

// encryptRoomEvent returns the content of an event in the room.
func (m migration) encryptRoomEvent(room *megolm.OutboundSession, body string) map[string]any {
	m.t.Helper()
	inside := payload(body)
	inside["room_id"] = roomID
	ciphertext, err := room.Encrypt(m.marshal(inside))
	noError(m.t, err)
	return map[string]any{
		"algorithm":  megolmAlgorithm,
		"sender_key": m.alice.curve25519,
		"device_id":  m.alice.deviceID,
		"session_id": room.SessionID(),
		"ciphertext": base64.RawStdEncoding.EncodeToString(ciphertext),
	}
}

// sendToRoom sends Bob an event in the room.
func (m migration) sendToRoom(room *megolm.OutboundSession, body string) {
	m.t.Helper()
	var received event
	vodozemac(m.t, "decryptRoomEvent", map[string]any{
		"roomId": roomID,
		"event": map[string]any{
			"type":             "m.room.encrypted",
			"event_id":         "$event",
			"room_id":          roomID,
			"sender":           m.alice.userID,
			"origin_server_ts": 1,
			"content":          m.encryptRoomEvent(room, body),
		},
	}, &received)
	received.check(m.t, body)
}

// backup has Bob back up what he knows of the room, and reads it.
func (m migration) backup(room *megolm.OutboundSession) {
	t := m.t
	t.Helper()
	owner := pk.NewDecryption()
	var body struct {
		Rooms map[string]struct {
			Sessions map[string]struct {
				Data pkMessage `json:"session_data"`
			} `json:"sessions"`
		} `json:"rooms"`
	}
	vodozemac(t, "backup", map[string]any{"publicKey": owner.PublicKey().String()}, &body)
	encrypted, err := body.Rooms[roomID].Sessions[room.SessionID()].Data.decoded()
	noError(t, err)
	plaintext, err := owner.Decrypt(encrypted)
	noError(t, err)
	var backedUp struct {
		SessionKey string `json:"session_key"`
	}
	m.unmarshal(plaintext, &backedUp)
	key, err := megolm.ParseExportedSessionKey(backedUp.SessionKey)
	noError(t, err)
	restored, err := megolm.ImportInboundSession(key, megolm.Version1)
	noError(t, err)
	ciphertext, err := room.Encrypt([]byte("after the backup"))
	noError(t, err)
	if got, _, err := restored.Decrypt(ciphertext); err != nil || string(got) != "after the backup" {
		t.Fatalf("got %q, error %v", got, err)
	}
}
