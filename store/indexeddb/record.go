//go:build js

package indexeddb

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

var (
	object     = browser.Get("Object")
	uint8Array = browser.Get("Uint8Array")
)

// encoder makes JavaScript objects of records of a table: always the same object,
// and the same array for values of one length, because IndexedDB copies what it is
// given before it returns. Every call of JavaScript that this spares shows. A table
// has an encoder of its own, as an object from which the indexes of another one
// must be deleted is slower than a new one.
type encoder struct {
	*calls
	object  safejs.Value
	array   safejs.Value
	length  int // of the array
	indexes store.Indexes
}

func newEncoder(c *calls) *encoder {
	return &encoder{calls: c, object: c.new(object), length: -1}
}

// encode returns an object that is good until it is called again.
func (e *encoder) encode(r *store.Record) safejs.Value {
	e.set(e.object, keyProperty, browser.Text(r.Key))
	if len(r.Value) != e.length {
		e.length = len(r.Value)
		e.array = e.new(uint8Array, e.length)
		e.set(e.object, valueProperty, e.array)
	}
	e.copyBytes(e.array, r.Value)
	for _, i := range []store.Index{store.ByRoom, store.BySender, store.Pending} {
		text := r.Indexes.Get(i)
		if text == e.indexes.Get(i) {
			continue
		}
		e.indexes.Set(i, text)
		if text == "" {
			e.delete(e.object, string(i))
		} else {
			e.set(e.object, string(i), browser.Text(text))
		}
	}
	return e.object
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
