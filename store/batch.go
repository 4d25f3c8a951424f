package store

// batch is the changes of several commits, made one. Of a record that several
// change, the last change counts.
type batch struct {
	changed map[Ref]*Record // nil to delete
	order   []Ref           // in which they were first changed
	bytes   int
	strict  bool

	done chan struct{} // closed when err is there
	err  error
}

func newBatch() *batch {
	return &batch{changed: make(map[Ref]*Record), done: make(chan struct{})}
}

// hasRoomFor reports whether changes fit in. An empty batch has room for all
// that is valid.
func (b *batch) hasRoomFor(c *Changes) bool {
	return len(b.changed)+c.Len() <= MaxChanges && b.bytes+c.Bytes() <= MaxBytes
}

func (b *batch) add(c *Changes) {
	for i := range c.Puts {
		b.set(c.Puts[i].Ref, &c.Puts[i])
	}
	for _, r := range c.Deletes {
		b.set(r, nil)
	}
	b.strict = b.strict || !c.Relaxed
}

func (b *batch) set(ref Ref, r *Record) {
	before, known := b.changed[ref]
	if !known {
		b.order = append(b.order, ref)
	}
	if before != nil {
		b.bytes -= len(before.Value)
	}
	if r != nil {
		b.bytes += len(r.Value)
	}
	b.changed[ref] = r
}

// changes returns the batch as one commit, which is as strict as its strictest
// part.
func (b *batch) changes() Changes {
	c := Changes{Relaxed: !b.strict}
	for _, ref := range b.order {
		if r := b.changed[ref]; r != nil {
			c.Puts = append(c.Puts, *r)
		} else {
			c.Deletes = append(c.Deletes, ref)
		}
	}
	return c
}
