//go:build !js

package interop

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
)

var vodozemacPeer = sync.OnceValues(func() (peer, error) { return openPeer("vodozemac.cjs") })

// vodozemac gives a command, whose failure fails the test.
func vodozemac(t testing.TB, command string, args map[string]any, result any) {
	t.Helper()
	p, err := vodozemacPeer()
	if err != nil {
		t.Fatal("vodozemac does not start: ", err)
	}
	args["command"] = command
	if failure := ask(t, p, args, result); failure != "" {
		t.Fatalf("vodozemac: %s: %s", command, failure)
	}
}

// TestVodozemacReadsBackupMessages has vodozemac decrypt what package pk
// encrypts.
func TestVodozemacReadsBackupMessages(t *testing.T) {
	repeatedly(t, 20, func(t *testing.T, r *rand.Rand) {
		seedOurs(t, r.Uint64())
		private := testrand.Bytes(r, 32)
		recipient := pk.DecryptionFromPrivateKey((*[32]byte)(private)).PublicKey()
		want := text(r)
		encrypted, err := pk.Encryption{RecipientKey: recipient}.Encrypt([]byte(want))
		noError(t, err)
		m := newPkMessage(encrypted)
		var got string
		vodozemac(t, "decryptBackup", map[string]any{
			"privateKey": base64.RawStdEncoding.EncodeToString(private),
			"ephemeral":  m.Ephemeral,
			"mac":        m.MAC,
			"ciphertext": m.Ciphertext,
		}, &got)
		if got != want {
			t.Fatalf("got %q, sent %q", got, want)
		}
	})
}

// TestVodozemacTakesOver makes a device of ours move to vodozemac, by the
// libolm pickles of its account and sessions, and go on there.
func TestVodozemacTakesOver(t *testing.T) {
	repeatedly(t, 5, func(t *testing.T, r *rand.Rand) {
		seedOurs(t, r.Uint64())
		alice, bob := olm.NewAccount(), olm.NewAccount()
		m := migration{t, alice, newDevice("@alice:example.org", "ALICE", alice), newDevice("@bob:example.org", "BOB", bob)}
		_, err := bob.GenerateOneTimeKeys(2)
		noError(t, err)
		oneTimeKeys := bob.OneTimeKeys()
		bob.MarkKeysAsPublished()
		toBob, atBob := m.establish(bob, oneTimeKeys[0].Key)
		late := m.encrypt(toBob, "from before")
		_, err = atBob.Decrypt(m.encrypt(toBob, "in time"))
		noError(t, err)
		room := megolm.NewOutboundSession(megolm.Version1)
		for range r.IntN(300) {
			m.encryptRoomEvent(room, "before")
		}
		key, err := room.SessionKey()
		noError(t, err)
		inRoom, err := megolm.NewInboundSession(key, megolm.Version1)
		noError(t, err)

		m.migrate(r, bob, atBob, inRoom)
		m.learn(m.alice, alice)
		m.learn(m.bob, bob)

		m.deliver(late, "from before")
		m.send(toBob, "in the session that was moved")
		m.answer(toBob)
		another, err := alice.NewOutboundSession(bob.Curve25519Key(), oneTimeKeys[1].Key, olm.Version1)
		noError(t, err)
		m.send(another, "to a one-time key that was moved")
		m.sendToRoom(room, "in the group session that was moved")
		m.backup(room)
	})
}

// device is what others know of a device.
type device struct {
	userID, deviceID string
	curve25519       string
	ed25519          string
}

func newDevice(userID, deviceID string, a *olm.Account) device {
	return device{userID, deviceID, a.Curve25519Key().String(), a.Ed25519Key().String()}
}

const (
	roomID          = "!room:example.org"
	olmAlgorithm    = "m.olm.v1.curve25519-aes-sha2"
	megolmAlgorithm = "m.megolm.v1.aes-sha2"
)

// migration is Alice, who is ours, and what she knows of Bob, who moves.
type migration struct {
	t          testing.TB
	account    *olm.Account
	alice, bob device
}

// establish makes a session with Bob while he is ours, with a message each
// way.
func (m migration) establish(bob *olm.Account, oneTimeKey keys.Curve25519PublicKey) (toBob, atBob *olm.Session) {
	m.t.Helper()
	toBob, err := m.account.NewOutboundSession(bob.Curve25519Key(), oneTimeKey, olm.Version1)
	noError(m.t, err)
	hello, err := toBob.Encrypt([]byte("hello"))
	noError(m.t, err)
	atBob, _, err = bob.NewInboundSession(m.account.Curve25519Key(), hello, olm.Version1)
	noError(m.t, err)
	reply, err := atBob.Encrypt([]byte("hello yourself"))
	noError(m.t, err)
	_, err = toBob.Decrypt(reply)
	noError(m.t, err)
	return toBob, atBob
}

// migrate moves Bob.
func (m migration) migrate(r *rand.Rand, bob *olm.Account, atBob *olm.Session, inRoom *megolm.InboundSession) {
	t := m.t
	t.Helper()
	key := pickleKey(r)
	var identity identityKeys
	vodozemac(t, "migrate", map[string]any{
		"userId":    m.bob.userID,
		"deviceId":  m.bob.deviceID,
		"pickleKey": key,
		"account":   mustPickle(t)(libolm.PickleAccount(bob, key)),
		"sessions": []map[string]any{{
			"pickle":    mustPickle(t)(libolm.PickleSession(atBob, key)),
			"senderKey": m.alice.curve25519,
		}},
		"groupSessions": []map[string]any{{
			"pickle":           mustPickle(t)(libolm.PickleInboundSession(inRoom, key)),
			"senderKey":        m.alice.curve25519,
			"senderSigningKey": m.alice.ed25519,
			"roomId":           roomID,
		}},
	}, &identity)
	if want := (identityKeys{m.bob.curve25519, m.bob.ed25519}); identity != want {
		t.Fatalf("identity keys: vodozemac has %v, want %v", identity, want)
	}
}

// marshal encodes JSON in canonical form: of these maps and strings, without
// the characters that HTML needs escaped, it is what Go writes.
func (m migration) marshal(v any) []byte {
	m.t.Helper()
	b, err := json.Marshal(v)
	noError(m.t, err)
	return b
}

func (m migration) unmarshal(b []byte, v any) {
	m.t.Helper()
	noError(m.t, json.Unmarshal(b, v))
}
