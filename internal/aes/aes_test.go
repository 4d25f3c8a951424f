package aes

import (
	"bytes"
	stdaes "crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newCipher(key []byte) *Cipher { return New((*[32]byte)(key)) }

// std returns the standard library's AES, against which the tests compare.
func std(t testing.TB, key []byte) cipher.Block {
	t.Helper()
	b, err := stdaes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FIPS 197, appendix C.3.
func TestT1FIPS197(t *testing.T) {
	c := newCipher(unhex(t, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
	plain := unhex(t, "00112233445566778899aabbccddeeff")
	want := unhex(t, "8ea2b7ca516745bfeafc49904b496089")

	got := make([]byte, BlockSize)
	c.EncryptCBC(got, plain, new([BlockSize]byte))
	if !bytes.Equal(got, want) {
		t.Errorf("encrypted %x, want %x", got, want)
	}
	c.DecryptCBC(got, want, new([BlockSize]byte))
	if !bytes.Equal(got, plain) {
		t.Errorf("decrypted %x, want %x", got, plain)
	}
}

// Every byte through the S-box and back, against its definition: the inverse
// modulo x⁸+x⁴+x³+x+1, then the affine map. One round with keys of zero is the
// S-box alone.
func TestT1SBox(t *testing.T) {
	times := func(a, b byte) (product byte) {
		for ; b != 0; b >>= 1 {
			if b&1 != 0 {
				product ^= a
			}
			carry := a >> 7
			a = a<<1 ^ 0x1b*carry
		}
		return product
	}
	var none [2]state
	for x := range 256 {
		inverse := byte(1)
		for range 254 {
			inverse = times(inverse, byte(x))
		}
		want := byte(0)
		for i := range 5 {
			want ^= inverse<<i | inverse>>(8-i)
		}

		s := state{uint64(x)}
		s.transpose()
		encrypt(&s, none[:])
		s.transpose()
		if got := byte(s[0]); got != want {
			t.Errorf("S-box of %#x without its constant is %#x, want %#x", x, got, want)
		}
		s = state{uint64(want)}
		s.transpose()
		decrypt(&s, none[:])
		s.transpose()
		if got := int(byte(s[0])); got != x {
			t.Errorf("inverse S-box of %#x without its constant is %#x, want %#x", want, got, x)
		}
	}
}

// The layout that the comment at state promises.
func TestLayout(t *testing.T) {
	for block := range blocks {
		for bit := range 8 * BlockSize {
			var b [BlockSize]byte
			b[bit/8] = 1 << (bit % 8)
			var s state
			left, right := halves(b[:])
			s.load(block, left, right)
			s.transpose()

			row, column := bit/8%4, bit/8/4
			want := state{}
			want[bit%8] = 1 << (16*row + 4*column + block)
			if s != want {
				t.Fatalf("bit %d of block %d: got %x, want %x", bit, block, s, want)
			}

			s.transpose()
			var back [BlockSize]byte
			left, right = s.store(block)
			putHalves(back[:], left, right)
			if back != b {
				t.Fatalf("bit %d of block %d comes back as %x", bit, block, back)
			}
		}
	}
}

func TestRotation(t *testing.T) {
	for rows := range 4 {
		for columns := range 8 {
			rot := rotate(rows, columns)
			for bit := range 64 {
				row, column, block := bit/16, bit/4%4, bit%4
				from := (row+rows)%4*16 + (column+columns)%4*4 + block
				if got := rot.of(1 << from); got != 1<<bit {
					t.Errorf("by %d rows and %d columns, bit %d moves to %#x, not to %d", rows, columns, from, got, bit)
				}
			}
		}
	}
}

func TestWipe(t *testing.T) {
	c := New(&[32]byte{1, 2, 3})
	keys := *c.keys
	if wiped(keys) {
		t.Fatal("no round keys to begin with")
	}
	c.Wipe()
	if !wiped(keys) {
		t.Error("round keys are left")
	}
	c.Wipe() // once more does no harm

	defer func() {
		if recover() == nil {
			t.Error("a wiped Cipher still encrypts")
		}
	}()
	c.EncryptCBC(make([]byte, BlockSize), make([]byte, BlockSize), new([BlockSize]byte))
}

// wiped reports whether both forms of round keys, where there are any, are zero.
func wiped(k roundKeys) bool {
	return (k.kernel == nil || *k.kernel == kernelKeys{}) && (k.sliced == nil || *k.sliced == schedule{})
}

// Printing a Cipher by mistake must not print round keys.
func TestPrintShowsNoKey(t *testing.T) {
	key := [32]byte(testrand.Bytes(testrand.New(t), 32))
	c := New(&key)
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%d", "%s", "%q", "%t"} {
		for _, v := range []any{c, *c} {
			if s := fmt.Sprintf(verb, v); len(s) > 80 {
				t.Errorf("%s prints %s", verb, s)
			}
		}
	}
}
