package megolm_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
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

func TestSessionKeyText(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	key, err := out.SessionKey()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := megolm.ParseSessionKey(key.Base64())
	if err != nil || !bytes.Equal(parsed.Expose(), key.Expose()) {
		t.Errorf("the session key came back otherwise, %v", err)
	}
	exported, err := in.Export()
	if err != nil {
		t.Fatal(err)
	}
	again, err := megolm.ParseExportedSessionKey(exported.Base64())
	if err != nil || !bytes.Equal(again.Expose(), exported.Expose()) {
		t.Errorf("the exported session key came back otherwise, %v", err)
	}
	for name, text := range map[string]string{
		"empty": "", "cut": key.Base64()[:305], "exported": exported.Base64(),
		"padded": key.Base64() + "=", "altered": "!" + key.Base64()[1:],
	} {
		if _, err := megolm.ParseSessionKey(text); !errors.Is(err, megolm.ErrSessionKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := megolm.ParseExportedSessionKey(key.Base64()); !errors.Is(err, megolm.ErrSessionKey) {
		t.Errorf("a session key was parsed as an exported one: %v", err)
	}
}

// T36, as far as this package goes: no verb prints a session key.
func TestSessionKeysPrintRedacted(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	key, _ := out.SessionKey()
	exported, _ := in.Export()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, secret := range []any{key, exported, &key, struct{ K megolm.SessionKey }{key}, out, in} {
			printed := fmt.Sprintf(verb, secret)
			for _, raw := range [][]byte{key.Expose()[5:21], exported.Expose()[5:21]} {
				for _, form := range []string{
					string(raw), fmt.Sprintf("%x", raw), fmt.Sprintf("%X", raw), strings.Trim(fmt.Sprint(raw), "[]"),
				} {
					if strings.Contains(printed, form) {
						t.Errorf("%s of %T prints the key: %s", verb, secret, printed)
					}
				}
			}
		}
	}
	if _, err := json.Marshal(key); err == nil {
		t.Error("a session key was marshalled")
	}
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

func TestCompareAndMerge(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	early, late := exportAt(t, in, 3), exportAt(t, in, 300)
	for _, c := range []struct {
		a, b *megolm.InboundSession
		want megolm.Ordering
	}{
		{early, late, megolm.Better},
		{late, early, megolm.Worse},
		{early, exportAt(t, in, 3), megolm.Equal},
		{in, early, megolm.Better},
	} {
		if got := c.a.Compare(c.b); got != c.want {
			t.Errorf("%d against %d: %v, want %v", c.a.FirstKnownIndex(), c.b.FirstKnownIndex(), got, c.want)
		}
	}
	if early.Verified() || late.Verified() || !in.Verified() {
		t.Error("an import is verified, or a signed session key is not")
	}
	merged, err := late.Merge(early)
	if err != nil || merged.FirstKnownIndex() != 3 || merged.Verified() {
		t.Errorf("merged from %d, %v", merged.FirstKnownIndex(), err)
	}
	decrypt(t, receiver(t, out), encrypt(t, out, "shows the owner"), 0, "shows the owner")
	for range 4 {
		m := encrypt(t, out, "m")
		if out.MessageIndex() > 3 {
			decrypt(t, early, m, out.MessageIndex()-1, "m")
		}
	}
	if !early.Verified() {
		t.Error("a decrypted message does not verify an import")
	}
	if merged, err = late.Merge(early); err != nil || !merged.Verified() {
		t.Errorf("merged with a verified session, %v", err)
	}
}

func TestMergedSessionIsItsOwn(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	later := exportAt(t, in, 1)
	merged, err := later.Merge(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Wipe()
	later.Wipe()
	decrypt(t, merged, encrypt(t, out, "still there"), 0, "still there")
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

func TestMessageText(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	m, err := out.Encrypt([]byte("in an event"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := megolm.ParseMessage(m.Base64())
	if err != nil {
		t.Fatal(err)
	}
	decrypt(t, in, parsed, 0, "in an event")
	for _, text := range []string{m.Base64() + "=", " " + m.Base64(), "!"} {
		if _, err := megolm.ParseMessage(text); !errors.Is(err, megolm.ErrFormat) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestOrderingNames(t *testing.T) {
	names := map[megolm.Ordering]string{
		megolm.Equal: "equal", megolm.Better: "better", megolm.Worse: "worse", megolm.Unconnected: "unconnected", 9: "unconnected",
	}
	for ordering, name := range names {
		if ordering.String() != name {
			t.Errorf("%d is called %q", int(ordering), ordering)
		}
	}
	if megolm.Ordering(0) != megolm.Unconnected {
		t.Error("the zero ordering lets a session take another's place")
	}
}

// T22, as far as this package goes: a session of the same id and another
// ratchet cannot take the place of the genuine one.
func TestT22OtherRatchetIsUnconnected(t *testing.T) {
	_, in := newGroup(t, megolm.Version1)
	_, other := newGroup(t, megolm.Version1)
	key, err := in.Export()
	if err != nil {
		t.Fatal(err)
	}
	key.Expose()[5] ^= 1 // the first byte of the ratchet
	forged, err := megolm.ImportInboundSession(key, megolm.Version1)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*megolm.InboundSession{"other session": other, "other ratchet": forged} {
		if in.Compare(s) != megolm.Unconnected || s.Compare(in) != megolm.Unconnected {
			t.Errorf("%s is connected", name)
		}
		if _, err := in.Merge(s); !errors.Is(err, megolm.ErrUnconnected) {
			t.Errorf("%s was merged: %v", name, err)
		}
	}
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
