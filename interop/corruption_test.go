package interop

import (
	"encoding/base64"
	"math/rand/v2"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// corrupt returns a message that differs from the given one in its type or
// its body.
func corrupt(r *rand.Rand, m message) message {
	if r.IntN(8) == 0 {
		return message{[]int{1 - m.Type, 1 - m.Type, 2, -1}[r.IntN(4)], m.Body}
	}
	return message{m.Type, corruptText(r, m.Body)}
}

// corruptText corrupts bytes, or their unpadded base64.
func corruptText(r *rand.Rand, text string) string {
	corrupted := text
	for corrupted == text {
		if r.IntN(3) == 0 {
			corrupted = string(corruptBytes(r, []byte(text), 7)) // and so remains ASCII
			continue
		}
		b, err := base64.RawStdEncoding.DecodeString(text)
		if err != nil {
			panic(err) // only what was encoded properly is corrupted
		}
		corrupted = base64.RawStdEncoding.EncodeToString(corruptBytes(r, b, 8))
	}
	return corrupted
}

// corruptBytes returns a copy in which something is wrong. When that is a bit,
// it is one of the lower ones of a byte.
func corruptBytes(r *rand.Rand, b []byte, bits int) []byte {
	b = append([]byte(nil), b...)
	at := r.IntN(len(b))
	switch r.IntN(8) {
	case 0: // cut off at the end
		return b[:at]
	case 1: // cut off at the beginning
		return b[at:]
	case 2: // something added at the end
		return append(b, letters(r, 1+r.IntN(20))...)
	case 3: // something cut out
		return append(b[:at], b[min(len(b), at+1+r.IntN(20)):]...)
	case 4: // something repeated
		return append(b[:at:at], b[r.IntN(at+1):]...)
	case 5: // another letter
		b[at] = letters(r, 1)[0]
	default: // another bit
		b[at] ^= 1 << r.IntN(bits)
	}
	return b
}

// letters returns base64, so that text stays ASCII, as libolm expects.
func letters(r *rand.Rand, n int) string {
	return base64.RawStdEncoding.EncodeToString(testrand.Bytes(r, n))[:n]
}

// corruptPickle corrupts the bytes of a pickle, not its base64.
func corruptPickle(r *rand.Rand, pickle string) string {
	b, err := base64.RawStdEncoding.DecodeString(pickle)
	if err != nil {
		panic(err)
	}
	b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	return base64.RawStdEncoding.EncodeToString(b[:len(b)-r.IntN(2)*r.IntN(len(b))])
}
