//go:build js

package indexeddb

import "github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

// calls calls JavaScript until it throws once, and remembers what it threw.
type calls struct{ err error }

func (c *calls) call(v safejs.Value, method string, args ...any) safejs.Value {
	if c.err != nil {
		return safejs.Undefined()
	}
	v, c.err = v.Call(method, args...)
	return v
}

func (c *calls) get(v safejs.Value, property string) safejs.Value {
	if c.err != nil {
		return safejs.Undefined()
	}
	v, c.err = v.Get(property)
	return v
}

func (c *calls) set(v safejs.Value, property string, x any) {
	if c.err == nil {
		c.err = v.Set(property, x)
	}
}

func (c *calls) delete(v safejs.Value, property string) {
	if c.err == nil {
		c.err = v.Delete(property)
	}
}

func (c *calls) copyBytes(array safejs.Value, b []byte) {
	if c.err == nil && len(b) > 0 {
		_, c.err = safejs.CopyBytesToJS(array, b)
	}
}

func (c *calls) new(class safejs.Value, args ...any) safejs.Value {
	if c.err != nil {
		return safejs.Undefined()
	}
	v, err := class.New(args...)
	c.err = err
	return v
}

// value makes a JavaScript value of plain data.
func (c *calls) value(x any) safejs.Value {
	if c.err != nil {
		return safejs.Undefined()
	}
	v, err := safejs.ValueOf(x)
	c.err = err
	return v
}
