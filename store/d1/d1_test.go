//go:build js && wasm

package d1_test

import (
	"errors"
	"strconv"
	"syscall/js"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/d1"
	"github.com/mudpuppy-e2ee/mudpuppy/store/storetest"
)

// hosted skips a test where the program does not run in workerd.
func hosted(t *testing.T) {
	t.Helper()
	if js.Global().Get("context").IsUndefined() {
		t.Skip("it runs in workerd, by tools/workerd-exec")
	}
}

func TestStore(t *testing.T) {
	hosted(t)
	places := 0
	storetest.Run(t, func(t *testing.T) storetest.Open {
		places++
		name := "place " + strconv.Itoa(places)
		return func() store.Store {
			s, err := d1.Open(js.Global().Get("context").Get("DB"), name)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
	})
}

func TestWithoutItsHost(t *testing.T) {
	if !js.Global().Get("mudpuppy").IsUndefined() {
		t.Skip("it runs where there is no workerd")
	}
	if s, err := d1.Open(js.Null(), ""); !errors.Is(err, store.ErrUnavailable) || s != nil {
		t.Errorf("%v, %v", s, err)
	}
}
