//go:build js

package async

import (
	"context"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// Policy says which devices get the keys of a room: those that their users have
// signed (cross_signed, the default, as the specification has it), all but those
// that are blocked (all_devices), or those that are signed, but only if there are
// no others and no identity has changed (error_on_unverified).
type Policy string

// The policies.
const (
	CrossSigned       = Policy(machine.CrossSigned)
	AllDevices        = Policy(machine.AllDevices)
	ErrorOnUnverified = Policy(machine.ErrorOnUnverified)
)

// RoomSettings are those of an encrypted room, from its m.room.encryption and
// m.room.history_visibility.
//
//bridge:options
type RoomSettings struct {
	Algorithm              string // that of Megolm, m.megolm.v1.aes-sha2, if left out
	RotationPeriodMs       int64  // a week if left out
	RotationPeriodMessages int64  // 100 if left out
	// Whether the history visibility is shared or world_readable, so that keys may
	// be given to those who come later.
	SharedHistory bool
	Policy        Policy // that of the machine if left out
}

// SetRoomSettings says that a room is encrypted, and how. It throws ERR_ALGORITHM
// for another algorithm than the room had before: encryption cannot be weakened
// once it is on.
func (m *Machine) SetRoomSettings(ctx context.Context, roomID string, settings RoomSettings) error {
	return m.machine.SetRoomSettings(ctx, roomID, machine.RoomSettings{
		Algorithm:              settings.Algorithm,
		RotationPeriodMS:       settings.RotationPeriodMs,
		RotationPeriodMessages: settings.RotationPeriodMessages,
		SharedHistory:          settings.SharedHistory,
		Policy:                 machine.Policy(settings.Policy),
	})
}

// RoomSettings returns the settings of a room. It throws ERR_NOT_ENCRYPTED if there
// are none.
func (m *Machine) RoomSettings(ctx context.Context, roomID string) (RoomSettings, error) {
	s, err := m.machine.RoomSettings(ctx, roomID)
	return RoomSettings{s.Algorithm, s.RotationPeriodMS, s.RotationPeriodMessages, s.SharedHistory, Policy(s.Policy)}, err
}

// TrackUsers has the devices of users known from now on.
func (m *Machine) TrackUsers(ctx context.Context, users []string) error {
	return m.machine.TrackUsers(ctx, users)
}

// RefreshDevices has the devices of all users asked for again that are followed: for
// when syncs begin anew, without a position.
func (m *Machine) RefreshDevices(ctx context.Context) error {
	return m.machine.RefreshDevices(ctx)
}

// PrepareToEncrypt gets ready what takes time, before there is a message: when the
// user begins to write, for instance. Send the outgoing requests afterwards.
func (m *Machine) PrepareToEncrypt(ctx context.Context, roomID string, members []string) error {
	return m.machine.PrepareToEncrypt(ctx, roomID, members)
}

// Share says how far the sharing of a room key has come.
type Share struct {
	// Whether every device that is to have the key was sent it, so that the room
	// can be encrypted for.
	Ready     bool
	SessionID *string    // of the room key, once there is one
	Waiting   *ShareStep // for what, if it is not ready
}

// ShareStep is what the sharing of a room key waits for: an answer to keys/query,
// to keys/claim, or to sendToDevice.
type ShareStep string

// The steps.
const (
	WaitDevices  = ShareStep(machine.WaitDevices)
	WaitSessions = ShareStep(machine.WaitSessions)
	WaitSent     = ShareStep(machine.WaitSent)
)

// ShareRoomKey sees to it that all devices of the members that the policy allows
// have the key of the room. If it is not ready, send the outgoing requests and call
// it again. It throws ERR_NOT_ENCRYPTED, or a {@link PolicyError}.
func (m *Machine) ShareRoomKey(ctx context.Context, roomID string, members []string) (Share, error) {
	s, err := m.machine.ShareRoomKey(ctx, roomID, members)
	if err != nil {
		return Share{}, err
	}
	share := Share{Ready: s.Ready, SessionID: optional(s.SessionID)}
	if step := ShareStep(s.Waiting); step != "" {
		share.Waiting = &step
	}
	return share, nil
}

// DiscardRoomKey has the next message of a room encrypted with another key.
func (m *Machine) DiscardRoomKey(ctx context.Context, roomID string) error {
	return m.machine.DiscardRoomKey(ctx, roomID)
}

// Encrypt encrypts an event for a room, and returns the content of the
// m.room.encrypted to be sent. It throws ERR_NOT_SHARED if
// {@link OlmMachine.shareRoomKey} has to come first.
func (m *Machine) Encrypt(ctx context.Context, roomID, eventType string, content bridge.JSON) (bridge.JSON, error) {
	encrypted, err := m.machine.Encrypt(ctx, roomID, eventType, content)
	return encrypted, err
}

// Decrypt decrypts an m.room.encrypted.
//
//bridge:internal
func (m *Machine) Decrypt(ctx context.Context, roomID string, event bridge.JSON) (Decrypted, error) {
	d, err := m.machine.Decrypt(ctx, roomID, event)
	if err != nil {
		return Decrypted{}, err
	}
	return Decrypted{
		d.Type, d.Content, d.Sender, optional(d.DeviceID), d.SenderKey, d.SessionID, d.Index, trust(d.Trust),
	}, nil
}

// RequestRoomKey asks the user's other devices for the key of a session.
func (m *Machine) RequestRoomKey(ctx context.Context, roomID, sessionID string) error {
	return m.machine.RequestRoomKey(ctx, roomID, sessionID)
}

// ForgetHistory deletes the keys of a room's messages from before a moment, in
// milliseconds since 1970, as far as they are not needed for later ones.
func (m *Machine) ForgetHistory(ctx context.Context, roomID string, before int64) error {
	return m.machine.ForgetHistory(ctx, roomID, time.UnixMilli(before))
}

// optional returns a text, or nil if it is empty.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
