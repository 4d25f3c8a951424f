//go:build !js

// Package testserver runs a real homeserver for tests, and Matrix clients of
// others that a test can talk to:
//
//	server := testserver.Start(t)
//	alice := server.Register("alice", testserver.Password)
//	bob := testserver.StartPeer(t, server, "bob")
//
// The homeserver is Dendrite. All of it stays in a temporary directory and on the
// loopback interface, and ends with the test. Helpers that cannot do what they
// are asked to end the test, too.
package testserver

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Name is what the user ids on every server end in: @alice:test.
const Name = "test"

// Password serves wherever a test does not care for the password.
const Password = "a password for tests"

//go:embed dendrite.yaml
var config []byte

// Server is a homeserver that a test has to itself.
type Server struct {
	URL string // without a slash at its end
	Dir string // what the server stores: databases, media and its log

	t       testing.TB
	process *process // nil while it does not run
}

// Start starts an empty homeserver, which it builds first if need be, and waits
// until it answers. Where it cannot be had, the test is skipped.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{Dir: t.TempDir(), t: t}
	s.write("dendrite.yaml", config)
	s.write("matrix_key.pem", signingKey())
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Logf("the homeserver logged:\n%s", s.tailOfLog())
		}
	})

	var err error
	for range 3 { // another program may take the port before Dendrite does
		s.URL = "http://" + freeAddress(t)
		if err = s.run(); err == nil {
			return s
		}
	}
	t.Fatal("the homeserver does not start: ", err)
	return nil
}

// Stop lets the server finish what it does, and ends it.
func (s *Server) Stop() {
	s.t.Helper()
	if s.process != nil && !s.process.stop() {
		s.t.Error("the homeserver had to be killed")
	}
	s.process = nil
}

// Kill ends the server in the middle of whatever it does.
func (s *Server) Kill() {
	if s.process != nil {
		s.process.kill()
	}
	s.process = nil
}

// Restart starts the server again, at its old address and with its old data. It
// stops it first unless that was done.
//
// What the server had accepted before is kept, but what it had not yet handed to
// sync comes half a minute late. Tests save that time if they wait for an event
// to come before they end the server.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	if err := s.run(); err != nil {
		s.t.Fatal("the homeserver does not start again: ", err)
	}
}

// run starts the server and waits until it answers.
func (s *Server) run() error {
	log, err := os.OpenFile(s.logFile(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(dendriteRun(s.t), dendrite(s.t), "-really-enable-open-registration", "-http-bind-address", s.URL[len("http://"):])
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.Dir, log, log
	p, err := startProcess(cmd)
	if err != nil {
		return err
	}
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		select {
		case <-p.ended:
			return fmt.Errorf("it has ended (%v):\n%s", p.cmd.ProcessState, s.tailOfLog())
		default:
		}
		if s.answers() {
			s.process = p
			return nil
		}
	}
	p.kill()
	return fmt.Errorf("it does not answer within a minute:\n%s", s.tailOfLog())
}

func (s *Server) answers() bool {
	answer, err := direct.Get(s.URL + "/_matrix/client/versions")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func (s *Server) write(name string, content []byte) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.Dir, name), content, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) logFile() string { return filepath.Join(s.Dir, "server.log") }

func (s *Server) tailOfLog() []byte {
	log, _ := os.ReadFile(s.logFile())
	lines := bytes.SplitAfter(log, []byte("\n"))
	return bytes.Join(lines[max(0, len(lines)-20):], nil)
}

// signingKey returns what Dendrite signs events with, in the form that it reads.
func signingKey() []byte {
	seed := make([]byte, 32)
	rand.Read(seed)
	return fmt.Appendf(nil, "-----BEGIN MATRIX PRIVATE KEY-----\nKey-ID: ed25519:test\n\n%s\n-----END MATRIX PRIVATE KEY-----\n",
		base64.StdEncoding.EncodeToString(seed))
}

// freeAddress returns an address on the loopback interface that is free below
// the ports that systems hand out by themselves, so that it is still free when
// the server is started again.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+mathrand.IntN(12000))
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}
