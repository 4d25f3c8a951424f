//go:build js

package async

import (
	"encoding/binary"
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
)

// errNoFile means that a file is not one of this machine, but perhaps of another tab's,
// which had the machine before.
var errNoFile = errors.New("machine: the file is not open here")

// files are those that a machine reads or writes, by numbers that JavaScript knows. They
// are drawn at random, so that one that was opened elsewhere is not taken for another.
type files struct {
	open map[uint32]bridge.Wiper
}

func (f *files) add(file bridge.Wiper) uint32 {
	if f.open == nil {
		f.open = make(map[uint32]bridge.Wiper)
	}
	for {
		var drawn [4]byte
		random.Fill(drawn[:])
		number := binary.LittleEndian.Uint32(drawn[:])
		if f.open[number] == nil {
			f.open[number] = file
			return number
		}
	}
}

func (f *files) close(number uint32) {
	if file := f.open[number]; file != nil {
		file.Wipe()
		delete(f.open, number)
	}
}

func (f *files) closeAll() {
	for number := range f.open {
		f.close(number)
	}
}

// opened returns a file of a machine.
func opened[T bridge.Wiper](m *Machine, number uint32) (T, error) {
	file, ok := m.files.open[number].(T)
	if !ok {
		return file, errNoFile
	}
	return file, nil
}
