//go:build js

package main

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// promising makes a function for JavaScript that returns a Promise. An error
// rejects it with its text.
func promising(f func(args []safejs.Value) (safejs.Value, error)) safejs.Func {
	made, _ := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		executor, _ := safejs.FuncOf(func(_ safejs.Value, settle []safejs.Value) any {
			go func() {
				v, err := f(args)
				if err != nil {
					settle[1].Invoke(err.Error())
					return
				}
				settle[0].Invoke(v)
			}()
			return nil
		})
		defer executor.Release()
		promise, _ := browser.Get("Promise").New(executor)
		return promise
	})
	return made
}

func object() safejs.Value {
	o, _ := browser.Get("Object").New()
	return o
}

func text(args []safejs.Value, i int) string {
	s, _ := args[i].String()
	return s
}

func number(args []safejs.Value, i int) int {
	n, _ := args[i].Int()
	return n
}

func property(o safejs.Value, name string) string {
	v, err := o.Get(name)
	if err != nil || v.IsUndefined() {
		return ""
	}
	s, _ := v.String()
	return s
}

func truth(o safejs.Value, name string) bool {
	v, _ := o.Get(name)
	is, _ := v.Truthy()
	return is
}

func ref(o safejs.Value) store.Ref {
	return store.Ref{Table: store.Table(property(o, "table")), Key: property(o, "key")}
}

func bytes(o safejs.Value, name string) []byte {
	v, _ := o.Get(name)
	n, _ := v.Length()
	b := make([]byte, n)
	safejs.CopyBytesToGo(b, v)
	return b
}

func each(o safejs.Value, name string, f func(o safejs.Value)) {
	list, _ := o.Get(name)
	n, _ := list.Length()
	for i := range n {
		item, _ := list.Index(i)
		f(item)
	}
}

func describe(r *store.Record) safejs.Value {
	o := object()
	o.Set("key", r.Key)
	value, _ := browser.Get("Uint8Array").New(len(r.Value))
	safejs.CopyBytesToJS(value, r.Value)
	o.Set("value", value)
	for _, i := range store.Defined(r.Table).Indexes {
		o.Set(string(i), r.Indexes.Get(i))
	}
	return o
}
