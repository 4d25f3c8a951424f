package homeserver

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

const (
	alice = "@alice:example.org"
	bob   = "@bob:example.org"
	carol = "@carol:remote.example"
)

// client is a device that sends requests.
type client struct {
	t            *testing.T
	s            *Server
	user, device string
}

func login(t *testing.T, s *Server, user, device string) *client {
	s.Login(user, device)
	return &client{t, s, user, device}
}

// do sends a request that must have a status, and returns the answer.
func (c *client) do(want int, method, path, body string) string {
	c.t.Helper()
	status, answer := c.s.Do(c.user, c.device, method, "/_matrix/client/v3/"+path, []byte(body))
	if status != want {
		c.t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, status, answer, want)
	}
	return string(answer)
}

func (c *client) post(path, body string) string { c.t.Helper(); return c.do(200, "POST", path, body) }
func (c *client) put(path, body string) string  { c.t.Helper(); return c.do(200, "PUT", path, body) }

// sync syncs once and returns the answer and the token for the next.
func (c *client) sync(since string) (answer, next string) {
	answer = string(c.s.Sync(c.user, c.device, since, 10))
	return answer, get(answer, "next_batch").(string)
}

// keys uploads device keys, and as many one-time keys.
func (c *client) keys(oneTimeKeys ...string) {
	c.t.Helper()
	c.post("keys/upload", fmt.Sprintf(`{"device_keys":%s,"one_time_keys":{%s}}`, c.deviceKeys("first"), joinKeys(oneTimeKeys)))
}

func (c *client) deviceKeys(key string) string {
	return fmt.Sprintf(`{"user_id":%q,"device_id":%q,"algorithms":[],"keys":{"ed25519:%s":%q},"signatures":{%q:{"ed25519:%s":"own"}}}`,
		c.user, c.device, c.device, key, c.user, c.device)
}

func joinKeys(names []string) string {
	var all []string
	for _, name := range names {
		all = append(all, fmt.Sprintf(`"signed_curve25519:%s":{"key":"key of %s"}`, name, name))
	}
	return strings.Join(all, ",")
}

// room creates an encrypted room and returns its id.
func (c *client) room(preset string, invite ...string) string {
	c.t.Helper()
	list, _ := json.Marshal(append([]string{}, invite...))
	answer := c.post("createRoom", fmt.Sprintf(`{"preset":%q,"invite":%s,"initial_state":[{"type":"m.room.encryption",
		"state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2"}}]}`, preset, list))
	return get(answer, "room_id").(string)
}

// get follows a path of names, nil if there is nothing.
func get(text string, path ...string) any {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return err.Error()
	}
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func expect(t *testing.T, what string, got any, want string) {
	t.Helper()
	var w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, w) {
		text, _ := json.Marshal(got)
		t.Errorf("%s: %s, want %s", what, text, want)
	}
}
