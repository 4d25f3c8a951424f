//go:build js && wasm

// Command faulty is a program in a Durable Object, for tests: it counts in its store,
// and ends in every way there is.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall/js"
	"time"

	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/durable"
)

var counter = store.Ref{Table: store.Settings, Key: "count"}

func main() {
	if cloudflare.Getenv("FAULT") == "at the start" {
		panic("as it was told to")
	}
	s, err := durable.Open(cloudflare.GetBinding("STATE").Get("storage"), "")
	if err != nil {
		panic(err)
	}
	calls, turn := 0, sync.Mutex{}
	workers.ServeNonBlock(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		turn.Lock()
		defer turn.Unlock()
		calls++
		n, err := count(r, s)
		if err != nil {
			panic(err)
		}
		fail(r.URL.Path[1:])
		text := fmt.Sprintf("%d in the store, %d by this program", n, calls)
		w.(interface{ WriteRawJSBody(js.Value) }).WriteRawJSBody(js.ValueOf(text))
	}))
	workers.Ready()
	select {}
}

// count adds one to the number in the store.
func count(r *http.Request, s store.Store) (int, error) {
	page, err := s.Load(r.Context(), store.Query{Table: counter.Table, Keys: []string{counter.Key}})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, r := range page.Records {
		n, _ = strconv.Atoi(string(r.Value))
	}
	n++
	c := store.Changes{Claim: true}
	c.Put(store.Record{Ref: counter, Value: []byte(strconv.Itoa(n))})
	return n, s.Commit(r.Context(), page.Epoch+1, c)
}

var kept [][]byte

// fail ends the program in a way that has a name.
func fail(how string) {
	switch how {
	case "panic":
		panic("the secret is 42")
	case "later": // in nobody's request
		go func() {
			time.Sleep(10 * time.Millisecond)
			panic("later")
		}()
	case "fatal": // which cannot be recovered
		new(sync.Mutex).Unlock()
	case "exit":
		os.Exit(3)
	case "stack":
		io.WriteString(io.Discard, strconv.Itoa(deep(0)))
	case "memory":
		for {
			kept = append(kept, make([]byte, 64<<20))
		}
	}
}

func deep(n int) int {
	if n == 1<<40 {
		return n
	}
	return deep(n+1) + 1
}
