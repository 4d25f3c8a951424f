package sealed_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
	"github.com/mudpuppy-e2ee/mudpuppy/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Open {
		below := memory.New()
		return func() store.Store {
			key := sealed.RawKey(&[32]byte{1})
			defer key.Wipe()
			s, err := sealed.Open(t.Context(), below, key)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
	})
}
