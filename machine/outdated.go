package machine

import (
	"cmp"
	"context"
	"strconv"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/order"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// outdated are the users whose device lists must be asked for. They are kept apart from
// the lists, so that a machine that starts need not read them all; and in shards, since
// there can be more of them than a record takes, and an answer is about few.
type outdated struct {
	of     map[string]*outdatedShard // by user
	shards []*outdatedShard          // the record of the first tells how many there are
}

// outdatedShard is the part of the users that stands in one record.
type outdatedShard struct {
	number int
	users  map[string]bool
	bytes  int
	all    *outdated
}

const (
	outdatedKey = "outdated"
	// outdatedVersion 1 is one record for all.
	outdatedVersion = 2
	// maxShard is how long the ids in a record are together.
	maxShard = 32 << 10
	// maxShards is more than there can be, so that no record has millions looked for.
	maxShards = 1 << 16
)

func (o *outdated) clear() { *o = outdated{of: make(map[string]*outdatedShard)} }

func (o *outdated) has(id string) bool { return o.of[id] != nil }

// ids returns the users, those together that stand in a record together.
func (o *outdated) ids() []string {
	ids := order.Keys(o.of)
	order.By(ids, func(a, b string) int { return cmp.Compare(o.of[a].number, o.of[b].number) })
	return ids
}

// add notes a user, and has that kept.
func (o *outdated) add(w *work, id string) {
	if o.has(id) {
		return
	}
	for _, s := range o.shards {
		if s.bytes+len(id) <= maxShard {
			s.add(id)
			w.keep(s)
			return
		}
	}
	s := o.grow()
	s.add(id)
	w.keep(o.shards[0])
	w.keep(s)
}

func (o *outdated) grow() *outdatedShard {
	s := &outdatedShard{number: len(o.shards), users: make(map[string]bool), all: o}
	o.shards = append(o.shards, s)
	return s
}

func (s *outdatedShard) add(id string) {
	s.users[id] = true
	s.bytes += len(id)
	s.all.of[id] = s
}

// remove takes a user out, and has that kept.
func (o *outdated) remove(w *work, id string) {
	s := o.of[id]
	if s == nil {
		return
	}
	delete(o.of, id)
	delete(s.users, id)
	s.bytes -= len(id)
	w.keep(s)
	for last := len(o.shards) - 1; last > 0 && o.shards[last].bytes == 0; last-- {
		w.keep(o.shards[last])
		w.keep(o.shards[0])
		o.shards = o.shards[:last]
	}
}

// name is the key of the shard's record.
func (s *outdatedShard) name() string {
	if s.number == 0 {
		return outdatedKey
	}
	return outdatedKey + "/" + strconv.Itoa(s.number)
}

// keep is described at keeper.
func (s *outdatedShard) keep(w *work) {
	if s.number >= len(s.all.shards) {
		w.delete(store.Settings, s.name())
		return
	}
	r := record.New(outdatedVersion)
	if s.number == 0 {
		r.Uint(uint64(len(s.all.shards)))
	}
	r.Uint(uint64(len(s.users)))
	for _, id := range order.Keys(s.users) {
		r.Text(id)
	}
	w.put(store.Settings, s.name(), r.Done())
}

func (s *outdatedShard) read(r *record.Reader) bool {
	for range r.Count() {
		s.add(r.Text())
	}
	return r.Done()
}

// readOutdated reads the first record, and makes room for those that it tells of.
func (w *work) readOutdated(value []byte) bool {
	o := &w.state.outdated
	if len(value) > 0 && value[0] == 1 {
		r := record.Read(value, 1)
		for range r.Count() {
			o.add(w, r.Text())
		}
		return r.Done()
	}
	r := record.Read(value, outdatedVersion)
	n := r.Uint()
	if n == 0 || n > maxShards {
		return false
	}
	for range n {
		o.grow()
	}
	return o.shards[0].read(r)
}

// loadShards reads the records that the first one tells of. If one cannot be read, nobody
// knows any more whose devices may have changed.
func (w *work) loadShards(ctx context.Context, lost bool) error {
	o := &w.state.outdated
	byName := make(map[string]*outdatedShard)
	var names []string
	for _, s := range o.shards[min(len(o.shards), 1):] {
		if len(s.users) == 0 {
			byName[s.name()] = s
			names = append(names, s.name())
		}
	}
	err := w.loadKeys(ctx, store.Settings, names, func(rec store.Record) bool {
		ok := byName[rec.Key].read(record.Read(rec.Value, outdatedVersion))
		lost = lost || !ok
		return ok
	})
	if err != nil || !lost {
		return err
	}
	for _, s := range o.shards {
		w.keep(s)
	}
	return w.outdateAll(ctx)
}
