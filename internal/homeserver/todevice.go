package homeserver

import (
	"encoding/json"
	"maps"
	"slices"
)

// message is one to a device. They are numbered through, for syncs to say how far
// the device has them.
type message struct {
	number int
	event  json.RawMessage
}

// sendToDevice is PUT /sendToDevice/{type}/{transaction}.
func (s *Server) sendToDevice(c *call) (any, error) {
	var body struct {
		Messages map[string]object `json:"messages"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	for _, userID := range slices.Sorted(maps.Keys(body.Messages)) {
		u := s.users[userID]
		if u == nil {
			continue
		}
		for _, deviceID := range slices.Sorted(maps.Keys(body.Messages[userID])) {
			content := body.Messages[userID][deviceID]
			if deviceID == "*" {
				for _, id := range slices.Sorted(maps.Keys(u.devices)) {
					s.deliver(c, c.args[0], u.devices[id], content)
				}
			} else if d := u.devices[deviceID]; d != nil {
				s.deliver(c, c.args[0], d, content)
			}
		}
	}
	return struct{}{}, nil
}

func (s *Server) deliver(c *call, kind string, to *device, content json.RawMessage) {
	s.position++
	h := Happening{Kind: ToDeviceMessage, UserID: c.user.id, DeviceID: c.device.id, Type: kind, Content: content,
		ToUserID: to.user.id, ToDeviceID: to.id}
	s.happened(h)
	if s.Lies.Withhold != nil && s.Lies.Withhold(h) {
		return
	}
	s.messages++
	to.inbox = append(to.inbox, message{s.messages, encode(map[string]any{"type": kind, "sender": c.user.id, "content": content})})
}

// toDevice gives the next messages to a device, and forgets those up to a number,
// which have come.
func (d *device) toDevice(have, limit int) (next []message) {
	for len(d.inbox) > 0 && d.inbox[0].number <= have {
		d.sent = append(d.sent, d.inbox[0])
		d.inbox = d.inbox[1:]
	}
	return d.inbox[:min(limit, len(d.inbox))]
}
