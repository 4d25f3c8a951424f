//go:build js

package async

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// OutgoingRequest is what is to be sent to the homeserver.
type OutgoingRequest struct {
	ID     string      // for markSent and markFailed
	Kind   RequestKind // what it is for
	Method string      // POST or PUT
	Path   string      // from /_matrix on, escaped
	Body   bridge.JSON // to be sent as JSON
}

// RequestKind is what a request is for. For signing_upload the server may ask the
// user to authenticate.
type RequestKind string

// The kinds.
const (
	KeysUpload       = RequestKind(machine.KeysUpload)
	KeysQuery        = RequestKind(machine.KeysQuery)
	KeysClaim        = RequestKind(machine.KeysClaim)
	SendToDevice     = RequestKind(machine.SendToDevice)
	SigningUpload    = RequestKind(machine.SigningUpload)
	SignaturesUpload = RequestKind(machine.SignaturesUpload)
)
