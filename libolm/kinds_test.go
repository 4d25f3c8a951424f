package libolm

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
)

// repickle opens a pickle and pickles what it opened.
type repickle func(pickle string, key []byte) (string, error)

// kinds has every kind of pickle, by the name that the vectors give it.
var kinds = map[string]repickle{
	"account":                repickler(UnpickleAccount, PickleAccount),
	"session":                repickler(UnpickleSession, PickleSession),
	"outbound_group_session": repickler(UnpickleOutboundSession, PickleOutboundSession),
	"inbound_group_session":  repickler(UnpickleInboundSession, PickleInboundSession),
	"pk_decryption":          repickler(UnpicklePkDecryption, PicklePkDecryption),
}

func repickler[T any](read func(string, []byte) (T, error), write func(T, []byte) (string, error)) repickle {
	return func(pickle string, key []byte) (string, error) {
		o, err := read(pickle, key)
		if err != nil {
			return "", err
		}
		return write(o, key)
	}
}

// codes has the error that stands for each of libolm's.
var codes = map[string]error{
	"INVALID_BASE64":            ErrBase64,
	"BAD_ACCOUNT_KEY":           ErrKey,
	"UNKNOWN_PICKLE_VERSION":    ErrVersion,
	"BAD_LEGACY_ACCOUNT_PICKLE": ErrLegacyAccount,
	"CORRUPTED_PICKLE":          ErrCorrupted,
	"OLM_PICKLE_EXTRA_DATA":     ErrExtraData,
}

// strict is a vector of which no field may go unread.
type strict[T any] struct{ v T }

func (s *strict[T]) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(&s.v)
}

// withRandom runs f, which must draw exactly the given random bytes.
func withRandom(t *testing.T, b []byte, f func()) {
	t.Helper()
	source := bytes.NewReader(b)
	defer random.Replace(source)()
	f()
	if source.Len() > 0 {
		t.Errorf("%d of %d random bytes were not drawn", source.Len(), len(b))
	}
}

// equal fails the test unless got is what it should be.
func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// must fails the test if there is an error.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// checkError fails the test unless there is the error that there should be.
func checkError(t *testing.T, err, want error) {
	t.Helper()
	if want == nil || !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}
