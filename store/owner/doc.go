// Package owner settles which of several pages and workers may have a store.
//
//	seat, err := owner.Ask("alice", owner.Options{})
//	for role := range seat.Roles() {
//		switch role {
//		case owner.Owning:  // open the store, and claim it
//		case owner.Waiting: // another page has it: say so, or let it work for us
//		case owner.Robbed:  // drop what is in memory; another page has it now
//		}
//	}
//
// One page has the lock of that name (the Web Locks API), all others wait for
// it. When the owner closes its page, the next one is Owning. Those who wait ask
// the owner now and then whether it is there. An owner that does not answer for
// [Options.Silence], because its page is frozen for instance, is robbed of the
// lock. It may not have noticed when it wakes, and so the lock alone is worth
// nothing: it is the epoch of the store, which the new owner raises with
// store.Claim, that keeps the old one from writing.
//
// Where there are no Web Locks, everybody is Owning at once, and who claims the
// store last has it. The others learn it from store.ErrStale.
package owner
