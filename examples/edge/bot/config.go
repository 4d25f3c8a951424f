package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// Config is what a bot is told by whoever deploys it: one secret of the Worker, as
// JSON.
type Config struct {
	Homeserver  string `json:"homeserver"`   // such as https://matrix.example.org
	UserID      string `json:"user_id"`      // such as @alerts:example.org
	DeviceID    string `json:"device_id"`    // as the homeserver gave it out with the access token
	AccessToken string `json:"access_token"` // of that device, which nothing else uses
	// Password is for homeservers that want to see it when the bot publishes its
	// cross-signing keys. It may be left out, and taken away when they are there.
	Password string `json:"password"`

	// Key seals the store: 32 random bytes in base64.
	Key []byte `json:"key"`
	// Secret is what the caller of a hook must know.
	Secret string `json:"secret"`
	// Allowed are the users whose invitations the bot accepts, and to whose commands
	// it answers.
	Allowed []string `json:"allowed"`
	// Rooms are names for hooks to call rooms by, besides their ids.
	Rooms map[string]string `json:"rooms"`
	// Policy says which devices can read the bot: see [machine.Policy].
	Policy machine.Policy `json:"policy"`

	// Busy and Quiet are how many seconds lie between two syncs: after a word was
	// said, and when none was for five minutes. Each sync is a request to pay for.
	Busy  float64 `json:"busy"`
	Quiet float64 `json:"quiet"`
}

// The defaults answer within five seconds, always.
const (
	defaultBusy  = 2
	defaultQuiet = 4
	minSecret    = 16 // bytes
)

// ParseConfig reads a configuration, and says what is wrong with it.
func ParseConfig(text []byte) (Config, error) {
	var c Config
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Config{}, fmt.Errorf("it is no configuration: %w", err)
	}
	if c.Busy == 0 {
		c.Busy = defaultBusy
	}
	if c.Quiet == 0 {
		c.Quiet = max(defaultQuiet, c.Busy)
	}
	u, err := url.Parse(c.Homeserver)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return Config{}, errors.New("homeserver must be an address, such as https://matrix.example.org")
	case c.UserID == "" || c.DeviceID == "" || c.AccessToken == "":
		return Config{}, errors.New("user_id, device_id and access_token must be those of a login")
	case len(c.Key) != 32:
		return Config{}, errors.New("key must be 32 bytes in base64")
	case len(c.Secret) < minSecret:
		return Config{}, fmt.Errorf("secret must have at least %d characters", minSecret)
	case c.Busy < 1 || c.Quiet < c.Busy || c.Quiet > 3600:
		return Config{}, errors.New("busy and quiet must be seconds, at least 1 and at most 3600, quiet not the fewer")
	}
	c.Homeserver = strings.TrimRight(c.Homeserver, "/")
	return c, nil
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
