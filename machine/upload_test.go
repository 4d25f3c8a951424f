package machine_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// uploads are the bodies of the uploads of keys that wait.
func (c *client) uploads() (all []machine.Request) {
	c.Helper()
	requests, err := c.OutgoingRequests(ctx)
	c.must(err)
	for _, r := range requests {
		if r.Kind == machine.KeysUpload {
			all = append(all, r)
		}
	}
	return all
}

type uploadBody struct {
	DeviceKeys json.RawMessage            `json:"device_keys"`
	OneTime    map[string]json.RawMessage `json:"one_time_keys"`
	Fallback   map[string]json.RawMessage `json:"fallback_keys"`
}

// offered is what the only upload offers.
func (c *client) offered() (body uploadBody, r machine.Request) {
	c.Helper()
	all := c.uploads()
	if len(all) != 1 {
		c.Fatalf("%d uploads wait", len(all))
	}
	c.must(json.Unmarshal(all[0].Body, &body))
	return body, all[0]
}

func (c *client) received(answer string) {
	c.Helper()
	_, err := c.ReceiveSync(ctx, []byte(answer))
	c.must(err)
}

func TestOneTimeKeysAreToppedUp(t *testing.T) {
	for name, c := range map[string]struct {
		sync string
		want int
	}{
		"none, since no count is given": {`{"next_batch":"s1"}`, 50},
		"none of this algorithm":        {`{"next_batch":"s1","device_one_time_keys_count":{"curve25519":20}}`, 50},
		"none":                          {`{"next_batch":"s1","device_one_time_keys_count":{"signed_curve25519":0}}`, 50},
		"some":                          {`{"next_batch":"s1","device_one_time_keys_count":{"signed_curve25519":37}}`, 13},
		"enough":                        {`{"next_batch":"s1","device_one_time_keys_count":{"signed_curve25519":50}}`, 0},
		"a number below none":           {`{"next_batch":"s1","device_one_time_keys_count":{"signed_curve25519":-3}}`, 50},
		"no sync":                       {`{}`, 0},
		"no sync, but events":           {`{"to_device":{"events":[]}}`, 0},
		"a count without a sync":        {`{"device_one_time_keys_count":{"signed_curve25519":49}}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			a := newWorld(t).device(alice, "ALICE")
			a.received(c.sync)
			if c.want == 0 {
				if all := a.uploads(); len(all) > 0 {
					t.Fatal("it uploads keys")
				}
				return
			}
			if body, _ := a.offered(); len(body.OneTime) != c.want || body.DeviceKeys != nil || body.Fallback != nil {
				t.Errorf("it offers %d keys", len(body.OneTime))
			}
		})
	}
}

// Nothing new is made while it is not known what the homeserver has.
func TestOneTimeKeysWaitForTheUploadUnderWay(t *testing.T) {
	a := newWorld(t).device(alice, "ALICE")
	a.received(`{"next_batch":"s1","device_one_time_keys_count":{"signed_curve25519":20}}`)
	before, request := a.offered()
	for n := range 3 {
		a.received(fmt.Sprintf(`{"next_batch":"t%d","device_one_time_keys_count":{"signed_curve25519":1}}`, n))
		if again, r := a.offered(); r.ID != request.ID || len(again.OneTime) != len(before.OneTime) {
			t.Fatal("another upload is made")
		}
	}
	a.must(a.MarkSent(ctx, request.ID, []byte(`{"one_time_key_counts":{"signed_curve25519":31}}`)))
	if next, _ := a.offered(); len(next.OneTime) != 19 {
		t.Errorf("%d keys after an answer that counts 31", len(next.OneTime))
	}
}

// Keys are stored before they are offered: after a restart the same set goes up.
func TestTheSameKeysAreOfferedAfterARestart(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	a.received(`{"next_batch":"s1"}`)
	before, _ := a.offered()
	a.open()
	after, _ := a.offered()
	if string(a.json(before)) != string(a.json(after)) {
		t.Error("other keys are offered after a restart")
	}
}

// An older copy of the device has uploaded other keys under the ids of these.
func TestKeysThatAreRefusedAreReplaced(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	a.received(`{"next_batch":"s1"}`)
	before, request := a.offered()
	a.must(a.MarkFailed(ctx, request.ID, 400, []byte(`{"errcode":"M_UNKNOWN","error":"One time key already exists"}`)))
	after, second := a.offered()
	if len(after.OneTime) != 50 || len(after.Fallback) != 1 || second.ID == request.ID {
		t.Fatalf("%d one-time keys and %d fallback keys are offered", len(after.OneTime), len(after.Fallback))
	}
	for id := range after.OneTime {
		if before.OneTime[id] != nil {
			t.Errorf("id %s is used again", id)
		}
	}
	// That it was refused once more has another reason: the same is offered, later.
	a.must(a.MarkFailed(ctx, second.ID, 400, nil))
	if len(a.uploads()) > 0 {
		t.Error("it is tried again at once")
	}
	w.clock = w.clock.Add(3e9)
	if _, third := a.offered(); third.ID != second.ID {
		t.Error("yet other keys are made")
	}
	a.pump()
	f := w.forger(bob, "FORGER")
	if r := a.delivered(f.send(a, "org.example", fields{})); r.Error != nil {
		t.Errorf("with a key that was made then: %v", r.Error)
	}
}

// A healed device whose keys the homeserver had given out already is reached by them.
func TestHealingAgainstTheServer(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	a.received(`{"next_batch":"s1"}`)
	body, _ := a.offered()
	for id := range body.OneTime {
		status, answer := w.server.Do(alice, "ALICE", "POST", "/_matrix/client/v3/keys/upload", fmt.Appendf(nil,
			`{"one_time_keys":{%q:{"key":"%s"}}}`, id, w.stranger(alice, "OLD").senderKey()))
		if status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
		break
	}
	a.pump()
	if len(a.uploads()) > 0 {
		t.Error("the upload never succeeds")
	}
}
