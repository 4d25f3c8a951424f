//go:build !js

package testserver

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Peer is an encrypting client that others have written: matrix-js-sdk. It runs
// in a process of its own. What it does is in peer/peer.mjs.
type Peer struct {
	UserID      string `json:"userId"`
	DeviceID    string `json:"deviceId"`
	AccessToken string `json:"accessToken"`
	Ed25519     string `json:"ed25519"`
	Curve25519  string `json:"curve25519"`

	t       testing.TB
	url     string
	process *process
	answers chan []byte
}

// StartPeer starts a new device of a user, which it registers unless that was
// done (with Password, as the password). It runs in Node, with its state in
// memory. Where it is not installed, the test is skipped.
func StartPeer(t testing.TB, s *Server, user string) *Peer {
	t.Helper()
	return startPeer(t, s, user, "node.mjs")
}

// StartPagePeer is StartPeer in a page of Chromium, with its state in IndexedDB.
func StartPagePeer(t testing.TB, s *Server, user string) *Peer {
	t.Helper()
	return startPeer(t, s, user, "chromium.mjs")
}

func startPeer(t testing.TB, s *Server, user, program string) *Peer {
	t.Helper()
	node := inOwnFolder(t, "peer/node_modules/node/bin/node")
	if _, err := os.Stat(node); err != nil {
		t.Skip("the independent client is not installed: run make setup")
	}
	s.addUser(user, Password)

	out, in := io.Pipe()
	cmd := exec.Command(node, inOwnFolder(t, "peer/"+program))
	cmd.Stdout, cmd.Stderr = in, os.Stderr
	started, err := startProcess(cmd)
	if err != nil {
		t.Fatal(err)
	}
	p := &Peer{t: t, url: s.URL, process: started, answers: make(chan []byte)}
	go func() {
		defer close(p.answers)
		for lines := bufio.NewReader(out); ; {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				return
			}
			p.answers <- line
		}
	}()
	go func() {
		<-started.ended
		in.Close()
	}()
	t.Cleanup(func() {
		if !started.stop() {
			t.Error("the peer had to be killed")
		}
	})
	p.Call(p, "start", map[string]string{"url": s.URL, "user": user, "password": Password})
	return p
}

// Call gives the peer a command, and decodes what comes of it unless result is
// nil. Methods of Peer do so for most commands; "crypto" and "client" call any
// method of the two interfaces of matrix-js-sdk.
func (p *Peer) Call(result any, command string, arguments ...any) {
	p.t.Helper()
	if err := p.try(result, command, arguments...); err != nil {
		p.t.Fatalf("%s: %s: %v", p.UserID, command, err)
	}
}

func (p *Peer) try(result any, command string, arguments ...any) error {
	p.t.Helper()
	line, err := json.Marshal(map[string]any{"command": command, "arguments": append([]any{}, arguments...)})
	if err != nil {
		return err
	}
	if _, err := p.process.in.Write(append(line, '\n')); err != nil {
		return err
	}
	select {
	case line = <-p.answers:
	case <-time.After(3 * time.Minute): // it gives up waiting long before
		return errors.New("the peer does not answer")
	}
	if line == nil {
		return errors.New("the peer has ended")
	}
	var answer struct {
		Result  json.RawMessage `json:"result"`
		Error   string          `json:"error"`
		Missing string          `json:"missing"`
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return err
	}
	switch {
	case answer.Missing != "":
		p.t.Skip(answer.Missing)
	case answer.Error != "":
		return errors.New(answer.Error)
	case result != nil:
		return json.Unmarshal(answer.Result, result)
	}
	return nil
}

// Reload loads the page of a page peer again. What it goes on with is what it has
// in IndexedDB.
func (p *Peer) Reload() {
	p.t.Helper()
	p.Call(nil, "reload")
	p.Call(p, "start", map[string]string{
		"url": p.url, "userId": p.UserID, "deviceId": p.DeviceID, "accessToken": p.AccessToken, "password": Password,
	})
}
