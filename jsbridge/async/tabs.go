//go:build js

package async

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/store/indexeddb"
)

// CheckKey tells whether a key opens a database that another page has, by the error:
// it takes part in nothing else. Without a key there is nothing to be told.
//
//bridge:internal
func CheckKey(ctx context.Context, name string, key Key) error {
	s, err := indexeddb.Open(ctx, name, indexeddb.Options{})
	if err != nil {
		return err
	}
	place := &Place{store: s}
	opened, err := key.open(ctx, place)
	if sealed, ok := opened.(clearing); ok {
		sealed.Close() // and so the one below
		return nil
	}
	place.close()
	return err
}
