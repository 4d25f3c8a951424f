package megolm_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// resign puts the owner's signature under an altered message.
func resign(out *megolm.OutboundSession, m []byte) []byte {
	signed := m[:len(m)-64]
	signature := out.State().SigningKey.Sign(signed)
	return append(bytes.Clone(signed), signature[:]...)
}

func TestT11FailingDecryptChangesNothing(t *testing.T) {
	versions(t, func(t *testing.T, v megolm.Version) {
		out, in := newGroup(t, v)
		m := encrypt(t, out, "message")
		for bit := range 8 * len(m) {
			altered := bytes.Clone(m)
			altered[bit/8] ^= 1 << (bit % 8)
			refuse(t, in, altered, nil)
		}
		for n := range m {
			refuse(t, in, m[:n], nil)
		}
		refuse(t, in, append(bytes.Clone(m), 0), nil)
		decrypt(t, in, m, 0, "message")
	})
}

// A member who is allowed to sign is still held to the ratchet.
func TestT6SignedMessageWithABadMACIsRefused(t *testing.T) {
	versions(t, func(t *testing.T, v megolm.Version) {
		out, in := newGroup(t, v)
		m := encrypt(t, out, "message")
		for i := len(m) - 64 - v.MACLen(); i < len(m)-64; i++ {
			altered := bytes.Clone(m)
			altered[i] ^= 1
			refuse(t, in, resign(out, altered), megolm.ErrMAC)
		}
		decrypt(t, in, resign(out, m), 0, "message") // the control
	})
}

// The index stands outside the encryption; another one gives another key.
func TestIndexIsAuthenticated(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	m := encrypt(t, out, "message")
	m[2] = 77
	refuse(t, in, m, megolm.ErrSignature)
	refuse(t, in, resign(out, m), megolm.ErrMAC)
}

func TestSignatureIsChecked(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	other, _ := newGroup(t, megolm.Version1)
	m := encrypt(t, out, "message")
	refuse(t, in, resign(other, m), megolm.ErrSignature)

	key, err := out.SessionKey()
	if err != nil {
		t.Fatal(err)
	}
	for i := range key.Expose() {
		altered := bytes.Clone(key.Expose())
		altered[i] ^= 1
		_, err := newInbound(t, altered)
		want := megolm.ErrSignature
		if i == 0 {
			want = megolm.ErrSessionKey
		}
		if !errors.Is(err, want) {
			t.Errorf("session key, byte %d altered: %v", i, err)
		}
	}
}

// newInbound makes a session from the bytes of a session key.
func newInbound(t testing.TB, raw []byte) (*megolm.InboundSession, error) {
	t.Helper()
	key, err := megolm.ParseSessionKey(encodeBase64(raw))
	if err != nil {
		return nil, err
	}
	return megolm.NewInboundSession(key, megolm.Version1)
}

func TestT16TruncatedSessionKeysAreRefused(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	key, _ := out.SessionKey()
	exported, _ := in.Export()
	for n := range key.Expose() {
		if _, err := megolm.ParseSessionKey(encodeBase64(key.Expose()[:n])); !errors.Is(err, megolm.ErrSessionKey) {
			t.Errorf("%d bytes of a session key: %v", n, err)
		}
	}
	for n := range exported.Expose() {
		if _, err := megolm.ParseExportedSessionKey(encodeBase64(exported.Expose()[:n])); !errors.Is(err, megolm.ErrSessionKey) {
			t.Errorf("%d bytes of an exported session key: %v", n, err)
		}
	}
	for _, version := range []byte{0, 2, 3, 255} {
		other := bytes.Clone(exported.Expose())
		other[0] = version
		key, err := megolm.ParseExportedSessionKey(encodeBase64(other))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := megolm.ImportInboundSession(key, megolm.Version1); !errors.Is(err, megolm.ErrSessionKey) {
			t.Errorf("version %d: %v", version, err)
		}
	}
	if _, err := megolm.NewInboundSession(megolm.SessionKey{}, megolm.Version1); !errors.Is(err, megolm.ErrSessionKey) {
		t.Errorf("the zero session key: %v", err)
	}
	if _, err := megolm.ImportInboundSession(megolm.ExportedSessionKey{}, megolm.Version1); !errors.Is(err, megolm.ErrSessionKey) {
		t.Errorf("the zero exported session key: %v", err)
	}
}

// T13, as far as this package goes: the index of a message comes with its
// plaintext, so that the caller can tell a replay.
func TestT13DecryptTellsTheIndex(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	m := encrypt(t, out, "message")
	decrypt(t, in, m, 0, "message")
	decrypt(t, in, m, 0, "message")
	decrypt(t, in, encrypt(t, out, "next"), 1, "next")
}

var pickleKey = [32]byte{31: 1}

var unpicklers = map[string]func([]byte, *[32]byte) error{
	"outbound": func(b []byte, key *[32]byte) error { _, err := megolm.UnpickleOutboundSession(b, key); return err },
	"inbound":  func(b []byte, key *[32]byte) error { _, err := megolm.UnpickleInboundSession(b, key); return err },
}

func TestPickles(t *testing.T) {
	versions(t, func(t *testing.T, v megolm.Version) {
		out, in := newGroup(t, v)
		decrypt(t, in, encrypt(t, out, "m"), 0, "m")
		sealed, err := out.Pickle(&pickleKey)
		if err != nil {
			t.Fatal(err)
		}
		outAgain, err := megolm.UnpickleOutboundSession(sealed, &pickleKey)
		if err != nil || !bytes.Equal(outAgain.State().MarshalPickle(), out.State().MarshalPickle()) {
			t.Fatalf("came back as another session, %v", err)
		}
		if sealed, err = in.Pickle(&pickleKey); err != nil {
			t.Fatal(err)
		}
		inAgain, err := megolm.UnpickleInboundSession(sealed, &pickleKey)
		if err != nil || !bytes.Equal(inAgain.State().MarshalPickle(), in.State().MarshalPickle()) {
			t.Fatalf("came back as another session, %v", err)
		}
		decrypt(t, inAgain, encrypt(t, outAgain, "next"), 1, "next")
	})
}

func TestT16AlteredPicklesAreRefused(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	outSealed, _ := out.Pickle(&pickleKey)
	inSealed, _ := in.Pickle(&pickleKey)
	for kind, sealed := range map[string][]byte{"outbound": outSealed, "inbound": inSealed} {
		for other, openOther := range unpicklers {
			if err := openOther(sealed, &pickleKey); (err == nil) != (kind == other) {
				t.Errorf("%s opened as %s: %v", kind, other, err)
			}
		}
		if err := unpicklers[kind](sealed, new([32]byte)); !errors.Is(err, megolm.ErrPickleKey) {
			t.Errorf("%s, wrong key: %v", kind, err)
		}
		for n := range sealed {
			if err := unpicklers[kind](sealed[:n], &pickleKey); err == nil {
				t.Fatalf("%s: %d bytes were accepted", kind, n)
			}
			altered := bytes.Clone(sealed)
			altered[n] ^= 0x40
			if err := unpicklers[kind](altered, &pickleKey); err == nil {
				t.Fatalf("%s: byte %d altered", kind, n)
			}
		}
	}
}

func TestT16CutAndLengthenedInsideTheSeal(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	for kind, plaintext := range map[string][]byte{
		"outbound": out.State().MarshalPickle(),
		"inbound":  in.State().MarshalPickle(),
	} {
		seal := func(b []byte) error {
			return unpicklers[kind](pickle.Seal(&pickleKey, "megolm "+kind+" session", bytes.Clone(b)), &pickleKey)
		}
		if err := seal(plaintext); err != nil {
			t.Fatal(err)
		}
		for n := 1; n < len(plaintext); n++ {
			if err := seal(plaintext[:n]); !errors.Is(err, megolm.ErrPickleCorrupted) {
				t.Fatalf("%s: %d of %d bytes: %v", kind, n, len(plaintext), err)
			}
		}
		if err := seal(append(bytes.Clone(plaintext), 0)); !errors.Is(err, megolm.ErrPickleCorrupted) {
			t.Errorf("%s, one byte more: %v", kind, err)
		}
		for i, want := range []error{megolm.ErrPickleVersion, megolm.ErrPickleCorrupted} { // format, version
			other := bytes.Clone(plaintext)
			other[i] = 9
			if err := seal(other); !errors.Is(err, want) {
				t.Errorf("%s, byte %d: %v", kind, i, err)
			}
		}
	}
	// A latest ratchet behind the initial one would be no shortcut.
	decrypt(t, in, encrypt(t, out, "so that there is a latest ratchet"), 0, "so that there is a latest ratchet")
	state := in.State()
	state.Latest.Index, state.Initial.Index = 1, 2
	sealed := pickle.Seal(&pickleKey, "megolm inbound session", state.MarshalPickle())
	if _, err := megolm.UnpickleInboundSession(sealed, &pickleKey); !errors.Is(err, megolm.ErrPickleCorrupted) {
		t.Errorf("latest behind initial: %v", err)
	}
}
