package sealed

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// ChangeKey seals the data key under another key of the user, in place of the
// one before. The data are not written again: whoever has an old copy of the
// store and its old key can read in that copy the data key that still serves.
// The caller must own the store.
func (s *Store) ChangeKey(ctx context.Context, epoch uint64, key Key) error {
	return s.alone(ctx, func() error {
		o, err := s.own(ctx, epoch)
		if err != nil {
			return err
		}
		r := keyPlace
		if r.Value, err = wrap(s.data.Array(), &key); err != nil {
			return err
		}
		return s.commitBelow(ctx, o.now().inner, store.Changes{Puts: []store.Record{r}})
	})
}
