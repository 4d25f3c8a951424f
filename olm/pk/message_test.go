package pk

import (
	"errors"
	"testing"
)

func TestMessageText(t *testing.T) {
	d := NewDecryption()
	m, err := Encryption{RecipientKey: d.PublicKey()}.Encrypt([]byte("a session"))
	if err != nil {
		t.Fatal(err)
	}
	ciphertext, mac, ephemeral := m.Base64()
	parsed, err := ParseMessage(ciphertext, mac, ephemeral)
	if err != nil {
		t.Fatal(err)
	}
	if plaintext, err := d.Decrypt(parsed); err != nil || string(plaintext) != "a session" {
		t.Errorf("decrypted %q, %v", plaintext, err)
	}
	for name, text := range map[string][3]string{
		"padded ciphertext": {ciphertext + "=", mac, ephemeral},
		"padded MAC":        {ciphertext, mac + "=", ephemeral},
		"short key":         {ciphertext, mac, ephemeral[1:]},
	} {
		if _, err := ParseMessage(text[0], text[1], text[2]); !errors.Is(err, ErrDecrypt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
