package megolm_test

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aessha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// fixedGroup is a group made from fixed randomness, so that a corpus means the
// same in every run.
func fixedGroup(tb testing.TB) (*megolm.OutboundSession, *megolm.InboundSession) {
	tb.Helper()
	defer random.Replace(testrand.NewStream(1))()
	return newGroup(tb, megolm.Version1)
}

// T11: whatever bytes come, a failing decrypt changes nothing, and T17: none
// makes it panic.
func FuzzDecrypt(f *testing.F) {
	out, in := fixedGroup(f)
	f.Add(encrypt(f, out, "genuine"))
	for _, seed := range vectors.Files(f, "fuzz/megolm-decryption") {
		f.Add(seed)
	}
	state := in.State().MarshalPickle()
	f.Fuzz(func(t *testing.T, message []byte) {
		checkDecrypt(t, state, message)
	})
}

// FuzzDecryptAuthentic puts a right MAC and signature under whatever a member
// may send, to reach what lies behind them without an authentication that is
// switched off.
func FuzzDecryptAuthentic(f *testing.F) {
	out, in := fixedGroup(f)
	state := in.State().MarshalPickle()
	f.Add(uint32(0), make([]byte, 16))
	f.Add(uint32(255), []byte{})
	f.Add(uint32(1<<31-1), make([]byte, 48))
	f.Add(uint32(1<<31), make([]byte, 15))
	f.Fuzz(func(t *testing.T, index uint32, ciphertext []byte) {
		m := wire.AppendMegolm(nil, wire.Version1, index, len(ciphertext))
		m = append(m, ciphertext...)
		ratchet := out.State().Ratchet.Clone()
		ratchet.AdvanceTo(index)
		m = aessha2.New(ratchet.Data.Array()[:], "MEGOLM_KEYS").AppendMAC(m, m, 8)
		signature := out.State().SigningKey.Sign(m)
		checkDecrypt(t, state, append(m, signature[:]...))
	})
}

// checkDecrypt decrypts a message from a state.
func checkDecrypt(t *testing.T, state, message []byte) {
	s, err := megolmstate.UnmarshalInbound(state)
	if err != nil {
		t.Fatal(err)
	}
	in := megolm.InboundFromState(s)
	_, index, err := in.Decrypt(message)
	if err != nil {
		if !bytes.Equal(state, in.State().MarshalPickle()) {
			t.Fatalf("the session changed: %v", err)
		}
		return
	}
	if _, again, err := in.Decrypt(message); err != nil || again != index {
		t.Fatalf("decrypted at %d, then at %d: %v", index, again, err)
	}
	if in.FirstKnownIndex() != 0 {
		t.Fatalf("first known index %d", in.FirstKnownIndex())
	}
}

// FuzzSessionKey and FuzzExportedSessionKey read the bytes behind the base64:
// whatever is accepted is exported again as it came.
func FuzzSessionKey(f *testing.F) {
	out, _ := fixedGroup(f)
	key, err := out.SessionKey()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(key.Expose())
	for _, seed := range vectors.Files(f, "fuzz/megolm-session-creation") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := newInbound(t, raw)
		if err != nil {
			return
		}
		checkExport(t, in, raw)
	})
}

func FuzzExportedSessionKey(f *testing.F) {
	_, in := fixedGroup(f)
	key, err := in.Export()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(key.Expose())
	for _, seed := range vectors.Files(f, "fuzz/megolm-session-import") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		key, err := megolm.ParseExportedSessionKey(encodeBase64(raw))
		if err != nil {
			return
		}
		in, err := megolm.ImportInboundSession(key, megolm.Version1)
		if err != nil {
			return
		}
		checkExport(t, in, raw)
	})
}

func checkExport(t *testing.T, in *megolm.InboundSession, raw []byte) {
	exported, err := in.Export()
	if err != nil {
		t.Fatal(err)
	}
	want := append([]byte{1}, raw[1:165]...)
	if !bytes.Equal(exported.Expose(), want) {
		t.Fatalf("exported %x, want %x", exported.Expose(), want)
	}
	if _, err := in.ExportAt(in.FirstKnownIndex() + 1000); err != nil {
		t.Fatal(err)
	}
}

// FuzzUnmarshal fuzzes what is inside the seal of a pickle: whatever is
// accepted is written back to the same bytes, and can be used without a panic.
func FuzzUnmarshal(f *testing.F) {
	out, in := fixedGroup(f)
	message := encrypt(f, out, "genuine")
	f.Add(out.State().MarshalPickle())
	f.Add(in.State().MarshalPickle())
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := megolmstate.UnmarshalOutbound(data); err == nil {
			if !bytes.Equal(data, s.MarshalPickle()) {
				t.Fatal("outbound: written back to other bytes")
			}
			encrypt(t, megolm.OutboundFromState(s), "x")
		}
		if s, err := megolmstate.UnmarshalInbound(data); err == nil {
			if !bytes.Equal(data, s.MarshalPickle()) {
				t.Fatal("inbound: written back to other bytes")
			}
			in := megolm.InboundFromState(s)
			_, _, _ = in.Decrypt(message)
			if in.Compare(in) != megolm.Equal {
				t.Fatal("not equal to itself")
			}
		}
	})
}
