package interop

import (
	"encoding/base64"
	"math/rand/v2"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
)

// pkMessage is a message as libolm gives it, and as it stands in a backup.
type pkMessage struct {
	Ciphertext string `json:"ciphertext"`
	MAC        string `json:"mac"`
	Ephemeral  string `json:"ephemeral"`
}

func newPkMessage(m pk.Message) pkMessage {
	return pkMessage{
		Ciphertext: base64.RawStdEncoding.EncodeToString(m.Ciphertext),
		MAC:        base64.RawStdEncoding.EncodeToString(m.MAC),
		Ephemeral:  m.EphemeralKey.String(),
	}
}

// decoded returns the message as package pk wants it.
func (m pkMessage) decoded() (decoded pk.Message, err error) {
	if decoded.EphemeralKey, err = keys.ParseCurve25519(m.Ephemeral); err != nil {
		return decoded, err
	}
	if decoded.Ciphertext, err = base64.RawStdEncoding.Strict().DecodeString(m.Ciphertext); err != nil {
		return decoded, err
	}
	decoded.MAC, err = base64.RawStdEncoding.Strict().DecodeString(m.MAC)
	return decoded, err
}

// pkTwins are decryptions with the same key.
type pkTwins struct {
	t      testing.TB
	ours   *pk.Decryption
	theirs object
}

// decrypt decrypts a message, of which the ciphertext may have been altered:
// no MAC protects it.
func (d *pkTwins) decrypt(m pkMessage, altered bool) (string, error) {
	t := d.t
	t.Helper()
	var plaintext []byte
	decoded, ourErr := m.decoded()
	if ourErr == nil {
		plaintext, ourErr = d.ours.Decrypt(decoded)
	}
	var theirs string
	theirErr := d.theirs.call(&theirs, "decrypt", m.Ephemeral, m.MAC, m.Ciphertext)
	if theirErr == nil && ourErr != nil && (altered || m.isStricter()) {
		return "", ourErr // altered padding, of which libolm reads the last byte only
	}
	if !sameVerdict(t, "decrypt", ourErr, theirErr) {
		return "", ourErr
	}
	return string(plaintext), nil
}

// isStricter reports whether part of the message is no canonical base64.
func (m pkMessage) isStricter() bool {
	return isStricterText(m.Ciphertext) || isStricterText(m.MAC) || isStricterText(m.Ephemeral)
}

// move lets both implementations unpickle what both have pickled.
func (d *pkTwins) move(key []byte) {
	t := d.t
	t.Helper()
	pickle := same(t, "pickle", mustPickle(t)(libolm.PicklePkDecryption(d.ours, key)), d.theirs.pickle(key))
	var err error
	d.ours, err = libolm.UnpicklePkDecryption(pickle, key)
	noError(t, err)
	d.theirs, err = unpickleObject(t, "PkDecryption", pickle, key)
	noError(t, err)
}

func newPkTwins(t testing.TB) *pkTwins {
	t.Helper()
	d := &pkTwins{t, pk.NewDecryption(), newObject(t, "PkDecryption")}
	same(t, "public key", d.ours.PublicKey().String(), d.theirs.text("generate_key"))
	private, err := d.ours.PrivateKey()
	noError(t, err)
	var theirs binary
	d.theirs.must(&theirs, "get_private_key")
	same(t, "private key", *private.Array(), [32]byte(theirs))
	return d
}

// TestTwinPkEncryption encrypts and decrypts with twins.
func TestTwinPkEncryption(t *testing.T) {
	repeatedly(t, 50, func(t *testing.T, r *rand.Rand) {
		seed := r.Uint64()
		seedBoth(t, seed, seed)
		d := newPkTwins(t)
		theirs := newObject(t, "PkEncryption")
		theirs.must(nil, "set_recipient_key", d.ours.PublicKey().String())
		for range 5 {
			plaintext := text(r)
			encrypted, err := pk.Encryption{RecipientKey: d.ours.PublicKey()}.Encrypt([]byte(plaintext))
			noError(t, err)
			var m pkMessage
			theirs.must(&m, "encrypt", plaintext)
			same(t, "message", newPkMessage(encrypted), m)

			got, err := d.decrypt(m, false)
			noError(t, err)
			if got != plaintext {
				t.Fatalf("got %q, sent %q", got, plaintext)
			}
			d.decrypt(alterCiphertext(r, m), true)
			if got, err := d.decrypt(corruptPk(r, m), false); err == nil && got != plaintext {
				t.Fatal("a corrupted message is accepted") // only the top bit of a key may be altered
			}
			d.move(pickleKey(r))
		}
	})
}

// corruptPk corrupts what decides whether a message is accepted.
func corruptPk(r *rand.Rand, m pkMessage) pkMessage {
	part := []*string{&m.MAC, &m.Ephemeral}[r.IntN(2)]
	*part = corruptText(r, *part)
	return m
}

// alterCiphertext alters whole blocks: given part of one, or none, libolm reads
// beyond its memory.
func alterCiphertext(r *rand.Rand, m pkMessage) pkMessage {
	b, err := base64.RawStdEncoding.DecodeString(m.Ciphertext)
	if err != nil {
		panic(err)
	}
	switch r.IntN(3) {
	case 0:
		b = b[:16*(1+r.IntN(len(b)/16))]
	case 1:
		b = append(b, testrand.Bytes(r, 16)...)
	default:
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	}
	m.Ciphertext = base64.RawStdEncoding.EncodeToString(b)
	return m
}

// TestTwinPkSigning signs with the same seed, and has each verify.
func TestTwinPkSigning(t *testing.T) {
	repeatedly(t, 50, func(t *testing.T, r *rand.Rand) {
		seed := testrand.Bytes(r, 32)
		ours := pk.NewSigning((*[32]byte)(seed))
		theirs := newObject(t, "PkSigning")
		var public, signature string
		theirs.must(&public, "init_with_seed", binary(seed))
		same(t, "public key", ours.PublicKey().String(), public)
		message := text(r)
		theirs.must(&signature, "sign", message)
		signed, err := ours.Sign([]byte(message))
		noError(t, err)
		same(t, "signature", signed.String(), signature)

		verifyTwice(t, public, message, signature, true)
		verifyTwice(t, public, message+".", signature, false)
		other := newObject(t, "PkSigning")
		other.must(&public, "init_with_seed", binary(testrand.Bytes(r, 32)))
		verifyTwice(t, public, message, signature, false)
	})
}

// verifyTwice has both implementations verify a signature.
func verifyTwice(t testing.TB, public, message, signature string, good bool) {
	t.Helper()
	key, err := keys.ParseEd25519(public)
	noError(t, err)
	parsed, err := keys.ParseSignature(signature)
	noError(t, err)
	ourErr := key.Verify([]byte(message), parsed)
	theirErr := newObject(t, "Utility").call(nil, "ed25519_verify", public, message, signature)
	if sameVerdict(t, "signature", ourErr, theirErr) != good {
		t.Fatal("signature: ", verdict(ourErr))
	}
}

// TestPaddingOfBackupMessages alters the padding of a message to a backup,
// which no MAC protects. libolm looks at its last byte only.
func TestPaddingOfBackupMessages(t *testing.T) {
	seedBoth(t, 1, 1)
	d := newPkTwins(t)
	encrypted, err := pk.Encryption{RecipientKey: d.ours.PublicKey()}.Encrypt(make([]byte, 16+4))
	noError(t, err)
	const block, padding = 16, 12
	encrypted.Ciphertext[block-2] ^= 1 // alters the same byte of the next block
	m := newPkMessage(encrypted)
	if _, err := d.ours.Decrypt(encrypted); err == nil {
		t.Errorf("Mudpuppy accepts %d bytes of padding of which one is wrong", padding)
	}
	if err := d.theirs.call(nil, "decrypt", m.Ephemeral, m.MAC, m.Ciphertext); err != nil {
		t.Error("libolm refuses too: ", err)
	}
}
