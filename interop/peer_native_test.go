//go:build !js

package interop

import (
	"bufio"
	"os"
	"os/exec"
)

// process is a Node process that answers on its standard output.
type process struct {
	in  *os.File
	out *bufio.Reader
}

// openPeer starts Node with a module of this folder. The process ends by
// itself when we do, since its input then ends.
func openPeer(module string) (peer, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	node := exec.Command("node", "pipe.cjs", "./"+module)
	node.Dir = dir
	node.Stdin, node.Stdout, node.Stderr = theirIn, theirOut, os.Stderr
	if err := node.Start(); err != nil {
		return nil, err
	}
	theirIn.Close()
	theirOut.Close()
	return &process{in, bufio.NewReader(out)}, nil
}

func (p *process) call(request []byte) ([]byte, error) {
	if _, err := p.in.Write(append(request, '\n')); err != nil {
		return nil, err
	}
	return p.out.ReadBytes('\n')
}
