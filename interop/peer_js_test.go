//go:build js

package interop

import (
	"errors"
	"path/filepath"
	"syscall/js"
)

// function is the function of the module that answers.
type function struct{ js.Value }

// openPeer loads a module of this folder into the Node process we run in.
func openPeer(module string) (p peer, err error) {
	defer func() {
		if thrown, ok := recover().(js.Error); ok {
			err = thrown
		}
	}()
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	opened, failed := make(chan js.Value, 1), make(chan js.Value, 1)
	then := js.FuncOf(func(_ js.Value, args []js.Value) any { opened <- args[0]; return nil })
	fail := js.FuncOf(func(_ js.Value, args []js.Value) any { failed <- args[0]; return nil })
	defer then.Release()
	defer fail.Release()
	js.Global().Call("require", filepath.Join(dir, module)).Call("open").Call("then", then, fail)
	select {
	case call := <-opened:
		return function{call}, nil
	case reason := <-failed:
		return nil, errors.New(reason.Call("toString").String())
	}
}

func (f function) call(request []byte) ([]byte, error) {
	return []byte(f.Invoke(string(request)).String()), nil
}
