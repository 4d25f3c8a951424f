//go:build js && wasm

package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"syscall/js"
)

// whole hands requests to a handler whole, and hands its answers back whole. The
// package workers is made for programs that end with a request: it does so when a
// body has been read that was written in parts, and with each part of a body that it
// reads it leaves a function behind.
func whole(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if stream, ok := r.Body.(interface{ GetRawJSBody() js.Value }); ok {
			r.Body = io.NopCloser(&reader{stream: stream.GetRawJSBody()})
		}
		answer := &answer{ResponseWriter: w}
		h.ServeHTTP(answer, r)
		body := js.Global().Get("Uint8Array").New(answer.body.Len())
		js.CopyBytesToJS(body, answer.body.Bytes())
		w.(interface{ WriteRawJSBody(js.Value) }).WriteRawJSBody(body)
	})
}

// answer gathers what a handler writes.
type answer struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// reader reads a ReadableStream.
type reader struct {
	stream, reader js.Value
	rest           []byte
	err            error
}

func (r *reader) Read(b []byte) (int, error) {
	if r.reader.IsUndefined() {
		r.reader = r.stream.Call("getReader")
	}
	for len(r.rest) == 0 && r.err == nil {
		r.rest, r.err = r.next()
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	if n == 0 {
		return 0, r.err
	}
	return n, nil
}

var errStream = errors.New("the body was cut off")

// next waits for the next part.
func (r *reader) next() ([]byte, error) {
	parts := make(chan js.Value, 1)
	var read, failed js.Func
	settle := func(_ js.Value, args []js.Value) any {
		read.Release()
		failed.Release()
		parts <- args[0]
		return nil
	}
	read = js.FuncOf(settle)
	failed = js.FuncOf(func(this js.Value, _ []js.Value) any { return settle(this, []js.Value{js.Undefined()}) })
	r.reader.Call("read").Call("then", read, failed)
	switch part := <-parts; {
	case part.IsUndefined():
		return nil, errStream
	case part.Get("done").Bool():
		return nil, io.EOF
	default:
		b := make([]byte, part.Get("value").Get("length").Int())
		js.CopyBytesToGo(b, part.Get("value"))
		return b, nil
	}
}
