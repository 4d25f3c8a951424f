package store

// Changes are what a commit does. No record stands in them twice.
type Changes struct {
	// Claim raises the epoch: see [Store.Commit].
	Claim bool
	// Relaxed changes are kept as soon as the system has them, and can be lost
	// when the power fails: for what can be had again. The others are forced to
	// the disk, where that can be asked for.
	Relaxed bool
	// Sealed changes are those that a sealed store makes to the one below it.
	// They may exceed the limits by what sealing adds: see [SealedRoom].
	Sealed bool

	Puts    []Record // added, or in place of those with the same key
	Deletes []Ref    // of records that need not exist
}

// Put adds or replaces a record. The value must not be changed until the commit
// has ended.
func (c *Changes) Put(r Record) { c.Puts = append(c.Puts, r) }

// Delete deletes a record.
func (c *Changes) Delete(r Ref) { c.Deletes = append(c.Deletes, r) }

// Len is the number of records that change.
func (c *Changes) Len() int { return len(c.Puts) + len(c.Deletes) }

// Bytes is the length of all values together.
func (c *Changes) Bytes() int {
	n := 0
	for i := range c.Puts {
		n += len(c.Puts[i].Value)
	}
	return n
}
