package pk

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func TestRoundTrip(t *testing.T) {
	r := testrand.New(t)
	d := NewDecryption()
	for n := range 101 {
		plaintext := testrand.Bytes(r, n)
		given := bytes.Clone(plaintext)
		m := encrypt(t, d, given)
		if !bytes.Equal(given, plaintext) {
			t.Fatalf("%d bytes: the plaintext was changed", n)
		}
		if len(m.Ciphertext) != n/16*16+16 || len(m.MAC) != 8 {
			t.Errorf("%d bytes: ciphertext of %d, MAC of %d", n, len(m.Ciphertext), len(m.MAC))
		}
		if want, ok := reference(private(t, d), m); !ok || !bytes.Equal(want, plaintext) {
			t.Errorf("%d bytes: the standard library reads %x (%v)", n, want, ok)
		}
		sent := clone(m)
		got, err := d.Decrypt(m)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Errorf("%d bytes: got %x, %v, want %x", n, got, err, plaintext)
		}
		if !bytes.Equal(m.Ciphertext, sent.Ciphertext) || !bytes.Equal(m.MAC, sent.MAC) {
			t.Errorf("%d bytes: the message was changed", n)
		}
	}
}

func TestEveryMessageHasAnEphemeralKeyOfItsOwn(t *testing.T) {
	d := NewDecryption()
	a, b := encrypt(t, d, []byte("same")), encrypt(t, d, []byte("same"))
	if a.EphemeralKey == b.EphemeralKey || bytes.Equal(a.Ciphertext, b.Ciphertext) || bytes.Equal(a.MAC, b.MAC) {
		t.Error("two messages have parts in common")
	}
}

func TestOtherRecipient(t *testing.T) {
	m := encrypt(t, NewDecryption(), []byte("text"))
	if _, err := NewDecryption().Decrypt(m); !errors.Is(err, ErrDecrypt) {
		t.Error(err)
	}
}

func TestT5LowOrderKeysAreRefused(t *testing.T) {
	d := NewDecryption()
	before := private(t, d)
	m := encrypt(t, d, []byte("text"))
	for point := range lowOrderPoints(t) {
		if got, err := (Encryption{point}).Encrypt([]byte("text")); !errors.Is(err, ErrWeakKey) || got.Ciphertext != nil {
			t.Errorf("recipient %x: %x, %v", point, got, err)
		}
		weak := clone(m)
		weak.EphemeralKey = point
		if got, err := d.Decrypt(weak); !errors.Is(err, ErrWeakKey) || got != nil {
			t.Errorf("ephemeral key %x: %q, %v", point, got, err)
		}
	}
	if _, err := (Encryption{}).Encrypt(nil); !errors.Is(err, ErrWeakKey) {
		t.Errorf("no recipient: %v", err)
	}
	if private(t, d) != before {
		t.Error("the private key was changed")
	}
}

func TestT6MACHasItsExactLength(t *testing.T) {
	d := NewDecryption()
	key := d.State()
	m := encrypt(t, d, []byte("text"))
	cipher, err := newCipher(key, &m.EphemeralKey)
	if err != nil {
		t.Fatal(err)
	}
	whole := cipher.AppendMAC(nil, nil, 32)
	if !bytes.Equal(whole[:8], m.MAC) {
		t.Fatal("the MAC is not over the empty string")
	}
	for n := range 33 {
		cut := clone(m)
		cut.MAC = whole[:n]
		if _, err := d.Decrypt(cut); (err == nil) != (n == 8) || err != nil && !errors.Is(err, ErrDecrypt) {
			t.Errorf("MAC of %d bytes: %v", n, err)
		}
	}
	for bit := range 64 {
		altered := clone(m)
		altered.MAC[bit/8] ^= 1 << (bit % 8)
		if _, err := d.Decrypt(altered); !errors.Is(err, ErrDecrypt) {
			t.Errorf("bit %d of the MAC flipped: %v", bit, err)
		}
	}
}

func TestCiphertextLengths(t *testing.T) {
	d := NewDecryption()
	m := encrypt(t, d, bytes.Repeat([]byte{0}, 47)) // 48 bytes of ciphertext
	for n := range m.Ciphertext {
		cut := clone(m)
		cut.Ciphertext = cut.Ciphertext[:n]
		if _, err := d.Decrypt(cut); !errors.Is(err, ErrDecrypt) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	m.Ciphertext = append(m.Ciphertext, 0)
	if _, err := d.Decrypt(m); !errors.Is(err, ErrDecrypt) {
		t.Errorf("one byte more: %v", err)
	}
}

// TestT7OneErrorForMACAndPadding flips each bit of the last block of the
// ciphertext, and of the one before, which flips that bit of the padding: what
// does not decrypt gives the very error of a wrong MAC. What does decrypt is
// what the standard library makes of it.
func TestT7OneErrorForMACAndPadding(t *testing.T) {
	r := testrand.New(t)
	d := NewDecryption()
	key := private(t, d)
	refused := 0
	for _, n := range []int{16, 24, 29, 31} { // padding of 16, 8, 3 and 1 in the second block
		m := encrypt(t, d, testrand.Bytes(r, n))
		wrongMAC := clone(m)
		wrongMAC.MAC[0] ^= 1
		_, macErr := d.Decrypt(wrongMAC)
		for i := range len(m.Ciphertext) * 8 {
			altered := clone(m)
			altered.Ciphertext[i/8] ^= 1 << (i % 8)
			want, ok := reference(key, altered)
			got, err := d.Decrypt(altered)
			if ok != (err == nil) || !bytes.Equal(got, want) || !ok && err != macErr {
				t.Errorf("%d bytes, bit %d: got %x, %v, want %x, %v", n, i, got, err, want, ok)
			}
			if !ok {
				refused++
			}
		}
	}
	if refused < 500 {
		t.Errorf("only %d were refused", refused)
	}
}

// TestAlteredCiphertextIsNotNoticed shows the weakness of the format that the
// package documentation warns of. If it fails, the format is another.
func TestAlteredCiphertextIsNotNoticed(t *testing.T) {
	d := NewDecryption()
	plaintext := []byte("sixteen letters.sixteen more ...pay 10")
	m := encrypt(t, d, plaintext)
	m.Ciphertext[16+4] ^= '1' ^ '9'
	got, err := d.Decrypt(m)
	if err != nil || string(got[:16]) != "sixteen letters." || string(got[32:]) != "pay 90" {
		t.Errorf("got %q, %v", got, err)
	}
}

// fuzzPrivate and fuzzEphemeral are fixed, so that the corpus stays good.
var fuzzPrivate, fuzzEphemeral = [32]byte{1, 2, 3}, [32]byte{4, 5, 6}

func FuzzDecrypt(f *testing.F) {
	d := DecryptionFromPrivateKey(&fuzzPrivate)
	for _, n := range []int{0, 1, 15, 16, 40} {
		m := encryptWith(f, fuzzEphemeral[:], d, bytes.Repeat([]byte{'x'}, n))
		f.Add(m.EphemeralKey[:], m.MAC, m.Ciphertext)
		f.Add(m.EphemeralKey[:], m.MAC[:7], m.Ciphertext)
		f.Add(m.EphemeralKey[:], m.MAC, m.Ciphertext[1:])
	}
	for point := range lowOrderPoints(f) {
		f.Add(point[:], make([]byte, 8), make([]byte, 16))
	}
	f.Add([]byte{}, []byte{}, []byte{})

	public := d.PublicKey()
	f.Fuzz(func(t *testing.T, ephemeral, mac, ciphertext []byte) {
		m := Message{MAC: mac, Ciphertext: ciphertext}
		copy(m.EphemeralKey[:], ephemeral)
		sent := clone(m)
		want, ok := reference(fuzzPrivate, m)
		got, err := d.Decrypt(m)
		if ok != (err == nil) || !bytes.Equal(got, want) {
			t.Errorf("got %x, %v, want %x, %v", got, err, want, ok)
		}
		if err != nil && !errors.Is(err, ErrDecrypt) && !errors.Is(err, ErrWeakKey) {
			t.Error(err)
		}
		if private(t, d) != fuzzPrivate || d.PublicKey() != public { // T11
			t.Error("the key pair was changed")
		}
		if !bytes.Equal(m.Ciphertext, sent.Ciphertext) || !bytes.Equal(m.MAC, sent.MAC) {
			t.Error("the message was changed")
		}
	})
}

func TestNoRandomnessNoMessage(t *testing.T) {
	recipient := NewDecryption().PublicKey()
	defer random.Replace(bytes.NewReader(nil))()
	defer func() {
		if recover() == nil {
			t.Error("it encrypted without randomness")
		}
	}()
	_, _ = Encryption{recipient}.Encrypt([]byte("text"))
}
