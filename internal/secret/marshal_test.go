package secret

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func TestSecretsDoNotMarshal(t *testing.T) {
	b := testrand.Bytes(testrand.New(t), 32)
	box, taken := Of((*[32]byte)(b)), Take(b)
	type (
		fieldBox    struct{ Secret Box[[32]byte] }
		fieldBytes  struct{ Secret Bytes }
		fieldAny    struct{ Secret any }
		embeddedBox struct{ Box[[32]byte] }
	)
	for name, value := range map[string]any{
		"Box": box, "*Box": &box, "Bytes": taken, "*Bytes": &taken,
		"field Box": fieldBox{box}, "field Bytes": fieldBytes{taken}, "any": fieldAny{box}, "embedded": embeddedBox{box},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := json.Marshal(value); !errors.Is(err, ErrNoMarshal) {
				t.Errorf("JSON: error %v", err)
			}
			if err := gob.NewEncoder(new(bytes.Buffer)).Encode(value); err == nil {
				t.Error("gob: no error")
			}
			if _, err := xml.Marshal(value); !errors.Is(err, ErrNoMarshal) {
				t.Errorf("XML: error %v", err)
			}
		})
	}
	if _, err := json.Marshal(map[Box[[32]byte]]int{box: 1}); err == nil {
		t.Error("JSON of a Box as key: no error")
	}
}

func TestMarshallingMethodsRefuse(t *testing.T) {
	for _, value := range []interface {
		encoding.TextMarshaler
		encoding.BinaryMarshaler
		json.Marshaler
	}{New[[32]byte](), Take([]byte{1})} {
		for name, marshal := range map[string]func() ([]byte, error){
			"text": value.MarshalText, "binary": value.MarshalBinary, "JSON": value.MarshalJSON,
		} {
			if b, err := marshal(); b != nil || !errors.Is(err, ErrNoMarshal) {
				t.Errorf("%T, %s: %x, error %v", value, name, b, err)
			}
		}
	}
}

// TestUnexportedSecretsAreNotMarshalled: the encoders pass these fields over,
// and must not find their way in.
func TestUnexportedSecretsAreNotMarshalled(t *testing.T) {
	b := testrand.Bytes(testrand.New(t), 32)
	value := struct {
		Name string
		in   inner
	}{"name", inner{Of((*[32]byte)(b)), Take(b)}}
	text, err := json.Marshal(value)
	if err != nil || string(text) != `{"Name":"name"}` {
		t.Errorf("JSON: %s (%v)", text, err)
	}
	var stream bytes.Buffer
	if err := gob.NewEncoder(&stream).Encode(value); err != nil {
		t.Error(err)
	}
	if how := plant(b).found(stream.String()); how != "" {
		t.Errorf("gob: the bytes as %s", how)
	}
}
