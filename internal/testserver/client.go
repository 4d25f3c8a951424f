//go:build !js

package testserver

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"
)

const (
	register     = "/_synapse/admin/v1/register"
	sharedSecret = "test-only" // lets its knower register users, as dendrite.yaml has it
)

// Client is a device that is logged in. It knows nothing of encryption.
type Client struct {
	UserID      string `json:"user_id"`
	DeviceID    string `json:"device_id"`
	AccessToken string `json:"access_token"`

	t   testing.TB
	url string
}

// Register makes a user, and logs in its first device. The password needs at
// least eight characters.
func (s *Server) Register(user, password string) *Client {
	s.t.Helper()
	s.addUser(user, password)
	return s.Login(user, password)
}

// addUser makes a user without a device, unless there is one of this name.
func (s *Server) addUser(user, password string) {
	s.t.Helper()
	var nonce struct {
		Nonce string `json:"nonce"`
	}
	c := s.anybody()
	c.must("GET", register, nil, &nonce)
	mac := hmac.New(sha1.New, []byte(sharedSecret))
	io.WriteString(mac, nonce.Nonce+"\x00"+user+"\x00"+password+"\x00notadmin")
	request, _ := json.Marshal(map[string]any{
		"nonce": nonce.Nonce, "username": user, "password": password, "admin": false,
		"mac": hex.EncodeToString(mac.Sum(nil)),
	})
	status, answer, err := c.Do(context.Background(), "POST", register, request)
	switch {
	case err != nil:
		s.t.Fatal(err)
	case bytes.Contains(answer, []byte(`"M_USER_IN_USE"`)):
		return
	case status != http.StatusOK:
		s.t.Fatalf("registering %s: %d %s", user, status, answer)
	}
	// The device that comes with it has the same id with every user, which would
	// hide mistakes.
	c.logIn(answer)
	c.must("POST", "/_matrix/client/v3/logout", map[string]any{}, nil)
}

// Login logs in another device of a user.
func (s *Server) Login(user, password string) *Client {
	s.t.Helper()
	c := s.anybody()
	var answer json.RawMessage
	c.must("POST", "/_matrix/client/v3/login", map[string]any{
		"type":       "m.login.password",
		"identifier": map[string]string{"type": "m.id.user", "user": user},
		"password":   password,
	}, &answer)
	c.logIn(answer)
	return c
}

// anybody returns a client that is not logged in.
func (s *Server) anybody() *Client { return &Client{t: s.t, url: s.URL} }

// logIn takes over what the server answers to a login.
func (c *Client) logIn(answer []byte) {
	c.t.Helper()
	if err := json.Unmarshal(answer, c); err != nil {
		c.t.Fatal(err)
	}
}

// direct speaks to the server without a proxy, whatever the environment says.
var direct = &http.Client{Transport: &http.Transport{}}

// Do sends a request, whose body is JSON or nothing, and returns the answer as
// it comes. It may be called in any goroutine.
func (c *Client) Do(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.AccessToken != "" {
		request.Header.Set("Authorization", "Bearer "+c.AccessToken)
	}
	response, err := direct.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// must sends a request that is to succeed, and decodes the answer. Request and
// answer may be nil.
func (c *Client) must(method, path string, request, answer any) {
	c.t.Helper()
	var body []byte
	if request != nil {
		var err error
		if body, err = json.Marshal(request); err != nil {
			c.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	status, text, err := c.Do(ctx, method, path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if status != http.StatusOK {
		c.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal(text, answer); err != nil {
		c.t.Fatalf("%s %s: %s: %v", method, path, text, err)
	}
}
