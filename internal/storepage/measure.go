//go:build js

package main

import (
	"strconv"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// prepare prepares commits: how many records there are in each, of how many
// bytes, and the keys of all of them. The values are random, as those that hold
// keys are.
func (p *page) prepare(args []safejs.Value) (safejs.Value, error) {
	records, size, keys := number(args, 0), number(args, 1), args[2]
	n, err := keys.Length()
	if err != nil {
		return safejs.Undefined(), err
	}
	p.prepared = make([]store.Changes, n/records)
	for i := range n {
		key, err := keys.Index(i)
		if err != nil {
			return safejs.Undefined(), err
		}
		r := store.Record{Ref: store.Ref{Table: store.InboundSessions}, Value: make([]byte, size)}
		r.Key, _ = key.String()
		random.Fill(r.Value)
		r.Indexes = store.Indexes{Room: "!room" + strconv.Itoa(i%50) + ":example.org", Pending: "backup"}
		p.prepared[i/records].Put(r)
	}
	return safejs.Undefined(), nil
}

// look asks for the records that the prepared commits put, as a device does before
// it decides to.
func (p *page) look([]safejs.Value) (safejs.Value, error) {
	for i := range p.prepared {
		q := store.Query{Table: store.InboundSessions}
		for j := range p.prepared[i].Puts {
			q.Keys = append(q.Keys, p.prepared[i].Puts[j].Key)
		}
		if _, err := p.store.Load(background, q); err != nil {
			return safejs.Undefined(), err
		}
	}
	return safejs.Undefined(), nil
}

// run makes the prepared commits, one after the other.
func (p *page) run([]safejs.Value) (safejs.Value, error) {
	for i := range p.prepared {
		if err := p.store.Commit(background, p.epoch, p.prepared[i]); err != nil {
			return safejs.Undefined(), err
		}
	}
	return safejs.Undefined(), nil
}

// runAll asks for all prepared commits at once.
func (p *page) runAll([]safejs.Value) (safejs.Value, error) {
	results := make(chan error, len(p.prepared))
	for i := range p.prepared {
		go func() { results <- p.group.Commit(background, p.prepared[i]) }()
	}
	var failed error
	for range p.prepared {
		if err := <-results; err != nil {
			failed = err
		}
	}
	return safejs.Undefined(), failed
}
