package libolm

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// groupCase is one of four: a session from random bytes, an inbound session
// with steps, or a session key or export that is accepted or refused.
type groupCase struct {
	ID, Op, What    string
	Key             vectors.Hex `json:"pickle_key_hex"`
	Random          vectors.Hex `json:"random_hex"`
	Ratchet         vectors.Hex `json:"ratchet_hex"`      // the first 128 bytes of Random
	SigningSeed     vectors.Hex `json:"signing_seed_hex"` // the rest
	SessionID       string      `json:"session_id_b64"`
	SessionKey      string      `json:"session_key_b64"`
	OutboundAt0     string      `json:"outbound_pickle_at_0_b64"`
	OutboundAt3     string      `json:"outbound_pickle_at_3_b64"`
	Messages        []groupMessage
	FarMessages     []groupMessage `json:"far_messages"`
	Exports         []groupExport
	Start           string `json:"start_exported_session_key_b64"`
	Steps           []groupStep
	ExportedKey     string `json:"exported_session_key_b64"`
	FirstKnownIndex uint32 `json:"first_known_index"`
	Expect          string
	LibolmError     string `json:"libolm_error"`
}

type groupMessage struct {
	Index            uint32
	SessionKeyBefore string `json:"session_key_before_b64"`
	Plaintext        string
	Message          string        `json:"message_b64"`
	Pickle           string        `json:"outbound_pickle_b64"` // of a far message
	SessionKey       string        `json:"session_key_b64"`
	IndexAfter       uint32        `json:"message_index_after"`
	WithFirst        *groupVerdict `json:"decrypt_with_first_session"`
	WithSessionAt    *groupVerdict `json:"decrypt_with_session_at_index"`
}

type groupVerdict struct {
	Expect      string
	Index       uint32
	LibolmError string `json:"libolm_error"`
}

type groupExport struct {
	Index uint32
	Key   string `json:"exported_session_key_b64"`
}

type groupStep struct {
	Op, What        string
	Pickle          string `json:"pickle_b64"`
	FirstKnownIndex uint32 `json:"first_known_index"`
	Message         string `json:"message_b64"`
	Plaintext       string
	Index           uint32
	Expect          string
	LibolmError     string `json:"libolm_error"`
}

// groupCodes has the error that stands for each of libolm's.
var groupCodes = map[string]error{
	"BAD_MESSAGE_MAC":       megolm.ErrMAC,
	"BAD_MESSAGE_VERSION":   megolm.ErrVersion,
	"BAD_MESSAGE_FORMAT":    megolm.ErrFormat,
	"BAD_SIGNATURE":         megolm.ErrSignature,
	"BAD_SESSION_KEY":       megolm.ErrSessionKey,
	"UNKNOWN_MESSAGE_INDEX": megolm.ErrUnknownIndex,
	"UNKNOWN_ERROR":         megolm.ErrUnknownIndex, // of an export
}

// groupStricter has the steps that libolm refuses for another reason: it takes
// what is too short, or empty, for a message of another version, and characters
// outside the base64 alphabet for some that are in it.
var groupStricter = map[string]error{
	"60 bytes":   megolm.ErrFormat,
	"3 bytes":    megolm.ErrFormat,
	"empty":      megolm.ErrFormat,
	"not base64": base64.ErrInvalid,
}

// TestGroupSessions repeats with the same random bytes what group sessions of
// libolm did, and compares messages, exports, errors and pickles.
func TestGroupSessions(t *testing.T) {
	for _, s := range vectors.Load[strict[groupCase]](t, "generated_by_libolm/megolm.json") {
		c := s.v
		t.Run(c.ID, func(t *testing.T) {
			switch {
			case c.Random != nil:
				c.checkOutbound(t)
				c.checkExports(t)
				for _, m := range c.FarMessages {
					c.checkFar(t, &m)
				}
			case c.Steps != nil:
				c.checkInbound(t)
			default:
				c.checkKey(t)
			}
		})
	}
}

func (c *groupCase) checkOutbound(t *testing.T) {
	var out *megolm.OutboundSession
	withRandom(t, c.Random, func() { out = megolm.NewOutboundSession(megolm.Version1) })
	if c.Ratchet != nil {
		equalHex(t, "ratchet and seed", append(c.Ratchet, c.SigningSeed...), c.Random)
		equalHex(t, "ratchet", out.State().Ratchet.Data.Array()[:], c.Ratchet)
	}
	equal(t, "session id", out.SessionID(), c.SessionID)
	equal(t, "session key", must[megolm.SessionKey](t)(out.SessionKey()).Base64(), c.SessionKey)
	c.checkOutboundPickle(t, out, c.OutboundAt0)
	in := c.first(t)
	for _, m := range c.Messages {
		if m.SessionKeyBefore != "" {
			equal(t, "session key", must[megolm.SessionKey](t)(out.SessionKey()).Base64(), m.SessionKeyBefore)
		}
		equal(t, "index", out.MessageIndex(), m.Index)
		message := must[[]byte](t)(out.Encrypt([]byte(m.Plaintext)))
		equal(t, "message", base64.Encode(message), m.Message)
		checkDecrypt(t, in, m.Message, m.Plaintext, groupVerdict{Expect: "ok", Index: m.Index})
	}
	c.checkOutboundPickle(t, out, c.OutboundAt3)
}

func (c *groupCase) checkOutboundPickle(t *testing.T, s *megolm.OutboundSession, want string) {
	t.Helper()
	if want != "" {
		equal(t, "pickle", must[string](t)(PickleOutboundSession(s, c.Key)), want)
	}
}

// first returns the inbound session of the session key at the beginning.
func (c *groupCase) first(t *testing.T) *megolm.InboundSession {
	t.Helper()
	return inbound(t, c.SessionKey)
}

func inbound(t *testing.T, sessionKey string) *megolm.InboundSession {
	t.Helper()
	key := must[megolm.SessionKey](t)(megolm.ParseSessionKey(sessionKey))
	return must[*megolm.InboundSession](t)(megolm.NewInboundSession(key, megolm.Version1))
}

func (c *groupCase) checkExports(t *testing.T) {
	once := c.first(t) // one that advances with the exports
	for _, e := range c.Exports {
		for _, in := range []*megolm.InboundSession{once, c.first(t)} {
			equal(t, "export", must[megolm.ExportedSessionKey](t)(in.ExportAt(e.Index)).Base64(), e.Key)
		}
	}
}

// checkFar checks a message of a session that was moved far ahead.
func (c *groupCase) checkFar(t *testing.T, m *groupMessage) {
	out := must[*megolm.OutboundSession](t)(UnpickleOutboundSession(m.Pickle, c.Key))
	c.checkOutboundPickle(t, out, m.Pickle)
	equal(t, "index", out.MessageIndex(), m.Index)
	equal(t, "session key", must[megolm.SessionKey](t)(out.SessionKey()).Base64(), m.SessionKey)
	message := must[[]byte](t)(out.Encrypt([]byte(m.Plaintext)))
	equal(t, "message", base64.Encode(message), m.Message)
	equal(t, "index after", out.MessageIndex(), m.IndexAfter)
	checkDecrypt(t, c.first(t), m.Message, m.Plaintext, *m.WithFirst)
	checkDecrypt(t, inbound(t, m.SessionKey), m.Message, m.Plaintext, *m.WithSessionAt)
}

func checkDecrypt(t *testing.T, in *megolm.InboundSession, message, plaintext string, want groupVerdict) {
	t.Helper()
	got, index, err := in.Decrypt(must[[]byte](t)(base64.Decode(message)))
	if want.Expect != "ok" {
		checkError(t, err, groupCodes[want.LibolmError])
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "plaintext", string(got), plaintext)
	equal(t, "index", index, want.Index)
}

func (c *groupCase) checkInbound(t *testing.T) {
	key := must[megolm.ExportedSessionKey](t)(megolm.ParseExportedSessionKey(c.Start))
	in := must[*megolm.InboundSession](t)(megolm.ImportInboundSession(key, megolm.Version1))
	for i, s := range c.Steps {
		before := must[string](t)(PickleInboundSession(in, c.Key))
		switch s.Op {
		case "pickle":
			equal(t, "pickle", before, s.Pickle)
			in = must[*megolm.InboundSession](t)(UnpickleInboundSession(s.Pickle, c.Key))
			equal(t, "first known index", in.FirstKnownIndex(), s.FirstKnownIndex)
		case "decrypt":
			plaintext, index, err := decryptText(in, s.Message)
			s.check(t, err)
			equal(t, "plaintext", string(plaintext), s.Plaintext)
			equal(t, "index", index, s.Index)
		case "export_session":
			_, err := in.ExportAt(s.Index)
			s.check(t, err)
		default:
			t.Fatalf("unknown step %q", s.Op)
		}
		if s.Expect == "refused" {
			equal(t, "pickle", must[string](t)(PickleInboundSession(in, c.Key)), before)
		}
		if t.Failed() {
			t.Fatalf("at step %d: %s %s", i, s.Op, s.What)
		}
	}
}

func decryptText(in *megolm.InboundSession, message string) ([]byte, uint32, error) {
	b, err := base64.Decode(message)
	if err != nil {
		return nil, 0, err
	}
	return in.Decrypt(b)
}

func (s *groupStep) check(t *testing.T, err error) {
	t.Helper()
	if s.Expect == "ok" {
		equal(t, "error", err, nil)
		return
	}
	want := groupCodes[s.LibolmError]
	if groupStricter[s.What] != nil {
		want = groupStricter[s.What]
	}
	checkError(t, err, want)
}

// checkKey checks whether a session key, or an export, is accepted.
func (c *groupCase) checkKey(t *testing.T) {
	in, err := c.parseKey()
	if c.Expect != "ok" {
		checkError(t, err, groupCodes[c.LibolmError])
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "session id", in.SessionID(), c.SessionID)
	equal(t, "first known index", in.FirstKnownIndex(), c.FirstKnownIndex)
	equal(t, "verified", in.Verified(), c.Op == "create")
}

func (c *groupCase) parseKey() (*megolm.InboundSession, error) {
	if c.Op == "create" {
		key, err := megolm.ParseSessionKey(c.SessionKey)
		if err != nil {
			return nil, err
		}
		return megolm.NewInboundSession(key, megolm.Version1)
	}
	key, err := megolm.ParseExportedSessionKey(c.ExportedKey)
	if err != nil {
		return nil, err
	}
	return megolm.ImportInboundSession(key, megolm.Version1)
}
