package curve25519

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/hex"
	"io"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// TestRFC8032 runs the vectors of section 7.1 with short messages, and that of
// a message of 64 bytes.
func TestRFC8032(t *testing.T) {
	for _, c := range []struct{ name, seed, public, message, signature string }{
		{
			"TEST 1",
			"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
			"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
			"",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
		},
		{
			"TEST 2",
			"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
			"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
			"72",
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
		},
		{
			"TEST 3",
			"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
			"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
			"af82",
			"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
		},
		{
			"TEST SHA(abc)",
			"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
			"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
			"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
			"dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
		},
	} {
		k := NewSigningKey(hex32(t, c.seed))
		if want := *hex32(t, c.public); k.Public != want {
			t.Errorf("%s: public key %x, want %x", c.name, k.Public, want)
		}
		message, err := hex.DecodeString(c.message)
		if err != nil {
			t.Fatal(err)
		}
		signature := k.Sign(message)
		if got := hex.EncodeToString(signature[:]); got != c.signature {
			t.Errorf("%s: signature %s, want %s", c.name, got, c.signature)
		}
		if !Verify(&k.Public, message, &signature) {
			t.Errorf("%s: the signature is refused", c.name)
		}
	}
}

func TestSignAgainstStd(t *testing.T) {
	r := testrand.New(t)
	for n := range testrand.Count(t, 150) {
		seed, message := [32]byte(testrand.Bytes(r, 32)), testrand.Bytes(r, n)
		std := ed25519.NewKeyFromSeed(seed[:])
		k := NewSigningKey(&seed)
		if !bytes.Equal(k.Public[:], std.Public().(ed25519.PublicKey)) {
			t.Fatalf("seed %x: public key %x, want %x", seed, k.Public, std.Public())
		}
		signature := k.Sign(message)
		if want := ed25519.Sign(std, message); !bytes.Equal(signature[:], want) {
			t.Fatalf("seed %x, message of %d: got %x, want %x", seed, n, signature, want)
		}
		if !Verify(&k.Public, message, &signature) {
			t.Fatalf("seed %x, message of %d: own signature is refused", seed, n)
		}
	}
}

func TestExpandedKeyIsTheClampedHash(t *testing.T) {
	r := testrand.New(t)
	seed := [32]byte(testrand.Bytes(r, 32))
	want := sha512.Sum512(seed[:])
	want[0] &= 248
	want[31] &= 127
	want[31] |= 64
	k := NewSigningKey(&seed)
	if got := *k.Expanded.Array(); got != want {
		t.Errorf("got %x, want %x", got, want)
	}

	again := SigningKeyFromExpanded(&want)
	message := []byte("message")
	if again.Public != k.Public || again.Sign(message) != k.Sign(message) {
		t.Error("the key from its expanded form differs")
	}
	clear(want[:])
	if *again.Expanded.Array() != *k.Expanded.Array() {
		t.Error("the expanded key is shared with the caller's array")
	}
}

// TestAnyExpandedKeySigns takes expanded keys as a hostile pickle may hold
// them: the scalar is clamped on use, so that they sign all the same.
func TestAnyExpandedKeySigns(t *testing.T) {
	r := testrand.New(t)
	expandeds := [][64]byte{{}, {1}}
	for range testrand.Count(t, 20) {
		expandeds = append(expandeds, [64]byte(testrand.Bytes(r, 64)))
	}
	for _, expanded := range expandeds {
		k := SigningKeyFromExpanded(&expanded)
		if *k.Expanded.Array() != expanded {
			t.Errorf("%x is kept as %x", expanded, *k.Expanded.Array())
		}
		signature := k.Sign([]byte("message"))
		if !Verify(&k.Public, []byte("message"), &signature) {
			t.Errorf("%x: own signature is refused", expanded)
		}
	}
}

func TestGenerateSigningKeyDrawsTheSeed(t *testing.T) {
	defer random.Replace(testrand.NewStream(2))()
	var drawn [32]byte
	if _, err := io.ReadFull(testrand.NewStream(2), drawn[:]); err != nil {
		t.Fatal(err)
	}
	a, b := GenerateSigningKey(), GenerateSigningKey()
	if a.Public != NewSigningKey(&drawn).Public {
		t.Error("the key does not belong to the seed")
	}
	if a.Public == b.Public {
		t.Error("two keys are the same")
	}
}

func TestSigningKeyCloneAndWipe(t *testing.T) {
	k := GenerateSigningKey()
	array, want := k.Expanded.Array(), k.Sign([]byte("message"))
	clone := k.Clone()
	k.Wipe()
	if *array != [64]byte{} || !k.Expanded.IsZero() {
		t.Error("Wipe left the expanded key")
	}
	if clone.Public != k.Public || clone.Sign([]byte("message")) != want {
		t.Error("wiping the original changed the clone")
	}
}
