//go:build js

// Command storepage is loaded into pages and workers by the tests and
// measurements of store/indexeddb and store/owner. It lends JavaScript their
// functions, as globalThis.storepage, each of which returns a Promise.
package main

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/indexeddb"
	"github.com/mudpuppy-e2ee/mudpuppy/store/owner"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// page is what a page has. It opens one store at a time; for several, there is
// another.
type page struct {
	store    store.Store
	database *indexeddb.Store // where that is kept
	group    *store.Group
	epoch    uint64
	prepared []store.Changes
	seat     *owner.Seat
}

func main() {
	safejs.Global().Set("storepage", newPage())
	select {}
}

// newPage returns the functions of a page, for JavaScript.
func newPage() safejs.Value {
	p := &page{}
	exports := object()
	for name, f := range map[string]func(args []safejs.Value) (safejs.Value, error){
		"open":    p.open,
		"close":   p.close,
		"destroy": p.destroy,
		"claim":   p.claim,
		"commit":  p.commit,
		"load":    p.load,
		"ask":     p.ask,
		"leave":   p.leave,
		"prepare": p.prepare,
		"look":    p.look,
		"run":     p.run,
		"runAll":  p.runAll,
		"another": func([]safejs.Value) (safejs.Value, error) { return newPage(), nil },
	} {
		exports.Set(name, promising(f))
	}
	return exports
}

var background = context.Background()

// open opens a database, sealed if there is a second argument.
func (p *page) open(args []safejs.Value) (safejs.Value, error) {
	s, err := indexeddb.Open(background, text(args, 0), indexeddb.Options{})
	if err != nil {
		return safejs.Undefined(), err
	}
	p.database, p.store = s, s
	if len(args) > 1 {
		key := sealed.RawKey(&[32]byte{1})
		defer key.Wipe()
		if p.store, err = sealed.Open(background, s, key); err != nil {
			return safejs.Undefined(), err
		}
	}
	return safejs.Undefined(), nil
}

func (p *page) close([]safejs.Value) (safejs.Value, error) {
	return safejs.Undefined(), p.database.Close()
}

func (p *page) destroy(args []safejs.Value) (safejs.Value, error) {
	return safejs.Undefined(), indexeddb.Destroy(background, text(args, 0), indexeddb.Options{})
}

func (p *page) claim([]safejs.Value) (safejs.Value, error) {
	epoch, err := store.Claim(background, p.store)
	if err != nil {
		return safejs.Undefined(), err
	}
	p.epoch = epoch
	p.group = store.NewGroup(p.store, epoch)
	return safejs.ValueOf(float64(epoch))
}

// commit commits { relaxed, puts: [{ table, key, value, room, sender, pending }],
// deletes: [{ table, key }] }.
func (p *page) commit(args []safejs.Value) (safejs.Value, error) {
	c := store.Changes{Relaxed: truth(args[0], "relaxed")}
	each(args[0], "puts", func(o safejs.Value) {
		r := store.Record{Ref: ref(o), Value: bytes(o, "value")}
		for _, i := range store.Defined(r.Table).Indexes {
			r.Indexes.Set(i, property(o, string(i)))
		}
		c.Put(r)
	})
	each(args[0], "deletes", func(o safejs.Value) { c.Delete(ref(o)) })
	return safejs.Undefined(), p.store.Commit(background, p.epoch, c)
}

// load loads all records of a table, as [{ key, value, room, sender, pending }].
func (p *page) load(args []safejs.Value) (safejs.Value, error) {
	q := store.Query{Table: store.Table(text(args, 0))}
	all, _ := safejs.Global().Get("Array")
	list, err := all.New()
	for err == nil {
		var found store.Page
		if found, err = p.store.Load(background, q); err != nil {
			break
		}
		for i := range found.Records {
			list.Call("push", describe(&found.Records[i]))
		}
		for i := range found.Broken {
			o := object()
			o.Set("key", found.Broken[i].Key)
			o.Set("broken", found.Broken[i].Reason)
			list.Call("push", o)
		}
		if q.After = found.Next; q.After == "" {
			return list, nil
		}
	}
	return safejs.Undefined(), err
}

// ask asks for a seat, and calls a function with each role.
func (p *page) ask(args []safejs.Value) (safejs.Value, error) {
	silence, err := args[1].Int()
	if err != nil {
		return safejs.Undefined(), err
	}
	p.seat = owner.Ask(text(args, 0), owner.Options{Silence: silence})
	go func() {
		names := map[owner.Role]string{owner.Waiting: "waiting", owner.Owning: "owning", owner.Robbed: "robbed"}
		for role := range p.seat.Roles() {
			args[2].Invoke(names[role])
		}
		args[2].Invoke("closed")
	}()
	return safejs.Undefined(), nil
}

func (p *page) leave([]safejs.Value) (safejs.Value, error) {
	p.seat.Close()
	return safejs.Undefined(), nil
}
