// Package homeserver is a Matrix homeserver in memory, for tests: as much of one as
// encrypting devices have to do with, as the specification describes it.
//
//	s := homeserver.New()
//	s.Login("@alice:example.org", "JLAFKJWSCS")
//	status, answer := s.Do("@alice:example.org", "JLAFKJWSCS", "POST", "/_matrix/client/v3/keys/upload", body)
//	sync := s.Sync("@alice:example.org", "JLAFKJWSCS", "", 10)
//
// It is honest unless told otherwise: see [Lies]. What a hostile homeserver does as
// if it were a user, such as adding a device, a test does by logging in as that user.
// Users on other servers are here as well; see [Server.Unreachable] for when those
// servers are down.
//
// It checks no signatures: devices must do so, whatever their homeserver did.
//
// https://spec.matrix.org/latest/client-server-api/
package homeserver

import (
	"encoding/json"
	"sync"
	"time"
)

// Server is a homeserver. Its methods can be called from several goroutines at once;
// its fields are set before.
type Server struct {
	// Now gives the time for events in rooms.
	Now func() time.Time
	// Watch is told of all that happens, in order. It must not call the server.
	Watch func(Happening)
	// AskForPassword makes uploads of cross-signing keys need user-interactive
	// authentication, which any password passes.
	AskForPassword bool
	// ToDeviceLimit is how many to-device messages come with one sync.
	ToDeviceLimit int
	// Lies are what the server does against its users.
	Lies Lies

	mu          sync.Mutex
	position    int // in the stream of everything that syncs tell of
	messages    int // to devices, ever
	events      int // in rooms, ever
	users       map[string]*user
	rooms       map[string]*room
	keyChanges  []keyChange
	unreachable map[string]bool // names of servers
}

// New returns a homeserver without users.
func New() *Server {
	return &Server{
		Now:           func() time.Time { return time.Unix(0, 0) },
		Watch:         func(Happening) {},
		ToDeviceLimit: 100,
		users:         make(map[string]*user),
		rooms:         make(map[string]*room),
		unreachable:   make(map[string]bool),
	}
}

// Do answers a request of a device. The path begins with /_matrix and is escaped.
func (s *Server) Do(userID, deviceID, method, path string, body []byte) (status int, answer []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status, answer = s.route(userID, deviceID, method, path, body)
	if s.Lies.Answer != nil {
		status, answer = s.Lies.Answer(Request{userID, deviceID, method, path, body}, status, answer)
	}
	return status, answer
}

// Request is one that the server was sent.
type Request struct {
	UserID, DeviceID, Method, Path string
	Body                           []byte
}

// Unreachable makes another homeserver unreachable, or reachable again: its users'
// keys can neither be queried nor claimed meanwhile.
func (s *Server) Unreachable(name string, is bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unreachable[name] = is
}

// Position is where the stream has come to. Later happenings have higher positions.
func (s *Server) Position() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.position
}

// object is JSON that is passed on as it came.
type object = map[string]json.RawMessage

func encode(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic("homeserver: " + err.Error()) // only what was decoded, or made here, gets here
	}
	return text
}
