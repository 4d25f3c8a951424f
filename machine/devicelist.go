package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/order"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

const (
	// queryUsers is how many users a query asks for at most.
	queryUsers = 250
	// queryTimeout is for how long the homeserver may wait for others, in
	// milliseconds.
	queryTimeout = 10_000
)

// keysQuery is a query for device lists that waits for its answer.
type keysQuery struct {
	id    string
	body  []byte
	users []string
	// generations are those of the users when it was made: a user of another
	// generation has changed since, and must be asked for again.
	generations []uint64
	retry
}

// TrackUsers begins to follow the devices and identities of users, as
// [Machine.ShareRoomKey] does for the members of a room: done early, it need not wait
// then. Outgoing requests ask for them, and again whenever a sync says that they have
// changed. Ids that cannot be are passed over.
//
// https://spec.matrix.org/latest/client-server-api/#tracking-the-device-list-for-a-user
func (m *Machine) TrackUsers(ctx context.Context, userIDs []string) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	if err := w.track(ctx, userIDs); err != nil {
		return err
	}
	return w.commit(ctx)
}

// track sees to it that the devices of users are followed.
func (w *work) track(ctx context.Context, ids []string) error {
	if err := w.loadUsers(ctx, ids...); err != nil {
		return err
	}
	for _, id := range ids {
		if u := w.userNamed(id); u != nil && !u.tracked {
			u.tracked = true
			w.outdate(u) // is kept first: who is followed must have been asked for
			w.keep(u)
		}
	}
	return nil
}

// outdate notes that a user's devices may have changed.
func (w *work) outdate(u *user) {
	u.generation++
	w.state.changes++
	u.retry = retry{}
	w.state.outdated.add(w, u.id)
}

// deviceListsChanged takes over what a sync says of device lists.
func (w *work) deviceListsChanged(ctx context.Context, lists strictjson.Value) error {
	if w.state.settings.syncToken == "" {
		// A first sync does not tell of what has changed since devices were asked for.
		if err := w.outdateAll(ctx); err != nil {
			return err
		}
	}
	changed, left := texts(lists.Get("changed")), texts(lists.Get("left"))
	if err := w.loadUsers(ctx, slices.Concat(changed, left)...); err != nil {
		return err
	}
	for _, id := range changed {
		if u := w.userNamed(id); u != nil && u.tracked {
			w.outdate(u)
		}
	}
	for _, id := range left {
		if u := w.userNamed(id); u != nil && u.tracked && id != w.user && !slices.Contains(changed, id) {
			w.untrack(u)
		}
	}
	return nil
}

// untrack stops following a user with whom no room is shared any more. What was
// known of the devices is kept, to be compared when the user comes back.
func (w *work) untrack(u *user) {
	u.tracked = false
	u.generation++
	w.state.changes++
	w.keep(u)
	w.state.outdated.remove(w, u.id)
}

// outdatedQueries returns the queries that are to be sent now. No user is in two at
// a time, so that answers cannot overtake each other.
func (w *work) outdatedQueries(now int64) (all []*keysQuery) {
	var ask []string
	for _, id := range w.state.outdated.ids() {
		if u := w.userNamed(id); u != nil && u.query == nil && u.due(now) {
			ask = append(ask, id)
		}
	}
	for some := range slices.Chunk(ask, queryUsers) {
		w.query(some)
	}
	for _, q := range w.state.queries {
		if q.due(now) {
			all = append(all, q)
		}
	}
	order.By(all, func(a, b *keysQuery) int { return slices.Compare(a.users, b.users) })
	return all
}

func (w *work) query(ids []string) {
	q := &keysQuery{id: newID(), users: ids}
	o := newObject(64 * len(ids)).open("device_keys")
	for _, id := range ids {
		u := w.userNamed(id)
		u.query = q
		q.generations = append(q.generations, u.generation)
		o.raw(id, []byte("[]"))
	}
	q.body = o.close().number("timeout", queryTimeout).done()
	w.state.queries[q.id] = q
}

// queryFailed keeps a query for later. One that the homeserver refuses is made two, and
// so on, so that a user whom it cannot ask for does not stand in the way of others.
func (w *work) queryFailed(q *keysQuery, f failure) {
	if !f.permanent() {
		q.failed(f, w.now())
		return
	}
	delete(w.state.queries, q.id)
	if half := len(q.users) / 2; half > 0 {
		w.query(q.users[:half])
		w.query(q.users[half:])
		return
	}
	u := w.userNamed(q.users[0])
	u.query = nil
	u.failed(f, w.now())
	w.state.changes++
}

// outdatedAmong returns the users whose devices are not known as they are now, and
// can be asked for: those whose homeserver does not answer hold nobody up.
func (m *Machine) outdatedAmong(users []*user) bool {
	now := m.now()
	return slices.ContainsFunc(users, func(u *user) bool {
		return m.state.outdated.has(u.id) && (u.query != nil || u.due(now))
	})
}

// prepare reads what the requests to come are about.
func (w *work) prepare(ctx context.Context) error {
	return w.loadUsers(ctx, w.state.outdated.ids()...)
}

// outdateAll notes of all users that their devices may have changed.
func (w *work) outdateAll(ctx context.Context) error {
	query := store.Query{Table: store.Users}
	for {
		page, err := w.config.Store.Load(ctx, query)
		if err != nil {
			return err
		}
		ids := make([]string, 0, len(page.Records))
		for _, rec := range page.Records {
			ids = append(ids, rec.Key)
		}
		if err := w.loadUsers(ctx, ids...); err != nil {
			return err
		}
		if query.After = page.Next; page.Next == "" {
			break
		}
	}
	for _, u := range w.state.users {
		if u.tracked {
			w.outdate(u)
		}
	}
	return nil
}

// RefreshDevices has the devices of all users asked for again whom the machine follows.
// It is for applications that begin their syncs anew, without a position in the stream:
// such a sync does not tell of what has changed meanwhile.
func (m *Machine) RefreshDevices(ctx context.Context) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	if err := w.outdateAll(ctx); err != nil {
		return err
	}
	return w.commit(ctx)
}
