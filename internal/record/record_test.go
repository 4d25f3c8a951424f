package record_test

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
)

func write() []byte {
	w := record.New(3)
	w.Byte(7)
	w.Bool(true)
	w.Bool(false)
	w.Uint(1 << 40)
	w.Time(1_700_000_000_000)
	w.Time(-5)
	w.Key([32]byte{1, 2, 3})
	w.Bytes([]byte("bytes"))
	w.Secret([]byte("secret"))
	w.Text("text")
	return w.Done()
}

func read(b []byte) (ok bool, texts string) {
	r := record.Read(b, 3)
	ok = r.Byte() == 7 && r.Bool() && !r.Bool() && r.Uint() == 1<<40 &&
		r.Time() == 1_700_000_000_000 && r.Time() == 0 && r.Key() == [32]byte{1, 2, 3}
	texts = string(r.Bytes()) + string(r.Bytes()) + r.Text()
	return ok && r.Done(), texts
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	ok, texts := read(write())
	if !ok || texts != "bytessecrettext" {
		t.Errorf("ok = %v, texts = %q", ok, texts)
	}
}

func TestEveryTruncationAndWhatIsLeftOverIsRefused(t *testing.T) {
	b := write()
	for n := range b {
		if ok, _ := read(b[:n]); ok {
			t.Errorf("%d of %d bytes were enough", n, len(b))
		}
	}
	if ok, _ := read(append(b, 0)); ok {
		t.Error("a byte was left over")
	}
}

func TestWhatNoWriterWritesIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		bytes []byte
		read  func(r *record.Reader)
	}{
		"version": {[]byte{4}, func(*record.Reader) {}},
		"bool":    {[]byte{3, 2}, func(r *record.Reader) { r.Bool() }},
		"count":   {[]byte{3, 9, 1}, func(r *record.Reader) { r.Count() }},
		"number":  {append([]byte{3}, bytes.Repeat([]byte{0xff}, 11)...), func(r *record.Reader) { r.Uint() }},
		"time":    {[]byte{3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, func(r *record.Reader) { r.Time() }},
	} {
		r := record.Read(c.bytes, 3)
		if c.read(r); r.Done() {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestASecretIsOverwrittenWhereItCameFrom(t *testing.T) {
	s := []byte("secret")
	w := record.New(1)
	w.Secret(s)
	if !bytes.Equal(s, make([]byte, len(s))) {
		t.Error("it is still there")
	}
}
