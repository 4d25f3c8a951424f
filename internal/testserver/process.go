//go:build !js

package testserver

import (
	"io"
	"os/exec"
	"time"
)

// process is a program that ends when its input does.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	ended chan struct{} // closed when the program has ended
}

func startProcess(cmd *exec.Cmd) (*process, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd, in, make(chan struct{})}
	go func() {
		cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// stop ends the input and waits for the program, though not for ever. It tells
// whether the program ended by itself.
func (p *process) stop() bool {
	p.in.Close()
	select {
	case <-p.ended:
		return true
	case <-time.After(30 * time.Second):
		p.kill()
		return false
	}
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.ended
}
