package interop

import (
	"math/big"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/sas"
)

// TestStricterThanLibolm shows every difference: we must refuse, and libolm
// must accept, or else the difference is none and should go from the list.
func TestStricterThanLibolm(t *testing.T) {
	for name, verdicts := range map[string]func(t *testing.T) (ours, theirs error){
		"olm: unknown message type":                  preKeyMessages(withType2),
		"T3 olm: bits left over in base64":           preKeyMessages(withStrayBits),
		"T3 olm: no ASCII in base64":                 preKeyMessages(withLatin1),
		"olm: version of the pre-key message":        preKeyMessages(withBody(func(b []byte) []byte { b[0] = 4; return b })),
		"olm: no base key in the pre-key message":    preKeyMessages(withBody(withoutBaseKey)),
		"olm: fields twice in the pre-key message":   preKeyMessages(withBody(func(b []byte) []byte { return append(b, b[1:]...) })),
		"olm: no field at the end of the pre-key":    preKeyMessages(withBody(func(b []byte) []byte { return append(b, 0xff) })),
		"olm: a field twice":                         craftedMessages(func(f []byte) []byte { return append(f, f...) }),
		"olm: a number longer than needed":           craftedMessages(withLongNumber),
		"T5 olm: one-time key of low order":          lowOrderOneTimeKey,
		"T5 sas: public key of low order":            lowOrderSASKey,
		"T4 signature of a key of small order":       smallOrderSigningKey,
		"T4 signature with another S":                signatureWithAnotherS,
		"T3 megolm: bits left over in a session key": strayBitsInSessionKey,
		"megolm: an index reached in two leaps":      twoLeaps,
	} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := verdicts(t)
			if ours == nil {
				t.Error("Mudpuppy accepts")
			}
			if theirs != nil {
				t.Error("libolm refuses too: ", theirs)
			}
		})
	}
}

// lowOrder is a Curve25519 key with which everybody gets the same secret.
var lowOrder = keys.Curve25519PublicKey{}.String()

func lowOrderOneTimeKey(t *testing.T) (ours, theirs error) {
	twins := newTwins(t, 1)
	a, b := twins.newAccount().(*twinAccount), twins.newAccount()
	_, ours = a.ours.outbound(b.identityKeys().Curve25519, lowOrder)
	_, theirs = a.theirs.outbound(b.identityKeys().Curve25519, lowOrder)
	return ours, theirs
}

func lowOrderSASKey(t *testing.T) (ours, theirs error) {
	key, err := keys.ParseCurve25519(lowOrder)
	noError(t, err)
	return sas.New().SetTheirKey(key), newObject(t, "SAS").call(nil, "set_their_key", lowOrder)
}

// verify returns the verdicts on a signature.
func verify(t *testing.T, key keys.Ed25519PublicKey, message string, signature keys.Ed25519Signature) (ours, theirs error) {
	t.Helper()
	utility := newObject(t, "Utility")
	return key.Verify([]byte(message), signature), utility.call(nil, "ed25519_verify", key.String(), message, signature.String())
}

// smallOrderSigningKey gives the neutral point as key and as part of the
// signature: together they sign every message.
func smallOrderSigningKey(t *testing.T) (ours, theirs error) {
	return verify(t, keys.Ed25519PublicKey{1}, "any message", keys.Ed25519Signature{1})
}

// signatureWithAnotherS adds the order of the group to the number S.
func signatureWithAnotherS(t *testing.T) (ours, theirs error) {
	signer := pk.NewSigning(&[32]byte{7})
	signature, err := signer.Sign([]byte("hello"))
	noError(t, err)
	order, ok := new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
	if !ok {
		t.Fatal("bad order")
	}
	s := signature[32:]
	slices.Reverse(s)
	new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(s)
	slices.Reverse(s)
	return verify(t, signer.PublicKey(), "hello", signature)
}
