//go:build js

package indexeddb

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
)

// Destroy deletes a database and all that is in it, if there is one. Stores that
// have it open find it gone. If somebody else does not let go of it, Destroy
// returns [store.ErrBlocked], and the database is deleted when they do.
func Destroy(ctx context.Context, name string, o Options) error {
	if o.Patience == 0 {
		o.Patience = DefaultPatience
	}
	request, err := ask("deleteDatabase", browser.Text(name))
	if err != nil {
		return err
	}
	return request.wait(ctx, o.Patience)
}
