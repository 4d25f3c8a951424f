package curve25519

import (
	"crypto/ecdh"
	"encoding/hex"
	"errors"
	"os"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

func hex32(t testing.TB, s string) *[32]byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 {
		t.Fatalf("%q is not 32 bytes in hexadecimal digits", s)
	}
	return (*[32]byte)(b)
}

// nine is the u-coordinate of the base point.
var nine = [32]byte{9}

// plus returns the point whose little-endian value is n more than that of p.
func plus(p [32]byte, n int) [32]byte {
	for i := range p {
		n += int(p[i])
		p[i] = byte(n)
		n >>= 8
	}
	return p
}

// prime is 2^255 - 19, little-endian.
func prime() [32]byte {
	return plus([32]byte{31: 128}, -19)
}

func TestWycheproofX25519(t *testing.T) {
	type xCase struct {
		ID      string      `json:"id"`
		Public  vectors.Hex `json:"public_hex"`
		Private vectors.Hex `json:"private_hex"`
		Shared  vectors.Hex `json:"shared_hex"`
		Result  string      `json:"result"`
	}
	for _, c := range vectors.Load[xCase](t, "wycheproof/x25519.json") {
		if c.Result != "valid" && c.Result != "acceptable" {
			t.Errorf("%s: unknown result %q", c.ID, c.Result)
		}
		want := [32]byte(c.Shared)
		var got [32]byte
		err := X25519(&got, (*[32]byte)(c.Private), (*[32]byte)(c.Public))
		if got != want {
			t.Errorf("%s: got %x, want %x", c.ID, got, want)
		}
		if lowOrder := want == [32]byte{}; errors.Is(err, ErrLowOrder) != lowOrder || !lowOrder && err != nil {
			t.Errorf("%s: shared secret %x, error %v", c.ID, want, err)
		}
	}
}

// TestRFC7748 runs the test vectors of section 5.2.
func TestRFC7748(t *testing.T) {
	for _, c := range []struct{ scalar, point, want string }{
		{
			"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
			"e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
			"c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
		},
		{
			"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
			"e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
			"95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
		},
	} {
		var got [32]byte
		if err := X25519(&got, hex32(t, c.scalar), hex32(t, c.point)); err != nil {
			t.Error(err)
		}
		if want := *hex32(t, c.want); got != want {
			t.Errorf("got %x, want %x", got, want)
		}
	}
}

// TestRFC7748Iterated runs the iterated test of section 5.2. Its million turns
// take a minute, so they need MUDPUPPY_LONG.
func TestRFC7748Iterated(t *testing.T) {
	want := map[int]string{
		1:         "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
		1_000:     "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
		1_000_000: "7c3911e0ab2586fd864497297e575e6f3bc601c0883c30df5f4dd2d24f665424",
	}
	last := 1_000
	if os.Getenv("MUDPUPPY_LONG") != "" {
		last = 1_000_000
	}
	k, u := nine, nine
	for i := 1; i <= last; i++ {
		var out [32]byte
		if err := X25519(&out, &k, &u); err != nil {
			t.Fatal(err)
		}
		k, u = out, k
		if w, ok := want[i]; ok && k != *hex32(t, w) {
			t.Errorf("after %d: got %x, want %s", i, k, w)
		}
	}
}

// lowOrderPoints are all encodings of all points for which X25519 gives zero:
// two of order 8, 0 and 1 and p - 1, the unreduced p and p + 1, and the same
// with the bit set that is ignored.
func lowOrderPoints(t testing.TB) [][32]byte {
	points := [][32]byte{
		{},
		{1},
		*hex32(t, "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
		*hex32(t, "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
		plus(prime(), -1),
		prime(),
		plus(prime(), 1),
	}
	for _, p := range points {
		p[31] |= 128
		points = append(points, p)
	}
	return points
}

func TestT5EveryLowOrderPointIsRefused(t *testing.T) {
	r := testrand.New(t)
	scalars := [][32]byte{{}, {1}, plus([32]byte{}, -1), [32]byte(testrand.Bytes(r, 32))}
	for _, point := range lowOrderPoints(t) {
		for _, scalar := range scalars {
			out := [32]byte(testrand.Bytes(r, 32))
			if err := X25519(&out, &scalar, &point); !errors.Is(err, ErrLowOrder) {
				t.Errorf("point %x: error %v", point, err)
			}
			if out != [32]byte{} {
				t.Errorf("point %x: out holds %x", point, out)
			}
		}
	}
}

func TestX25519EdgePointsAgainstStd(t *testing.T) {
	r := testrand.New(t)
	var points [][32]byte
	for n := -25; n <= 25; n++ {
		points = append(points, plus([32]byte{}, n), plus(prime(), n), plus([32]byte{31: 128}, n))
	}
	points = append(points, lowOrderPoints(t)...)
	for _, point := range points {
		compareWithStd(t, [32]byte(testrand.Bytes(r, 32)), point)
	}
}

func TestX25519AgainstStd(t *testing.T) {
	r := testrand.New(t)
	for range testrand.Count(t, 100) {
		compareWithStd(t, [32]byte(testrand.Bytes(r, 32)), [32]byte(testrand.Bytes(r, 32)))
	}
}

func compareWithStd(t *testing.T, scalar, point [32]byte) {
	t.Helper()
	private, err := ecdh.X25519().NewPrivateKey(scalar[:])
	if err != nil {
		t.Fatal(err)
	}
	public, err := ecdh.X25519().NewPublicKey(point[:])
	if err != nil {
		t.Fatal(err)
	}
	var want [32]byte
	shared, stdErr := private.ECDH(public) // it too refuses zero
	copy(want[:], shared)

	var got [32]byte
	scalarBefore, pointBefore := scalar, point
	err = X25519(&got, &scalar, &point)
	if got != want || (err == nil) != (stdErr == nil) {
		t.Errorf("scalar %x, point %x: got %x (%v), want %x (%v)", scalar, point, got, err, want, stdErr)
	}
	if scalar != scalarBefore || point != pointBefore {
		t.Errorf("scalar %x, point %x: an argument was changed", scalarBefore, pointBefore)
	}
}

func TestX25519ArgumentsMayBeTheSameArray(t *testing.T) {
	r := testrand.New(t)
	scalar, point := [32]byte(testrand.Bytes(r, 32)), [32]byte(testrand.Bytes(r, 32))
	multiply := func(out, scalar, point *[32]byte) [32]byte {
		t.Helper()
		if err := X25519(out, scalar, point); err != nil {
			t.Fatal(err)
		}
		return *out
	}
	want := multiply(new([32]byte), &scalar, &point)
	a, b := scalar, point
	if got := multiply(&a, &a, &b); got != want {
		t.Errorf("out is the scalar: got %x, want %x", got, want)
	}
	a, b = scalar, point
	if got := multiply(&b, &a, &b); got != want {
		t.Errorf("out is the point: got %x, want %x", got, want)
	}
	a, b = scalar, scalar
	want = multiply(new([32]byte), &a, &b)
	if got := multiply(&a, &a, &a); got != want {
		t.Errorf("all the same: got %x, want %x", got, want)
	}
}
