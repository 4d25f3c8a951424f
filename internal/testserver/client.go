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

// sharedSecret lets its knower register users; it stands in dendrite.yaml.
const sharedSecret = "test-only"

// Client is a device that is logged in. It knows nothing of encryption.
type Client struct {
	UserID      string
	DeviceID    string
	AccessToken string

	t   testing.TB
	url string
}

// Register makes a user, and logs in its first device. The password needs at
// least eight characters.
func (s *Server) Register(user, password string) *Client {
	s.t.Helper()
	anybody := s.anybody()
	var nonce struct {
		Nonce string `json:"nonce"`
	}
	anybody.must("GET", "/_synapse/admin/v1/register", nil, &nonce)
	mac := hmac.New(sha1.New, []byte(sharedSecret))
	io.WriteString(mac, nonce.Nonce+"\x00"+user+"\x00"+password+"\x00notadmin")
	first := s.anybody()
	first.logIn("/_synapse/admin/v1/register", map[string]any{
		"nonce": nonce.Nonce, "username": user, "password": password, "admin": false,
		"mac": hex.EncodeToString(mac.Sum(nil)),
	})
	// That device bears the same id with every user, which hides mistakes.
	first.must("POST", "/_matrix/client/v3/logout", map[string]any{}, nil)
	return s.Login(user, password)
}

// Login logs in another device of a user.
func (s *Server) Login(user, password string) *Client {
	s.t.Helper()
	c := s.anybody()
	c.logIn("/_matrix/client/v3/login", map[string]any{
		"type":       "m.login.password",
		"identifier": map[string]string{"type": "m.id.user", "user": user},
		"password":   password,
	})
	return c
}

// anybody returns a client that is not logged in.
func (s *Server) anybody() *Client { return &Client{t: s.t, url: s.URL} }

func (c *Client) logIn(path string, request any) {
	c.t.Helper()
	var answer struct {
		UserID      string `json:"user_id"`
		DeviceID    string `json:"device_id"`
		AccessToken string `json:"access_token"`
	}
	c.must("POST", path, request, &answer)
	c.UserID, c.DeviceID, c.AccessToken = answer.UserID, answer.DeviceID, answer.AccessToken
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
