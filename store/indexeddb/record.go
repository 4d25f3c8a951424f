//go:build js

package indexeddb

import (
	"github.com/hack-pad/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

var (
	object     = browser.Get("Object")
	uint8Array = browser.Get("Uint8Array")
)

// encode makes a JavaScript object of a record.
func encode(c *calls, r *store.Record) safejs.Value {
	o := c.new(object)
	c.set(o, keyProperty, browser.Text(r.Key))
	c.set(o, valueProperty, encodeBytes(c, r.Value))
	for _, i := range store.Defined(r.Table).Indexes {
		if text := r.Indexes.Get(i); text != "" {
			c.set(o, string(i), browser.Text(text))
		}
	}
	return o
}

func encodeBytes(c *calls, b []byte) safejs.Value {
	array := c.new(uint8Array, len(b))
	if c.err == nil && len(b) > 0 {
		_, c.err = safejs.CopyBytesToJS(array, b)
	}
	return array
}

// decode makes a record of what is stored under a key. If that cannot be, it
// says why.
func decode(d *store.Definition, o safejs.Value) (r store.Record, reason string) {
	r.Table = d.Table
	if o.Type() != safejs.TypeObject {
		return r, "it is no object"
	}
	var ok bool
	if r.Key, ok = decodeText(o, keyProperty); !ok || r.Key == "" {
		return r, "it has no key"
	}
	if r.Value, ok = decodeBytes(o, valueProperty); !ok {
		return r, "its value is no Uint8Array"
	}
	for _, i := range d.Indexes {
		text, ok := decodeText(o, string(i))
		if !ok {
			return r, "what it has for an index is no text"
		}
		r.Indexes.Set(i, text)
	}
	return r, ""
}

// decodeText returns a property that is a text, or the empty text if there is
// none.
func decodeText(o safejs.Value, property string) (text string, ok bool) {
	v, err := o.Get(property)
	if err != nil || v.IsUndefined() {
		return "", err == nil
	}
	if v.Type() != safejs.TypeString {
		return "", false
	}
	text, err = v.String()
	return text, err == nil
}

func decodeBytes(o safejs.Value, property string) (b []byte, ok bool) {
	v, err := o.Get(property)
	if err != nil {
		return nil, false
	}
	if is, err := v.InstanceOf(uint8Array); err != nil || !is {
		return nil, false
	}
	n, err := v.Length()
	if err != nil {
		return nil, false
	}
	b = make([]byte, n)
	_, err = safejs.CopyBytesToGo(b, v)
	return b, err == nil
}
