package megolm_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// newGroup returns a session and its receiver, known from index 0 on.
func newGroup(t testing.TB, v megolm.Version) (*megolm.OutboundSession, *megolm.InboundSession) {
	t.Helper()
	out := megolm.NewOutboundSession(v)
	return out, receiver(t, out)
}

func receiver(t testing.TB, out *megolm.OutboundSession) *megolm.InboundSession {
	t.Helper()
	key, err := out.SessionKey()
	if err != nil {
		t.Fatal(err)
	}
	in, err := megolm.NewInboundSession(key, out.Version())
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func encrypt(t testing.TB, out *megolm.OutboundSession, plaintext string) []byte {
	t.Helper()
	m, err := out.Encrypt([]byte(plaintext))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func decrypt(t testing.TB, in *megolm.InboundSession, m []byte, index uint32, want string) {
	t.Helper()
	got, i, err := in.Decrypt(m)
	if err != nil || string(got) != want || i != index {
		t.Fatalf("decrypted %q at %d, %v; want %q at %d", got, i, err, want, index)
	}
}

// refuse checks that a message is refused with the wanted error, any if nil,
// and that the session is bit for bit what it was.
func refuse(t testing.TB, in *megolm.InboundSession, m []byte, want error) {
	t.Helper()
	before := in.State().MarshalPickle()
	plaintext, _, err := in.Decrypt(m)
	if err == nil || want != nil && !errors.Is(err, want) {
		t.Fatalf("decrypted %q, %v; want %v", plaintext, err, want)
	}
	if !bytes.Equal(before, in.State().MarshalPickle()) {
		t.Fatalf("the session changed, though decrypting failed: %v", err)
	}
}

func exportAt(t testing.TB, in *megolm.InboundSession, index uint32) *megolm.InboundSession {
	t.Helper()
	key, err := in.ExportAt(index)
	if err != nil {
		t.Fatal(err)
	}
	s, err := megolm.ImportInboundSession(key, in.Version())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func versions(t *testing.T, test func(t *testing.T, v megolm.Version)) {
	t.Run("version 1", func(t *testing.T) { test(t, megolm.Version1) })
	t.Run("version 2", func(t *testing.T) { test(t, megolm.Version2) })
}

func TestSessionVectors(t *testing.T) {
	type sessionCase struct {
		ID         string
		Form       string
		SessionKey string `json:"session_key_b64"`
		Exported   string `json:"exported_session_key_b64"`
		SessionID  string `json:"session_id_b64"`
		Expect     string
		Messages   []struct {
			Message       string `json:"message_b64"`
			Index         uint32
			Plaintext     string
			PlaintextJSON any `json:"plaintext_json"`
			Expect        string
		}
	}
	for _, c := range vectors.Load[sessionCase](t, "megolm_sessions.json") {
		t.Run(c.ID, func(t *testing.T) {
			in, err := open(c.Form, c.SessionKey, c.Exported)
			if (err == nil) != (c.Expect == "ok") {
				t.Fatalf("%v, want %s", err, c.Expect)
			}
			if err != nil {
				return
			}
			if c.SessionID != "" && in.SessionID() != c.SessionID {
				t.Errorf("session id %s", in.SessionID())
			}
			for _, m := range c.Messages {
				raw, err := base64.RawStdEncoding.DecodeString(m.Message)
				if err != nil {
					t.Fatal(err)
				}
				if m.Expect == "refused" {
					refuse(t, in, raw, megolm.ErrSignature)
					continue
				}
				got, index, err := in.Decrypt(raw)
				if err != nil || index != m.Index {
					t.Fatalf("index %d, %v", index, err)
				}
				if m.PlaintextJSON == nil {
					if string(got) != m.Plaintext {
						t.Errorf("decrypted %q", got)
					}
					continue
				}
				var parsed any
				if err := json.Unmarshal(got, &parsed); err != nil || !reflect.DeepEqual(parsed, m.PlaintextJSON) {
					t.Errorf("decrypted %s, %v", got, err)
				}
			}
		})
	}
}

func open(form, sessionKey, exported string) (*megolm.InboundSession, error) {
	if form == "session_key" {
		key, err := megolm.ParseSessionKey(sessionKey)
		if err != nil {
			return nil, err
		}
		return megolm.NewInboundSession(key, megolm.Version1)
	}
	key, err := megolm.ParseExportedSessionKey(exported)
	if err != nil {
		return nil, err
	}
	return megolm.ImportInboundSession(key, megolm.Version1)
}

func TestGroup(t *testing.T) {
	versions(t, func(t *testing.T, v megolm.Version) {
		out, in := newGroup(t, v)
		if out.SessionID() != in.SessionID() || out.MessageIndex() != 0 || in.FirstKnownIndex() != 0 {
			t.Error("not one session, or not at index 0")
		}
		var messages [][]byte
		for i := range 5 {
			messages = append(messages, encrypt(t, out, strings.Repeat("x", i*20)))
		}
		if out.MessageIndex() != 5 {
			t.Errorf("index %d", out.MessageIndex())
		}
		for _, i := range []int{3, 0, 4, 4, 1, 2} { // any order, any number of times
			decrypt(t, in, messages[i], uint32(i), strings.Repeat("x", i*20))
		}
		late := receiver(t, out)
		if late.FirstKnownIndex() != 5 {
			t.Errorf("first known index %d", late.FirstKnownIndex())
		}
		decrypt(t, late, encrypt(t, out, "after joining"), 5, "after joining")
	})
}

func TestVersionsAreNotMixed(t *testing.T) {
	for _, v := range []megolm.Version{megolm.Version1, megolm.Version2} {
		out, in := newGroup(t, v)
		key, err := out.SessionKey()
		if err != nil {
			t.Fatal(err)
		}
		other, err := megolm.NewInboundSession(key, 3-v)
		if err != nil {
			t.Fatal(err)
		}
		refuse(t, other, encrypt(t, out, "x"), megolm.ErrVersion)
		if in.Compare(other) != megolm.Unconnected {
			t.Error("sessions of two versions are connected")
		}
	}
	out, in := newGroup(t, megolm.Version1)
	key, _ := out.SessionKey()
	exported, _ := in.Export()
	for _, v := range []megolm.Version{0, 3} {
		if _, err := megolm.NewInboundSession(key, v); !errors.Is(err, megolm.ErrVersion) {
			t.Errorf("version %d: %v", v, err)
		}
		if _, err := megolm.ImportInboundSession(exported, v); !errors.Is(err, megolm.ErrVersion) {
			t.Errorf("import of version %d: %v", v, err)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an outbound session of version 0 was made")
		}
	}()
	megolm.NewOutboundSession(0)
}

func TestIndexesUpToTheLast(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	for _, index := range []uint32{1 << 8, 1<<16 - 1, 1 << 24, 1<<31 - 1} {
		out.State().Ratchet.AdvanceTo(index)
		decrypt(t, in, encrypt(t, out, "far"), index, "far")
	}
	// Beyond 2^31 a session that begins at 0 takes an index for one behind it.
	out.State().Ratchet.AdvanceTo(math.MaxUint32)
	late := receiver(t, out)
	last := encrypt(t, out, "last")
	decrypt(t, late, last, math.MaxUint32, "last")
	refuse(t, in, last, megolm.ErrUnknownIndex)
	if out.MessageIndex() != 0 {
		t.Errorf("after the last index: %d", out.MessageIndex())
	}
	decrypt(t, late, encrypt(t, out, "wrapped"), 0, "wrapped")
	decrypt(t, late, last, math.MaxUint32, "last")
}

func TestAdvanceToForgetsEarlierIndexes(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	first, second := encrypt(t, out, "first"), encrypt(t, out, "second")
	if err := in.AdvanceTo(1); err != nil || in.FirstKnownIndex() != 1 || !in.Verified() {
		t.Fatalf("first known index %d, %v", in.FirstKnownIndex(), err)
	}
	refuse(t, in, first, megolm.ErrUnknownIndex)
	decrypt(t, in, second, 1, "second")
	before := in.State().MarshalPickle()
	if err := in.AdvanceTo(0); !errors.Is(err, megolm.ErrUnknownIndex) || !bytes.Equal(before, in.State().MarshalPickle()) {
		t.Errorf("back to 0: %v", err)
	}
	// Behind the latest ratchet, which must go on from the new first one.
	out.State().Ratchet.AdvanceTo(1000)
	decrypt(t, in, encrypt(t, out, "far"), 1000, "far")
	if err := in.AdvanceTo(500); err != nil || in.FirstKnownIndex() != 500 {
		t.Errorf("first known index %d, %v", in.FirstKnownIndex(), err)
	}
	decrypt(t, in, encrypt(t, out, "farther"), 1001, "farther")
}

func TestForwardSecrecyACopiedSessionCannotReadEarlierIndexes(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	earlier := encrypt(t, out, "before the theft")
	decrypt(t, in, earlier, 0, "before the theft")

	// The thief copies the sender's session, from which keys are shared on,
	// and a receiver's that was exported at the present index.
	stolen := receiver(t, out)
	exported := exportAt(t, in, out.MessageIndex())
	refuse(t, stolen, earlier, megolm.ErrUnknownIndex)
	refuse(t, exported, earlier, megolm.ErrUnknownIndex)
	if _, err := stolen.ExportAt(0); !errors.Is(err, megolm.ErrUnknownIndex) {
		t.Errorf("exported an earlier index: %v", err)
	}
	// The control: what comes afterwards, the thief reads. Megolm does not
	// heal; only a new session does.
	later := encrypt(t, out, "after the theft")
	decrypt(t, stolen, later, 1, "after the theft")
	decrypt(t, exported, later, 1, "after the theft")
}

func TestWipedObjectsRefuse(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	m := encrypt(t, out, "too late")
	other := exportAt(t, in, 0)
	ratchet, initial := out.State().Ratchet.Data.Array(), in.State().Initial.Data.Array()
	out.Wipe()
	out.Wipe()
	in.Wipe()
	in.Wipe()
	if *ratchet != [128]byte{} || *initial != [128]byte{} {
		t.Error("a ratchet was not overwritten")
	}
	calls := map[string]func() error{
		"SessionKey":      func() error { _, err := out.SessionKey(); return err },
		"Encrypt":         func() error { _, err := out.Encrypt(nil); return err },
		"outbound Pickle": func() error { _, err := out.Pickle(new([32]byte)); return err },
		"Decrypt":         func() error { _, _, err := in.Decrypt(m); return err },
		"AdvanceTo":       func() error { return in.AdvanceTo(0) },
		"Export":          func() error { _, err := in.Export(); return err },
		"ExportAt":        func() error { _, err := in.ExportAt(0); return err },
		"inbound Pickle":  func() error { _, err := in.Pickle(new([32]byte)); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, megolm.ErrWiped) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if in.Compare(other) != megolm.Unconnected || other.Compare(in) != megolm.Unconnected {
		t.Error("a wiped session is connected")
	}
	if out.SessionID() != in.SessionID() || in.SessionID() != other.SessionID() {
		t.Error("what is public did not stay")
	}
	if _, err := new(megolm.OutboundSession).Encrypt(nil); !errors.Is(err, megolm.ErrWiped) {
		t.Errorf("Encrypt of the zero session: %v", err)
	}
}
