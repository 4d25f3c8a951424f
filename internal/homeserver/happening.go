package homeserver

import "encoding/json"

// Happening is something that the server did, for those who judge.
type Happening struct {
	Kind     Kind
	Position int
	UserID   string // whose device, whose membership, or the sender
	DeviceID string
	RoomID   string
	EventID  string
	Type     string // of the event or message
	Content  json.RawMessage
	Yes      bool   // for DeviceSigned
	State    string // the membership, or the history visibility
	// To is for whom a message to a device is.
	ToUserID, ToDeviceID string
}

// Kind says what happened.
type Kind string

// The kinds.
const (
	DeviceAdded     Kind = "device added"      // its keys are there for the first time
	DeviceRemoved   Kind = "device removed"    //
	DeviceSigned    Kind = "device signed"     // Yes: it now has a signature by its user's self-signing key; not Yes: no more
	Membership      Kind = "membership"        // State of UserID in RoomID
	Visibility      Kind = "visibility"        // State of the history of RoomID
	RoomMessage     Kind = "room message"      //
	ToDeviceMessage Kind = "to-device message" // was taken in for ToDeviceID
)

func (s *Server) happened(h Happening) {
	h.Position = s.position
	s.Watch(h)
}
