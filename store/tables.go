package store

// Table is the name of a table.
type Table string

// The tables of a device. What their records hold is the machine's business.
const (
	Meta             Table = "meta"              // about the store itself
	Account          Table = "account"           // the device's own keys
	OlmSessions      Table = "olm_sessions"      // with other devices
	OutboundSessions Table = "outbound_sessions" // Megolm sessions to encrypt with, by room
	InboundSessions  Table = "inbound_sessions"  // Megolm sessions to decrypt with
	Users            Table = "users"             // their devices and cross-signing keys
	Rooms            Table = "rooms"             // settings of rooms
	Requests         Table = "requests"          // to the homeserver, not answered yet
	Withheld         Table = "withheld"          // Megolm sessions that others refused to send
	Secrets          Table = "secrets"           // private cross-signing keys and their like
	Settings         Table = "settings"          // of the machine and of the application
	Quarantine       Table = "quarantine"        // records that could not be read
)

// Index is the name of an index: a text by which records of a table can be
// found, several at once. The zero Index is none.
type Index string

// The indexes.
const (
	ByRoom   Index = "room"    // by room id
	BySender Index = "sender"  // by the Curve25519 key of a device
	Pending  Index = "pending" // by what is still to be done with them, such as the backup
)

// Indexes holds a record's text for each index. The empty text is in no index.
type Indexes struct {
	Room, Sender, Pending string
}

// Get returns the text for an index.
func (x *Indexes) Get(i Index) string {
	switch i {
	case ByRoom:
		return x.Room
	case BySender:
		return x.Sender
	case Pending:
		return x.Pending
	}
	return ""
}

// Set sets the text for an index.
func (x *Indexes) Set(i Index, value string) {
	switch i {
	case ByRoom:
		x.Room = value
	case BySender:
		x.Sender = value
	case Pending:
		x.Pending = value
	}
}

// Definition says of a table what those must know who make it.
type Definition struct {
	Table   Table
	Indexes []Index
	// Hot tables hold what must never be rolled back: a ratchet that is used
	// twice encrypts two messages with one key, and a device that was blocked
	// would be given keys again.
	Hot bool
}

// Tables are all tables.
var Tables = []Definition{
	{Table: Meta},
	{Table: Account, Hot: true},
	{Table: OlmSessions, Indexes: []Index{BySender}, Hot: true},
	{Table: OutboundSessions, Hot: true},
	{Table: InboundSessions, Indexes: []Index{ByRoom, Pending}},
	{Table: Users, Hot: true},
	{Table: Rooms, Hot: true},
	{Table: Requests},
	{Table: Withheld, Indexes: []Index{ByRoom}},
	{Table: Secrets, Hot: true},
	{Table: Settings},
	{Table: Quarantine},
}

// Defined returns the definition of a table, or nil if there is no such table.
func Defined(t Table) *Definition {
	for i := range Tables {
		if Tables[i].Table == t {
			return &Tables[i]
		}
	}
	return nil
}

// Has reports whether a table has an index.
func (d *Definition) Has(i Index) bool {
	for _, has := range d.Indexes {
		if has == i {
			return true
		}
	}
	return false
}
