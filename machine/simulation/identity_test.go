package simulation

import (
	"encoding/json"
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// seeds are private cross-signing keys: what a user would keep in secret storage.
type seeds struct{ master, selfSigning, userSigning []byte }

// identify has the first device of a user make an identity, and the others take it
// over.
func (c *client) identify() {
	switch {
	case c.app.identified || c.unsigned:
	case c.app.first:
		c.makeIdentity()
	case c.person.seeds != nil:
		s := c.person.seeds
		err := c.m.ImportCrossSigningKeys(c.Context(), s.master, s.selfSigning, s.userSigning)
		// It is unknown as long as the own user's keys have not been queried.
		if !errors.Is(err, machine.ErrUnknownUser) && c.ok("ImportCrossSigningKeys", err) {
			c.app.identified = true
		}
	}
}

// makeIdentity makes an identity, unless that was done before a crash.
func (c *client) makeIdentity() {
	status, err := c.m.CrossSigningStatus(c.Context())
	if !c.ok("CrossSigningStatus", err) {
		return
	}
	if !status.Master {
		err := c.m.SetUpCrossSigning(c.Context(), false)
		// The homeserver has to be asked first whether there is one.
		if errors.Is(err, machine.ErrOutdated) || !c.ok("SetUpCrossSigning", err) {
			return
		}
	}
	var s seeds
	s.master, s.selfSigning, s.userSigning, err = c.m.ExportCrossSigningKeys(c.Context())
	if c.ok("ExportCrossSigningKeys", err) {
		c.person.seeds, c.app.identified = &s, true
	}
}

// withPassword is a request with what the server asks for.
func withPassword(body []byte) []byte {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(body, &fields) // the server complains of what is empty
	fields["auth"] = json.RawMessage(`{"type":"m.login.password","session":"xxxxxx","password":"secret"}`)
	text, _ := json.Marshal(fields)
	return text
}
