package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// planted knows a secret in all the usual notations, so as to find it in text.
type planted struct {
	notations map[string]string // the text of some bytes, and what it is called
}

// plant lists the notations of every four neighbouring bytes of a secret.
func plant(secret []byte) planted {
	p := planted{make(map[string]string)}
	for i := 0; i+4 <= len(secret); i++ {
		window := secret[i : i+4]
		p.notations[string(window)] = "raw"
		quoted := strconv.Quote(string(window))
		p.notations[quoted[1:len(quoted)-1]] = "quoted"
		for _, verb := range []string{"%d", "%x", "%X", "%02x", "%02X", "0x%x", "0x%02x", "%o", "%b", "%08b", "\\x%02x", "%U"} {
			for _, separator := range []string{"", " ", ",", ", ", "\n"} {
				var parts []string
				for _, c := range window {
					parts = append(parts, fmt.Sprintf(verb, c))
				}
				// Shorter ones could stand in an address by chance.
				if text := strings.Join(parts, separator); len(text) >= 8 {
					p.notations[text] = verb + separator
				}
			}
		}
		if i%3 == 0 && i+6 <= len(secret) {
			p.notations[base64.RawStdEncoding.EncodeToString(secret[i:i+6])] = "base64"
		}
	}
	return p
}

// found returns the notation in which the secret stands in output, or "".
func (p planted) found(output string) string {
	for text, name := range p.notations {
		if strings.Contains(output, text) {
			return name
		}
	}
	return ""
}

func TestPlantedSecretsAreFound(t *testing.T) {
	b := testrand.Bytes(testrand.New(t), 32)
	p := plant(b)
	for _, verb := range []string{"%v", "%+v", "%#v", "%d", "%x", "%X", "% x", "%#x", "%s", "%q", "%o", "%b"} {
		if output := fmt.Sprintf(verb, b); p.found(output) == "" {
			t.Errorf("%s: not found in %s", verb, output)
		}
	}
	for _, output := range []string{hex.EncodeToString(b), base64.StdEncoding.EncodeToString(b), fmt.Sprint([32]byte(b))} {
		if p.found(output) == "" {
			t.Errorf("not found in %s", output)
		}
	}
}

type inner struct {
	box   Box[[32]byte]
	bytes Bytes
}

type holder struct {
	Box     Box[[32]byte]
	Bytes   Bytes
	box     Box[[32]byte]
	bytes   Bytes
	pointer *Box[[32]byte]
	nested  inner
	Nested  *inner
	Slice   []Box[[32]byte]
	Map     map[string]Bytes
	Any     any
}

// holders returns everything that is printed: a Box, Bytes, and what holds
// them.
func holders(b []byte) map[string]any {
	box, bytes := Of((*[32]byte)(b)), Take(b)
	in := inner{box, bytes}
	h := holder{
		Box: box, Bytes: bytes, box: box, bytes: bytes, pointer: &box, nested: in, Nested: &in,
		Slice: []Box[[32]byte]{box}, Map: map[string]Bytes{"key": bytes}, Any: box,
	}
	return map[string]any{
		"Box": box, "*Box": &box, "Bytes": bytes, "*Bytes": &bytes,
		"inner": in, "*inner": &in, "holder": h, "*holder": &h,
		"slice": []any{box, bytes, in}, "array": [1]Box[[32]byte]{box}, "map": map[string]any{"box": box, "in": in},
	}
}

func TestT9NothingPrintsASecret(t *testing.T) {
	b := testrand.Bytes(testrand.New(t), 32)
	p := plant(b)
	for name, value := range holders(b) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%d", "%x", "%X", "% x", "%#x", "%s", "%+s", "%q", "%#q", "%o", "%b", "%c", "%U", "%t", "%e", "%p", "%w"} {
			if how := p.found(fmt.Sprintf(verb, value)); how != "" {
				t.Errorf("%s prints %s with its bytes as %s", verb, name, how)
			}
		}
		if how := p.found(fmt.Sprint(value) + fmt.Sprintln(value)); how != "" {
			t.Errorf("Print: %s with its bytes as %s", name, how)
		}
		if how := p.found(fmt.Errorf("failed: %v", value).Error()); how != "" {
			t.Errorf("Errorf: %s with its bytes as %s", name, how)
		}
	}
}

func TestT9LogsHoldNoSecret(t *testing.T) {
	b := testrand.Bytes(testrand.New(t), 32)
	p := plant(b)
	for name, value := range holders(b) {
		var output bytes.Buffer
		slog.New(slog.NewTextHandler(&output, nil)).Info("message", "value", value)
		slog.New(slog.NewJSONHandler(&output, nil)).Info("message", "value", value)
		if err := template.Must(template.New("").Parse("{{.}} {{printf `%v %s` . .}}")).Execute(&output, value); err != nil {
			t.Error(err)
		}
		if how := p.found(output.String()); how != "" {
			t.Errorf("%s is logged with its bytes as %s", name, how)
		}
	}
}

func TestBoxAndBytesPrintAsRedacted(t *testing.T) {
	box, bytes := New[[32]byte](), Take([]byte{1})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, value := range []any{box, &box, bytes, &bytes} {
			if got := fmt.Sprintf(verb, value); got != "redacted" {
				t.Errorf("%s of %T: %q", verb, value, got)
			}
		}
	}
}
