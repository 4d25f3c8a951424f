package machine_test

import (
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
)

// planted are secrets: all keys that were drawn, and what follows from them. They are
// known by any eight bytes of them.
type planted struct {
	mu      sync.Mutex
	windows map[[8]byte]bool
}

// plantAll notes all keys that are drawn until the test ends.
func plantAll(t *testing.T) *planted {
	p := &planted{windows: make(map[[8]byte]bool)}
	t.Cleanup(random.Replace(p))
	return p
}

// Read draws. Whatever is not as long as a key is none: ids are shorter.
func (p *planted) Read(b []byte) (int, error) {
	n, err := rand.Read(b)
	if len(b)%32 == 0 {
		p.add(b)
		for part := range slices.Chunk(b, 32) {
			expanded := sha512.Sum512(part)
			p.add(expanded[32:]) // the first half of an Ed25519 key is clamped
			p.add(expanded[1:31])
		}
	}
	return n, err
}

func (p *planted) add(secret []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := 0; i+8 <= len(secret); i++ {
		p.windows[[8]byte(secret[i:])] = true
	}
}

// in reports whether bytes hold a secret.
func (p *planted) in(b []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := 0; i+8 <= len(b); i++ {
		if p.windows[[8]byte(b[i:])] {
			return true
		}
	}
	return false
}

var (
	numbers    = regexp.MustCompile(`(?:\b\d{1,3}\b[ ,]+)*\b\d{1,3}\b`)
	hexNumbers = regexp.MustCompile(`(?:0x[0-9a-fA-F]{1,2}[ ,]+)*0x[0-9a-fA-F]{1,2}`)
	hexText    = regexp.MustCompile(`[0-9a-fA-F]{16,}`)
	base64Text = regexp.MustCompile(`[A-Za-z0-9+/_-]{11,}`)
)

// found returns the notation in which a secret stands in a text, or "".
func (p *planted) found(text string) string {
	if p.in([]byte(text)) {
		return "raw"
	}
	for name, list := range map[string][]string{"numbers": numbers.FindAllString(text, -1), "hex numbers": hexNumbers.FindAllString(text, -1)} {
		for _, run := range list {
			if b := parseNumbers(run); p.in(b) || len(b) > 8 && p.found(string(b)) != "" {
				return name
			}
		}
	}
	for _, run := range hexText.FindAllString(text, -1) {
		for skip := range 2 {
			whole := run[skip:]
			b, _ := hex.DecodeString(whole[:len(whole)/2*2])
			if p.in(b) {
				return "hex"
			}
		}
	}
	for _, run := range base64Text.FindAllString(text, -1) {
		run = strings.NewReplacer("-", "+", "_", "/").Replace(run)
		for skip := range min(4, len(run)) {
			whole := run[skip:]
			b, _ := base64.RawStdEncoding.DecodeString(whole[:len(whole)/4*4])
			if p.in(b) {
				return "base64"
			}
		}
	}
	return ""
}

func parseNumbers(run string) (b []byte) {
	for _, text := range strings.FieldsFunc(run, func(r rune) bool { return r == ' ' || r == ',' }) {
		if n, err := strconv.ParseUint(text, 0, 8); err == nil {
			b = append(b, byte(n))
		}
	}
	return b
}
