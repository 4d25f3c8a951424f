package homeserver

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// call is a request on its way to its handler.
type call struct {
	user   *user
	device *device
	args   []string // what stands for the {} of the pattern
	query  url.Values
	body   []byte
}

// failure is an answer that is an error.
type failure struct {
	status  int
	errcode string
	text    string
	more    map[string]any
}

func (f *failure) Error() string { return f.errcode + ": " + f.text }

func (f *failure) answer() (int, []byte) {
	answer := map[string]any{"errcode": f.errcode, "error": f.text}
	for name, value := range f.more {
		answer[name] = value
	}
	return f.status, encode(answer)
}

type handler func(s *Server, c *call) (answer any, err error)

// routes are all endpoints, without what their paths begin with. Those that are
// called once have a transaction id at the end: when it comes again, the answer of
// the first time is given again.
var routes = []struct {
	method, pattern string
	once            bool
	handle          handler
}{
	{"POST", "keys/upload", false, (*Server).uploadKeys},
	{"POST", "keys/query", false, (*Server).queryKeys},
	{"POST", "keys/claim", false, (*Server).claimKeys},
	{"POST", "keys/device_signing/upload", false, (*Server).uploadSigningKeys},
	{"POST", "keys/signatures/upload", false, (*Server).uploadSignatures},
	{"PUT", "sendToDevice/{}/{}", true, (*Server).sendToDevice},
	{"GET", "sync", false, (*Server).sync},
	{"POST", "createRoom", false, (*Server).createRoom},
	{"POST", "rooms/{}/invite", false, (*Server).invite},
	{"POST", "rooms/{}/join", false, (*Server).join},
	{"POST", "rooms/{}/leave", false, (*Server).leave},
	{"POST", "rooms/{}/kick", false, (*Server).kick},
	{"PUT", "rooms/{}/send/{}/{}", true, (*Server).send},
	{"PUT", "rooms/{}/state/{}", false, (*Server).sendState},
}

const prefix = "/_matrix/client/v3/"

func (s *Server) route(userID, deviceID, method, path string, body []byte) (int, []byte) {
	c := &call{body: body}
	if c.user = s.users[userID]; c.user != nil {
		c.device = c.user.devices[deviceID]
	}
	if c.device == nil {
		return (&failure{status: 401, errcode: "M_UNKNOWN_TOKEN", text: "Logged out"}).answer()
	}
	path, query, _ := strings.Cut(path, "?")
	c.query, _ = url.ParseQuery(query)
	for _, r := range routes {
		if r.method == method && c.match(r.pattern, path) {
			if before, again := c.device.done[path]; again && r.once {
				return 200, before
			}
			answer, err := r.handle(s, c)
			if err != nil {
				return asFailure(err).answer()
			}
			text := encode(answer)
			if r.once {
				c.device.done[path] = text
			}
			return 200, text
		}
	}
	return (&failure{status: 404, errcode: "M_UNRECOGNIZED", text: "No such endpoint"}).answer()
}

func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	return &failure{status: 400, errcode: "M_BAD_JSON", text: err.Error()}
}

// match fills in the arguments if a path is of a pattern.
func (c *call) match(pattern, path string) bool {
	path, ok := strings.CutPrefix(path, prefix)
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if !ok || len(want) != len(have) {
		return false
	}
	c.args = nil
	for i, w := range want {
		if w == "{}" {
			arg, err := url.PathUnescape(have[i])
			if err != nil {
				return false
			}
			c.args = append(c.args, arg)
		} else if w != have[i] {
			return false
		}
	}
	return true
}

// read decodes the body.
func (c *call) read(into any) error { return json.Unmarshal(c.body, into) }
