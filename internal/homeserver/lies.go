package homeserver

// Lies are what a hostile homeserver does behind its users' backs. More can be done
// with honest means: whoever runs the server can log in as any user, for a ghost
// device, or for another identity; and repeat or invent any message.
type Lies struct {
	// Answer has the last word on every answer.
	Answer func(r Request, status int, answer []byte) (int, []byte)
	// Withhold tells which messages to devices are dropped.
	Withhold func(Happening) bool
	// ClaimTwice gives the same one-time key to everybody.
	ClaimTwice bool
	// SilentChanges keeps changes of devices to itself.
	SilentChanges bool
	// Count is what it says of the one-time keys of everybody, if not nil.
	Count *int
}

// Replay sends a device all messages again that it ever had.
func (s *Server) Replay(userID, deviceID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.device(userID, deviceID)
	if d == nil {
		return
	}
	for _, m := range append(d.sent[:len(d.sent):len(d.sent)], d.inbox...) {
		s.position++
		s.messages++
		d.inbox = append(d.inbox, message{s.messages, m.event})
	}
}
