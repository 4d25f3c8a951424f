package machine

import (
	"bytes"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// object writes a JSON object member by member. Where it is to be signed, the names
// come in the order of canonical JSON.
type object struct{ b []byte }

func newObject(size int) *object { return &object{append(make([]byte, 0, size), '{')} }

func (o *object) name(name string) *object {
	if last := o.b[len(o.b)-1]; last != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(strictjson.AppendText(o.b, name), ':')
	return o
}

func (o *object) text(name, value string) *object {
	o.name(name).b = strictjson.AppendText(o.b, value)
	return o
}

// secret is base64, which makes no copy that could not be wiped.
func (o *object) secret(name string, value []byte) *object { return o.base64(name, value) }

// base64 writes bytes in unpadded base64.
func (o *object) base64(name string, value []byte) *object {
	o.name(name).b = append(base64.AppendEncode(append(o.b, '"'), value), '"')
	return o
}

func (o *object) raw(name string, value []byte) *object {
	o.name(name).b = append(o.b, value...)
	return o
}

func (o *object) number(name string, value int64) *object {
	o.name(name).b = strconv.AppendInt(o.b, value, 10)
	return o
}

func (o *object) boolean(name string, value bool) *object {
	o.name(name).b = strconv.AppendBool(o.b, value)
	return o
}

// open begins an object within this one, which close ends.
func (o *object) open(name string) *object {
	o.name(name).b = append(o.b, '{')
	return o
}

func (o *object) close() *object {
	o.b = append(o.b, '}')
	return o
}

func (o *object) done() []byte { return append(o.b, '}') }

// textArray is a JSON array of texts.
func textArray(all []string) []byte {
	b := []byte{'['}
	for i, text := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = strictjson.AppendText(b, text)
	}
	return append(b, ']')
}

// signatures is the member of a signed object that holds one signature.
func (o *object) signatures(user, keyID string, s keys.Ed25519Signature) *object {
	return o.open("signatures").open(user).text(keyID, s.String()).close().close()
}

// parseObject reads a JSON object from outside, and returns a zero value for
// anything else.
func parseObject(b []byte) strictjson.Value {
	v, err := strictjson.Parse(b)
	if err != nil || v.Kind() != strictjson.Object {
		return strictjson.Value{}
	}
	return v
}

// salvageObject is parseObject for an answer in which strangers have written: what they
// spoil is null, at these levels, and nothing else.
func salvageObject(b []byte, levels ...int) strictjson.Value {
	if v := parseObject(b); v.Kind() == strictjson.Object {
		return v
	}
	rest, err := strictjson.Salvage(b, levels...)
	if err != nil {
		return strictjson.Value{}
	}
	return parseObject(rest)
}

// text returns a text, or the empty one.
func text(v strictjson.Value) string {
	s, _ := v.Text()
	return s
}

// shorten cuts a text to a length, between two characters.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// secretText returns a text without a copy, which could not be wiped: it lives as long
// as what it was read from. It is empty if anything in it is escaped, as nothing in a
// key is.
func secretText(v strictjson.Value) string {
	raw := v.Raw()
	if v.Kind() != strictjson.Text || bytes.IndexByte(raw, '\\') >= 0 {
		return ""
	}
	raw = raw[1 : len(raw)-1]
	return unsafe.String(unsafe.SliceData(raw), len(raw))
}

// texts returns the texts of an array, without what is none.
func texts(v strictjson.Value) (all []string) {
	for e := range v.Elements() {
		if s, ok := e.Text(); ok {
			all = append(all, s)
		}
	}
	return all
}
