//go:build js && wasm

package jsstore_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
	"github.com/mudpuppy-e2ee/mudpuppy/store/storetest"
)

// TestSealedConformance is about what devices really use.
func TestSealedConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Open {
		object := require("memory.cjs").Invoke()
		return func() store.Store {
			key := sealed.RawKey(&[32]byte{1})
			defer key.Wipe()
			s, err := sealed.Open(t.Context(), open(t, object), key)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
	})
}
