package curve25519

import (
	"crypto/ed25519"
	"testing"

	"filippo.io/edwards25519"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

// verifies is what Verify says, and what a key that is kept says, each time it is
// asked: from the second on it has a table of multiples.
func verifies(t testing.TB, public *[32]byte, message []byte, signature *[64]byte) bool {
	t.Helper()
	want := Verify(public, message, signature)
	key, ok := NewVerifyKey(public)
	for use := 1; ok && use <= 3; use++ {
		if got := key.Verify(message, signature); got != want {
			t.Errorf("%x: use %d of a kept key says %v, not %v", *public, use, got, want)
		}
	}
	return want
}

func TestWycheproofEd25519(t *testing.T) {
	type edCase struct {
		ID        string      `json:"id"`
		Public    vectors.Hex `json:"public_hex"`
		Message   vectors.Hex `json:"message_hex"`
		Signature vectors.Hex `json:"signature_hex"`
		Result    string      `json:"result"`
	}
	wrongLength := 0
	for _, c := range vectors.Load[edCase](t, "wycheproof/ed25519.json") {
		if c.Result != "valid" && c.Result != "invalid" {
			t.Errorf("%s: unknown result %q", c.ID, c.Result)
		}
		if len(c.Signature) != 64 { // the type of the argument refuses these
			wrongLength++
			if c.Result != "invalid" {
				t.Errorf("%s: a signature of %d bytes is %s", c.ID, len(c.Signature), c.Result)
			}
			continue
		}
		got := verifies(t, (*[32]byte)(c.Public), c.Message, (*[64]byte)(c.Signature))
		if got != (c.Result == "valid") {
			t.Errorf("%s is %s: got %v", c.ID, c.Result, got)
		}
	}
	if wrongLength != 12 {
		t.Errorf("%d cases were passed over for their length, not 12", wrongLength)
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	r := testrand.New(t)
	seed, message := [32]byte(testrand.Bytes(r, 32)), testrand.Bytes(r, 20)
	k := NewSigningKey(&seed)
	public, signature := k.Public, k.Sign(message)
	for name, b := range map[string][]byte{"key": public[:], "message": message, "signature": signature[:]} {
		for bit := range 8 * len(b) {
			b[bit/8] ^= 1 << (bit % 8)
			if verifies(t, &public, message, &signature) {
				t.Errorf("bit %d of the %s", bit, name)
			}
			b[bit/8] ^= 1 << (bit % 8)
		}
	}
	if !verifies(t, &public, message, &signature) {
		t.Error("the unaltered signature is refused")
	}
}

// smallOrderKeys are all encodings of the eight points of small order: five
// values of y with both signs, and the two values that have unreduced forms.
func smallOrderKeys(t testing.TB) [][32]byte {
	keys := [][32]byte{
		{1},               // order 1
		plus(prime(), -1), // order 2
		{},                // order 4
		prime(),           // the same, unreduced
		plus(prime(), 1),  // order 1, unreduced
		*hex32(t, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), // order 8
		*hex32(t, "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), // order 8
	}
	for _, k := range keys {
		k[31] |= 128
		keys = append(keys, k)
	}
	return keys
}

// TestSmallOrderKeysAreComplete compares the list with the multiples of a point
// of order 8.
func TestSmallOrderKeysAreComplete(t *testing.T) {
	listed := make(map[[32]byte]bool)
	for _, key := range smallOrderKeys(t) {
		p, err := new(edwards25519.Point).SetBytes(key[:])
		if err != nil {
			t.Fatalf("%x is no point", key)
		}
		listed[key] = true
		if !hasSmallOrder(p) {
			t.Errorf("%x does not pass for one of small order", key)
		}
	}
	eighth := torsion(t)
	p := edwards25519.NewIdentityPoint()
	for n := range 8 {
		if !listed[[32]byte(p.Bytes())] {
			t.Errorf("%x is missing", p.Bytes())
		}
		p.Add(p, eighth)
		if closed := p.Equal(edwards25519.NewIdentityPoint()) == 1; closed != (n == 7) {
			t.Fatalf("multiple %d of the point of order 8: identity is %v", n+1, closed)
		}
	}
	if hasSmallOrder(edwards25519.NewGeneratorPoint()) {
		t.Error("the base point passes for one of small order")
	}
}

// torsion returns a point of order 8.
func torsion(t *testing.T) *edwards25519.Point {
	t.Helper()
	encoded := hex32(t, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
	p, err := new(edwards25519.Point).SetBytes(encoded[:])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestT4SmallOrderKeyIsRefused forges with R = identity and S = 0, with every
// other R of small order, and with R = S B for another S: under a key of small
// order one of these fits one message in eight at least.
func TestT4SmallOrderKeyIsRefused(t *testing.T) {
	var forgeries [][64]byte
	for _, nonce := range smallOrderKeys(t) {
		var signature [64]byte
		copy(signature[:], nonce[:])
		forgeries = append(forgeries, signature)
	}
	one := [64]byte{32: 1}
	copy(one[:], edwards25519.NewGeneratorPoint().Bytes())
	forgeries = append(forgeries, one)

	for i, signature := range forgeries {
		accepted := false
		for _, public := range smallOrderKeys(t) {
			for message := range byte(10) {
				if ed25519.Verify(public[:], []byte{message}, signature[:]) {
					accepted = true
				}
				if verifies(t, &public, []byte{message}, &signature) {
					t.Fatalf("key %x, message %d, signature %x", public, message, signature)
				}
			}
		}
		if canonical := i < 3 || i == len(forgeries)-1; canonical && !accepted {
			t.Errorf("crypto/ed25519 refuses %x too: the test holds nothing off", signature)
		}
	}
}

func TestT4IdentityForgery(t *testing.T) {
	public, signature := [32]byte{1}, [64]byte{1}
	message := []byte("any message")
	if !ed25519.Verify(public[:], message, signature[:]) {
		t.Error("crypto/ed25519 refuses it too: the test holds nothing off")
	}
	if verifies(t, &public, message, &signature) {
		t.Error("R = identity, S = 0 under the identity as key is accepted")
	}
}

// signWith signs as the owner of k may who breaks the rules: with any encoding
// of any R, of which r B is the part of prime order.
func signWith(k *SigningKey, r *edwards25519.Scalar, nonce [32]byte, message []byte) (signature [64]byte) {
	digest := sha2.Sum512Parts(nonce[:], k.Public[:], message)
	s := clampedScalar((*[32]byte)(k.Expanded.Array()[:32]))
	s.MultiplyAdd(reducedScalar(&digest), s, r)
	copy(signature[:], nonce[:])
	copy(signature[32:], s.Bytes())
	return signature
}

func TestT4SmallOrderRIsRefused(t *testing.T) {
	k := NewSigningKey(&[32]byte{4})
	message := []byte("message")
	for _, nonce := range smallOrderKeys(t) {
		signature := signWith(&k, edwards25519.NewScalar(), nonce, message)
		if verifies(t, &k.Public, message, &signature) {
			t.Errorf("R %x is accepted", nonce)
		}
		if nonce == [32]byte{1} && !ed25519.Verify(k.Public[:], message, signature[:]) {
			t.Error("crypto/ed25519 refuses R = identity too: the test holds nothing off")
		}
	}
}

func TestT4NonCanonicalSIsRefused(t *testing.T) {
	order := *hex32(t, "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	k := NewSigningKey(&[32]byte{4})
	message := []byte("message")
	signature := k.Sign(message)
	for n := 1; ; n++ {
		carry := 0
		for i, b := range order {
			carry += int(signature[32+i]) + int(b)
			signature[32+i] = byte(carry)
			carry >>= 8
		}
		if carry != 0 {
			if n < 15 {
				t.Errorf("only %d multiples of L were added", n-1)
			}
			return
		}
		if verifies(t, &k.Public, message, &signature) {
			t.Errorf("S + %d L is accepted", n)
		}
	}
}

// TestT4NonCanonicalAIsRefused asks the decoding of keys, since nobody can sign
// under these keys. The unreduced keys of small order are left to the tests
// above, which would pass without this check.
func TestT4NonCanonicalAIsRefused(t *testing.T) {
	points := 0
	for n := 2; n < 19; n++ {
		for _, sign := range []byte{0, 128} {
			public, canonical := plus(prime(), n), [32]byte{byte(n)}
			public[31] |= sign
			canonical[31] |= sign
			if _, err := new(edwards25519.Point).SetBytes(public[:]); err != nil {
				continue
			}
			points++
			if _, ok := decodeKey(&public); ok {
				t.Errorf("%x is accepted", public)
			}
			if _, ok := decodeKey(&canonical); !ok {
				t.Errorf("%x, the canonical encoding, is refused", canonical)
			}
		}
	}
	if points == 0 {
		t.Error("none of the encodings is a point")
	}
}

func TestIsReduced(t *testing.T) {
	for n := -300; n < 19; n++ {
		for _, sign := range []byte{0, 128} {
			y := plus(prime(), n)
			y[31] |= sign
			if got := isReduced(&y); got != (n < 0) {
				t.Errorf("%x: got %v", y, got)
			}
		}
	}
	for _, y := range [][32]byte{{}, {1}, {31: 127}, {0: 255, 31: 127}} {
		if !isReduced(&y) {
			t.Errorf("%x passes for unreduced", y)
		}
	}
}

func TestT4NonCanonicalRIsRefused(t *testing.T) {
	k := NewSigningKey(&[32]byte{4})
	for n := range 19 {
		for _, sign := range []byte{0, 128} {
			nonce := plus(prime(), n)
			nonce[31] |= sign
			for message := range byte(4) {
				signature := signWith(&k, edwards25519.NewScalar(), nonce, []byte{message})
				if verifies(t, &k.Public, []byte{message}, &signature) {
					t.Errorf("R %x is accepted", nonce)
				}
			}
		}
	}
}

// TestT4CofactorIsNotCleared takes a key with a part of order 8. The equation
// multiplied by the cofactor holds for every signature by its owner, but
// without it for one in eight: two verifiers would disagree.
func TestT4CofactorIsNotCleared(t *testing.T) {
	k := NewSigningKey(&[32]byte{4})
	a, err := new(edwards25519.Point).SetBytes(k.Public[:])
	if err != nil {
		t.Fatal(err)
	}
	k.Public = [32]byte(a.Add(a, torsion(t)).Bytes())

	valid, refused := 0, 0
	for message := range byte(64) {
		signature := k.Sign([]byte{message})
		digest := sha2.Sum512Parts(signature[:32], k.Public[:], []byte{message})
		holds := reducedScalar(&digest).Bytes()[0]%8 == 0
		if got := verifies(t, &k.Public, []byte{message}, &signature); got != holds {
			t.Errorf("message %d: got %v, want %v", message, got, holds)
		}
		if holds {
			valid++
		} else {
			refused++
		}
	}
	if valid == 0 || refused == 0 {
		t.Errorf("%d valid and %d refused: one kind is missing", valid, refused)
	}
}
