package sealed

// What a [store.Broken] gives as its reason.
const (
	ReasonAltered    = "it does not authenticate: altered, or moved from another place"
	ReasonTooNew     = "written by a later version"
	ReasonRolledBack = "rolled back: it is an older version of the record"
	ReasonDropped    = "dropped: it was there, and is gone"
	ReasonPutBack    = "put back: it was deleted, and is there again"
	ReasonHead       = "the head was rolled back: there is something newer"
	ReasonBucket     = "its bucket, which tells what it should be, is broken"
)
