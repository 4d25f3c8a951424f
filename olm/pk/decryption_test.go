package pk

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
)

var pickleKey = &[32]byte{7, 8, 9}

func TestPickle(t *testing.T) {
	d := NewDecryption()
	m := encrypt(t, d, []byte("text"))
	sealed, err := d.Pickle(pickleKey)
	if err != nil {
		t.Fatal(err)
	}
	if other, err := UnpickleDecryption(sealed, pickleKey); err != nil || *other.State().Private.Array() != private(t, d) {
		t.Errorf("unpickled: %v", err)
	} else if got, err := other.Decrypt(m); err != nil || string(got) != "text" || other.PublicKey() != d.PublicKey() {
		t.Errorf("unpickled: %q, %v", got, err)
	}
	if _, err := UnpickleDecryption(sealed, new([32]byte)); !errors.Is(err, ErrPickleKey) {
		t.Errorf("wrong key: %v", err)
	}
}

func TestT16HostilePicklesAreRefused(t *testing.T) {
	sealed, err := NewDecryption().Pickle(pickleKey)
	if err != nil {
		t.Fatal(err)
	}
	for n := range sealed {
		if d, err := UnpickleDecryption(sealed[:n], pickleKey); err == nil || d != nil {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
		for bit := range 8 {
			altered := append([]byte(nil), sealed...)
			altered[n] ^= 1 << bit
			if d, err := UnpickleDecryption(altered, pickleKey); err == nil || d != nil {
				t.Errorf("bit %d of byte %d flipped: %v", bit, n, err)
			}
		}
	}
	private := make([]byte, 32)
	for name, c := range map[string]struct {
		sealed []byte
		want   error
	}{
		"empty":           {nil, ErrPickleCorrupted},
		"another version": {append([]byte{9}, sealed[1:]...), ErrPickleVersion},
		"another kind":    {pickle.Seal(pickleKey, "olm account", append([]byte{1}, private...)), ErrPickleKey},
		"another format":  {pickle.Seal(pickleKey, decryptionKind, append([]byte{2}, private...)), ErrPickleVersion},
		"nothing inside":  {pickle.Seal(pickleKey, decryptionKind, nil), ErrPickleVersion},
		"a byte less":     {pickle.Seal(pickleKey, decryptionKind, append([]byte{1}, private[1:]...)), ErrPickleCorrupted},
		"a byte more":     {pickle.Seal(pickleKey, decryptionKind, append([]byte{1, 0}, private...)), ErrPickleCorrupted},
	} {
		if d, err := UnpickleDecryption(c.sealed, pickleKey); !errors.Is(err, c.want) || d != nil {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestStateIsTheDecryptionItself(t *testing.T) {
	d := NewDecryption()
	m := encrypt(t, d, []byte("text"))
	if got, err := DecryptionFromState(d.State()).Decrypt(m); err != nil || string(got) != "text" {
		t.Errorf("got %q, %v", got, err)
	}
	d.State().Wipe()
	if _, err := d.Decrypt(m); !errors.Is(err, ErrWiped) {
		t.Error(err)
	}
}

func TestPrivateKeyIsACopy(t *testing.T) {
	d := NewDecryption()
	key, err := d.PrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	if again := DecryptionFromPrivateKey(key.Array()); again.PublicKey() != d.PublicKey() {
		t.Error("another public key")
	}
	key.Wipe()
	if private(t, d) == [32]byte{} {
		t.Error("wiping the copy wiped the key")
	}
}

func TestPrivateKeyDoesNotPrint(t *testing.T) {
	seed := GenerateSeed()
	for _, format := range []string{"%v", "%+v", "%s", "%x"} {
		if got := fmt.Sprintf(format, seed); got != "redacted" && got != fmt.Sprintf(format, "redacted") {
			t.Errorf("%s: %s", format, got)
		}
	}
	d, s := NewDecryption(), NewSigning(seed.Array())
	bytes := private(t, d)
	for _, secret := range []string{fmt.Sprint(bytes[:]), fmt.Sprint(s.key.Expanded.Array()[:])} {
		if strings.Contains(fmt.Sprintf("%+v %+v", d, s), strings.Trim(secret, "[]")) {
			t.Error("a secret was printed")
		}
	}
	if _, err := seed.MarshalText(); err == nil {
		t.Error("it marshals")
	}
}

func TestT9WipeLeavesNoSecrets(t *testing.T) {
	d := NewDecryption()
	m := encrypt(t, d, []byte("text"))
	array, public := d.State().Private.Array(), d.PublicKey()
	d.Wipe()
	if *array != [32]byte{} {
		t.Error("Wipe left the private key")
	}
	if d.PublicKey() != public {
		t.Error("Wipe changed the public key")
	}
	d.Wipe()
	for _, wiped := range []*Decryption{d, {}} {
		_, decryptErr := wiped.Decrypt(m)
		_, pickleErr := wiped.Pickle(pickleKey)
		_, privateErr := wiped.PrivateKey()
		for _, err := range []error{decryptErr, pickleErr, privateErr} {
			if !errors.Is(err, ErrWiped) {
				t.Error(err)
			}
		}
	}

	seed := GenerateSeed()
	s := NewSigning(seed.Array())
	expanded, seedArray, signer := s.key.Expanded.Array(), seed.Array(), s.PublicKey()
	s.Wipe()
	seed.Wipe()
	if *expanded != [64]byte{} || *seedArray != [32]byte{} {
		t.Error("Wipe left the signing key")
	}
	if s.PublicKey() != signer {
		t.Error("Wipe changed the public key")
	}
	for _, wiped := range []*Signing{s, {}} {
		if _, err := wiped.Sign([]byte("text")); !errors.Is(err, ErrWiped) {
			t.Error(err)
		}
	}
}

func TestSigning(t *testing.T) {
	seed, other := GenerateSeed(), GenerateSeed()
	if *seed.Array() == *other.Array() {
		t.Fatal("two seeds are the same")
	}
	s := NewSigning(seed.Array())
	again := NewSigning(seed.Array())
	seed.Wipe()
	message := []byte("message")
	signature, err := s.Sign(message)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.PublicKey().Verify(message, signature); err != nil {
		t.Error(err)
	}
	if err := NewSigning(other.Array()).PublicKey().Verify(message, signature); err == nil {
		t.Error("another key verifies it")
	}
	if err := s.PublicKey().Verify([]byte("massage"), signature); err == nil {
		t.Error("it verifies another message")
	}
}
