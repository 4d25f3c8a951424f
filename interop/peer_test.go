package interop

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// peer answers requests in JSON, as libolm.cjs and vodozemac.cjs describe them.
// It runs in a Node process of its own, or, if we are wasm, in the one that
// runs us.
type peer interface {
	call(request []byte) (answer []byte, err error)
}

// libolmPeer is started by the first test that needs it.
var libolmPeer = sync.OnceValues(func() (peer, error) { return openPeer("libolm.cjs") })

// folder returns the folder of this package, in which Node finds the others.
func folder() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@matrix-org")); err != nil {
		return "", errors.New("the npm packages of interop are not installed: run make setup")
	}
	return dir, nil
}

// olmError is a refusal by libolm: OLM.BAD_MESSAGE_MAC and so on.
type olmError string

func (e olmError) Error() string { return string(e) }

// request asks libolm, and decodes the result. The only error is an olmError.
func request(t testing.TB, request map[string]any, result any) error {
	t.Helper()
	p, err := libolmPeer()
	if err != nil {
		t.Fatal("libolm does not start: ", err)
	}
	failure := ask(t, p, request, result)
	if strings.HasPrefix(failure, "OLM.") {
		return olmError(failure)
	}
	if failure != "" {
		t.Fatalf("libolm fails: %s", failure)
	}
	return nil
}

// ask gives a peer a request and decodes the result, or returns what failed.
func ask(t testing.TB, p peer, request map[string]any, result any) (failure string) {
	t.Helper()
	encoded, err := json.Marshal(request)
	noError(t, err)
	text, err := p.call(encoded)
	if err != nil {
		t.Fatal("the peer does not answer: ", err)
	}
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  string          `json:"error"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatalf("the peer answers %q: %v", text, err)
	}
	if answer.Error != "" || result == nil {
		return answer.Error
	}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		t.Fatalf("the peer answers %q: %v", text, err)
	}
	return ""
}

func seedLibolm(t testing.TB, seed uint64) {
	t.Helper()
	if err := request(t, map[string]any{"seed": strconv.FormatUint(seed, 10)}, nil); err != nil {
		t.Fatal(err)
	}
}

// object is an object of libolm, freed at the end of the test that made it.
type object struct {
	t  testing.TB
	id int
}

func newObject(t testing.TB, class string) object {
	t.Helper()
	var made object
	if err := request(t, map[string]any{"new": class}, &made); err != nil {
		t.Fatal(err)
	}
	made.t = t
	t.Cleanup(func() {
		if err := request(t, map[string]any{"free": made.id}, nil); err != nil {
			t.Error(err)
		}
	})
	return made
}

// call calls a method. The result may be nil; the only error is an olmError.
func (o object) call(result any, method string, args ...any) error {
	o.t.Helper()
	if args == nil {
		args = []any{}
	}
	return request(o.t, map[string]any{"object": o.id, "method": method, "args": args}, result)
}

// must calls a method that is not expected to fail.
func (o object) must(result any, method string, args ...any) {
	o.t.Helper()
	if err := o.call(result, method, args...); err != nil {
		o.t.Fatalf("libolm: %s: %v", method, err)
	}
}

// text calls a method without arguments that returns a string.
func (o object) text(method string) (result string) {
	o.t.Helper()
	o.must(&result, method)
	return result
}

// MarshalJSON lets objects be arguments of calls.
func (o object) MarshalJSON() ([]byte, error) { return json.Marshal(map[string]int{"object": o.id}) }

// UnmarshalJSON lets objects be results.
func (o *object) UnmarshalJSON(b []byte) error {
	var handle struct {
		Object int `json:"object"`
	}
	err := json.Unmarshal(b, &handle)
	o.id = handle.Object
	return err
}

// binary is a Uint8Array among arguments and results.
type binary []byte

func (b binary) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"bytes": base64.StdEncoding.EncodeToString(b)})
}

func (b *binary) UnmarshalJSON(encoded []byte) error {
	var array struct {
		Bytes []byte `json:"bytes"`
	}
	err := json.Unmarshal(encoded, &array)
	*b = array.Bytes
	return err
}

// pickle and unpickle are the same for all classes that can be pickled.
func (o object) pickle(key []byte) (pickle string) {
	o.t.Helper()
	o.must(&pickle, "pickle", binary(key))
	return pickle
}

func unpickleObject(t testing.TB, class, pickle string, key []byte) (object, error) {
	t.Helper()
	o := newObject(t, class)
	return o, o.call(nil, "unpickle", binary(key), pickle)
}
