//go:build !js

package testserver

import "encoding/json"

// Bootstrap sets up cross-signing, and returns the recovery key of the secret
// storage in which its keys are.
func (p *Peer) Bootstrap() (recoveryKey string) {
	p.t.Helper()
	p.Call(&recoveryKey, "bootstrap")
	return recoveryKey
}

// Restore cross-signs this device, with what another one has put into secret
// storage.
func (p *Peer) Restore(recoveryKey string) {
	p.t.Helper()
	p.Call(nil, "restore", recoveryKey)
}

// OnlySignedDevices has room keys exchanged only with devices that are signed by
// their owners, or, as it is at first, with all.
func (p *Peer) OnlySignedDevices(yes bool) {
	p.t.Helper()
	p.Call(nil, "onlySignedDevices", yes)
}

// CreateRoom makes a private, encrypted room and returns its id.
func (p *Peer) CreateRoom(invite ...string) (room string) {
	p.t.Helper()
	p.Call(&room, "createRoom", append([]string{}, invite...))
	return room
}

func (p *Peer) Invite(room, userID string) {
	p.t.Helper()
	p.Call(nil, "invite", room, userID)
}

// Join joins a room, waits until the peer can encrypt there, and loads what was
// said before.
func (p *Peer) Join(room string) {
	p.t.Helper()
	p.Call(nil, "join", room)
}

func (p *Peer) Leave(room string) {
	p.t.Helper()
	p.Call(nil, "leave", room)
}

// WaitForMember waits until the peer knows of a membership, such as "join".
func (p *Peer) WaitForMember(room, userID, membership string) {
	p.t.Helper()
	p.Call(nil, "waitForMember", room, userID, membership)
}

// Send sends a text, encrypted, and returns the id of its event.
func (p *Peer) Send(room, text string) (eventID string) {
	p.t.Helper()
	p.Call(&eventID, "send", room, text)
	return eventID
}

// Message is an event as a peer sees it.
type Message struct {
	EventID     string          `json:"eventId"`
	Sender      string          `json:"sender"`
	Type        string          `json:"type"`
	Content     json.RawMessage `json:"content"`
	WireContent json.RawMessage `json:"wireContent"` // as the server has it
	Encrypted   bool            `json:"encrypted"`

	// Shield is what the peer would show beside the message: "none", "grey" or
	// "red", with its reason as matrix-js-sdk names it, such as UNSIGNED_DEVICE.
	Shield       string `json:"shield"`
	ShieldReason string `json:"shieldReason"`

	// Failure says why it cannot be decrypted, as matrix-js-sdk names it, such as
	// MEGOLM_UNKNOWN_INBOUND_SESSION_ID.
	Failure string `json:"failure"`
}

// String is for the messages of failed tests.
func (m Message) String() string {
	text, _ := json.MarshalIndent(m, "", "\t")
	return string(text)
}

// WaitForMessage waits for a message with this text that the peer can read.
func (p *Peer) WaitForMessage(room, text string) (m Message) {
	p.t.Helper()
	p.Call(&m, "waitForMessage", room, text)
	return m
}

// WaitForFailure waits until the peer has found an event undecryptable.
func (p *Peer) WaitForFailure(room, eventID string) (m Message) {
	p.t.Helper()
	p.Call(&m, "waitForFailure", room, eventID)
	return m
}

// Device is a device as a peer sees it.
type Device struct {
	DeviceID      string `json:"deviceId"`
	Ed25519       string `json:"ed25519"`
	Curve25519    string `json:"curve25519"`
	SignedByOwner bool   `json:"signedByOwner"`
	Verified      bool   `json:"verified"`
}

// Devices returns what the peer knows of the devices of a user, by their ids.
func (p *Peer) Devices(userID string) map[string]Device {
	p.t.Helper()
	var devices []Device
	p.Call(&devices, "devices", userID)
	byID := make(map[string]Device)
	for _, d := range devices {
		byID[d.DeviceID] = d
	}
	return byID
}

// WaitForDevice waits until the peer knows a device, with or without a signature
// of its owner.
func (p *Peer) WaitForDevice(userID, deviceID string, signedByOwner bool) (d Device) {
	p.t.Helper()
	p.Call(&d, "waitForDevice", userID, deviceID, signedByOwner)
	return d
}

// Identity is what a peer knows of the cross-signing identity of a user.
type Identity struct {
	Known         bool `json:"known"`
	Verified      bool `json:"verified"`
	NeedsApproval bool `json:"needsApproval"`
}

func (p *Peer) Identity(userID string) (i Identity) {
	p.t.Helper()
	p.Call(&i, "identity", userID)
	return i
}
