package store

import "context"

// Together is a [Store] that answers several queries in one look, which costs it
// less than one look for each.
type Together interface {
	// LoadAll returns the page of each query, as Load would.
	LoadAll(ctx context.Context, queries []Query) ([]Page, error)
}

// LoadAll answers several queries: in one look if the store can do that, and else
// one after the other.
func LoadAll(ctx context.Context, s Store, queries ...Query) ([]Page, error) {
	if t, ok := s.(Together); ok {
		return t.LoadAll(ctx, queries)
	}
	pages := make([]Page, len(queries))
	for i, q := range queries {
		var err error
		if pages[i], err = s.Load(ctx, q); err != nil {
			return nil, err
		}
	}
	return pages, nil
}
