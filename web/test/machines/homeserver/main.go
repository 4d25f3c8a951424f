// Command homeserver is a Matrix homeserver in memory for the tests of the npm
// package: it reads a request in JSON from each line of its standard input, and
// answers it by a line of its output.
package main

import (
	"encoding/json"
	"os"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
)

type request struct {
	ID             int
	User, Device   string
	Method, Path   string
	Body           json.RawMessage
	Login          bool // of the device, instead of a request
	AskForPassword bool // from now on
}

type answer struct {
	ID     int             `json:"id"`
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

func main() {
	server := homeserver.New()
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var r request
		if in.Decode(&r) != nil {
			return
		}
		a := answer{ID: r.ID, Status: 200, Body: json.RawMessage("{}")}
		switch {
		case r.AskForPassword:
			server.AskForPassword = true
		case r.Login:
			server.Login(r.User, r.Device)
		default:
			a.Status, a.Body = server.Do(r.User, r.Device, r.Method, r.Path, r.Body)
		}
		if out.Encode(a) != nil {
			return
		}
	}
}
