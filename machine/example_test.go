package machine_test

import (
	"context"
	"fmt"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// Alice writes to a room, and Bob reads. The homeserver is one in memory; in life
// the same requests go out by net/http.
func Example() {
	ctx, server := context.Background(), homeserver.New()
	alice := startDevice(ctx, server, "@alice:example.org", "LAPTOP")
	bob := startDevice(ctx, server, "@bob:example.org", "PHONE")
	room, members := "!room:example.org", []string{alice.UserID(), bob.UserID()}

	// ReceiveSync does these two by itself when it is told of the room.
	orPanic(alice.SetRoomSettings(ctx, room, machine.RoomSettings{}))
	orPanic(bob.TrackUsers(ctx, members))

	share, err := alice.ShareRoomKey(ctx, room, members)
	for err == nil && !share.Ready {
		sendRequests(ctx, server, alice)
		share, err = alice.ShareRoomKey(ctx, room, members)
	}
	orPanic(err)
	content, err := alice.Encrypt(ctx, room, "m.room.message", []byte(`{"msgtype":"m.text","body":"Hello Bob"}`))
	orPanic(err)

	// The homeserver makes an event of the content, and adds what it knows.
	event := fmt.Appendf(nil, `{"type":"m.room.encrypted","event_id":"$1","sender":%q,"origin_server_ts":1,"content":%s}`,
		alice.UserID(), content)

	_, err = bob.ReceiveSync(ctx, server.Sync(bob.UserID(), bob.DeviceID(), "", 10))
	orPanic(err)
	sendRequests(ctx, server, bob)
	message, err := bob.Decrypt(ctx, room, event)
	orPanic(err)
	fmt.Printf("%s wrote %s\n", message.Sender, message.Content)
	fmt.Printf("shield: %s, because %s\n", message.Trust.Shield, message.Trust.Reason)
	// Output:
	// @alice:example.org wrote {"msgtype":"m.text","body":"Hello Bob"}
	// shield: none, because pinned
}

// startDevice makes a device, and an identity for its user, and uploads their keys.
func startDevice(ctx context.Context, server *homeserver.Server, user, device string) *machine.Machine {
	server.Login(user, device)
	m, err := machine.Open(ctx, machine.Config{UserID: user, DeviceID: device, Store: memory.New()})
	orPanic(err)
	sendRequests(ctx, server, m)
	orPanic(m.SetUpCrossSigning(ctx, false))
	sendRequests(ctx, server, m)
	return m
}

// sendRequests sends what a machine asks for, until it asks for nothing.
func sendRequests(ctx context.Context, server *homeserver.Server, m *machine.Machine) {
	for {
		requests, err := m.OutgoingRequests(ctx)
		orPanic(err)
		if len(requests) == 0 {
			return
		}
		for _, r := range requests {
			status, answer := server.Do(m.UserID(), m.DeviceID(), r.Method, r.Path, r.Body)
			if status == 200 {
				orPanic(m.MarkSent(ctx, r.ID, answer))
			} else { // it comes again later
				orPanic(m.MarkFailed(ctx, r.ID, status, answer))
			}
		}
	}
}

func orPanic(err error) {
	if err != nil {
		panic(err)
	}
}
