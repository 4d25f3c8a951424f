package machine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// crowd is many devices of one user.
func (w *world) crowd(n int) (all []*forger) {
	for i := range n {
		all = append(all, w.forger(bob, fmt.Sprintf("DEVICE%d", i)))
	}
	return all
}

// messagesIn counts the messages in a request to devices.
func (w *world) messagesIn(r machine.Request) (count int) {
	w.Helper()
	var body struct {
		Messages map[string]map[string]json.RawMessage `json:"messages"`
	}
	w.unmarshal(r.Body, &body)
	for _, devices := range body.Messages {
		count += len(devices)
	}
	return count
}

// sharing is a machine that has given the key to a crowd, in requests that wait.
func sharing(t *testing.T, devices int) (*client, []*forger) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	all := w.crowd(devices)
	a.inRoom("")
	for range 3 {
		s, err := a.ShareRoomKey(ctx, aRoom, []string{alice, bob})
		w.must(err)
		if s.Waiting == machine.WaitSent {
			return a, all
		}
		a.pump()
	}
	t.Fatal("the key is never sent")
	return nil, nil
}

func TestAKeyIsSharedIn250MessagesARequest(t *testing.T) {
	a, all := sharing(t, 600)
	var counts []int
	for _, r := range a.requests(machine.SendToDevice) {
		counts = append(counts, a.messagesIn(r))
	}
	if !slices.Equal(counts, []int{250, 250, 100}) {
		t.Errorf("the requests are of %v", counts)
	}
	s := a.share(aRoom, alice, bob)
	for _, f := range all {
		if got := f.keysOf(); !slices.Equal(got, []string{s.SessionID}) {
			t.Fatalf("%s has keys %v", f.id, got)
		}
	}
}

// Some requests were answered when the program ended: the others come again, the same
// ones, and until then nothing is encrypted.
func TestSharingIsResumedAfterARestart(t *testing.T) {
	a, all := sharing(t, 300)
	before := a.requests(machine.SendToDevice)
	a.send(before[0])
	a.open()
	after := a.requests(machine.SendToDevice)
	if len(after) != 1 || after[0].ID != before[1].ID || string(after[0].Body) != string(before[1].Body) {
		t.Fatal("other requests come after a restart")
	}
	if s, err := a.ShareRoomKey(ctx, aRoom, []string{alice, bob}); err != nil || s.Ready || s.Waiting != machine.WaitSent {
		t.Errorf("before they are sent: %+v, %v", s, err)
	}
	_, err := a.Encrypt(ctx, aRoom, "m.room.message", []byte(`{}`))
	a.fails(err, machine.ErrNotShared)
	s := a.share(aRoom, alice, bob)
	a.open()
	if again := a.share(aRoom, alice, bob); again.SessionID != s.SessionID || len(a.requests(machine.SendToDevice)) > 0 {
		t.Error("it is shared again")
	}
	for _, f := range all {
		if got := f.keysOf(); !slices.Equal(got, []string{s.SessionID}) {
			t.Fatalf("%s has keys %v", f.id, got)
		}
	}
}

// What the user waits for is done while typing; no key is made for that.
func TestPreparingToEncrypt(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	w.fails(a.PrepareToEncrypt(ctx, aRoom, []string{alice, bob}), machine.ErrNotEncrypted)
	a.inRoom("")
	for range 2 {
		w.must(a.PrepareToEncrypt(ctx, aRoom, []string{alice, bob}))
		a.pump()
	}
	if got := f.inbox(); len(got) > 0 {
		t.Errorf("the device gets %v", types(got))
	}
	if s, err := a.ShareRoomKey(ctx, aRoom, []string{alice, bob}); err != nil || s.Waiting != machine.WaitSent {
		t.Errorf("then there is left: %+v, %v", s, err)
	}
	a.share(aRoom, alice, bob)
	w.must(a.PrepareToEncrypt(ctx, aRoom, []string{alice, bob}))
	if requests, err := a.OutgoingRequests(ctx); err != nil || len(requests) > 0 {
		t.Errorf("when all is done there is more to do: %v, %v", requests, err)
	}
}

// failing is a machine with one request of a kind.
var failing = map[machine.RequestKind]func(t *testing.T) *client{
	machine.KeysUpload: func(t *testing.T) *client {
		a := newWorld(t).device(alice, "ALICE")
		a.received(`{"next_batch":"x"}`)
		return a
	},
	machine.KeysQuery: func(t *testing.T) *client {
		a := newWorld(t).device(alice, "ALICE")
		a.must(a.TrackUsers(ctx, []string{bob}))
		return a
	},
	machine.KeysClaim: func(t *testing.T) *client {
		w := newWorld(t)
		a := w.device(alice, "ALICE")
		w.forger(bob, "FORGER")
		a.learn(bob)
		w.must(a.EncryptToDevice(ctx, []machine.DeviceRef{{UserID: bob, DeviceID: "FORGER"}}, "x", []byte(`{}`)))
		return a
	},
	machine.SendToDevice: func(t *testing.T) *client {
		a, _ := sharing(t, 1)
		return a
	},
	machine.SigningUpload: func(t *testing.T) *client {
		a := newWorld(t).device(alice, "ALICE")
		a.must(a.SetUpCrossSigning(ctx, false))
		return a
	},
	machine.SignaturesUpload: func(t *testing.T) *client {
		a := newWorld(t).device(alice, "ALICE")
		a.must(a.SetUpCrossSigning(ctx, false))
		a.send(a.request(machine.SigningUpload))
		return a
	},
}

func TestRequestsThatFailComeAgain(t *testing.T) {
	for kind, make := range failing {
		t.Run(string(kind), func(t *testing.T) {
			a := make(t)
			r := a.request(kind)
			// An answer that is none leaves it as it was.
			a.fails(a.MarkSent(ctx, r.ID, []byte(`[]`)), machine.ErrFormat)
			a.fails(a.MarkSent(ctx, r.ID, nil), machine.ErrFormat)
			a.fails(a.MarkSent(ctx, "unknown", []byte(`{}`)), machine.ErrUnknownRequest)
			a.fails(a.MarkFailed(ctx, "unknown", 500, nil), machine.ErrUnknownRequest)
			for n, f := range []struct {
				status int
				body   string
				after  time.Duration
			}{
				{500, ``, 2 * time.Second},
				{0, ``, 4 * time.Second},
				{429, `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":60000}`, time.Minute},
				{429, `{"retry_after_ms":-5}`, 16 * time.Second},
				{502, `<html>`, 32 * time.Second},
				{429, `{"retry_after_ms":9000000000}`, 15 * time.Minute},
			} {
				a.must(a.MarkFailed(ctx, r.ID, f.status, []byte(f.body)))
				a.clock = a.clock.Add(f.after - time.Millisecond)
				if len(a.requests(kind)) > 0 {
					t.Fatalf("failure %d: it comes too early", n)
				}
				a.clock = a.clock.Add(time.Millisecond)
				if again := a.request(kind); again.ID != r.ID || string(again.Body) != string(r.Body) {
					t.Fatalf("failure %d: another comes", n)
				}
			}
			a.pump()
			if len(a.requests(kind)) > 0 {
				t.Error("it does not end")
			}
		})
	}
}

// What the homeserver will never take is given up, but for the keys of the user.
func TestRequestsThatCanNeverSucceed(t *testing.T) {
	for kind, want := range map[machine.RequestKind]int{machine.SendToDevice: 0, machine.SignaturesUpload: 0, machine.SigningUpload: 1} {
		a := failing[kind](t)
		a.must(a.MarkFailed(ctx, a.request(kind).ID, 400, []byte(`{"errcode":"M_BAD_JSON"}`)))
		a.open()
		a.clock = a.clock.Add(time.Hour)
		for _, r := range a.outgoing(machine.KeysQuery) {
			a.send(r)
		}
		if got := len(a.requests(kind)); got != want {
			t.Errorf("%s: %d come again", kind, got)
		}
	}
}

// Any event can be sent to devices, and waits for the session.
func TestEventsToDevices(t *testing.T) {
	w := newWorld(t)
	a, f, g := w.device(alice, "ALICE"), w.forger(bob, "FORGER"), w.forger(carol, "CAROL")
	to := []machine.DeviceRef{{UserID: bob, DeviceID: "FORGER"}, {UserID: carol, DeviceID: "CAROL"}}
	w.fails(a.EncryptToDevice(ctx, to, "org.example", []byte(`{}`)), machine.ErrUnknownDevice)
	a.learn(bob)
	a.learn(carol)
	w.fails(a.EncryptToDevice(ctx, to, "org.example", []byte(`[]`)), machine.ErrFormat)
	w.fails(a.EncryptToDevice(ctx, to, "", []byte(`{}`)), machine.ErrFormat)
	for n := range 3 {
		w.must(a.EncryptToDevice(ctx, to, "org.example", fmt.Appendf(nil, `{"n":%d}`, n)))
	}
	a.pump()
	for _, f := range []*forger{f, g} {
		got := f.inbox()
		if len(got) != 3 {
			t.Fatalf("%s gets %v", f.id, got)
		}
		for n, e := range got {
			if e["content"].(fields)["n"] != float64(n) || e["type"] != "org.example" {
				t.Errorf("%s: message %d is %v", f.id, n, e)
			}
		}
	}
}
