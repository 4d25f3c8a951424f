//go:build js && wasm

// Command edge is a bot in a Durable Object: it answers the requests that the Worker
// hands on to it (worker.ts), and wakes by alarms to look for what is new.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"syscall/js"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/examples/edge/bot"
	"github.com/mudpuppy-e2ee/mudpuppy/store/durable"
	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"
	"github.com/syumai/workers/cloudflare/cron"
)

func main() {
	o := &object{state: cloudflare.GetBinding("STATE")}
	workers.ServeNonBlock(whole(http.HandlerFunc(o.serve)))
	cron.ScheduleTaskNonBlock(o.alarm)
	workers.Ready()
	select {}
}

// object is the Durable Object, one for each account.
type object struct {
	state js.Value

	mu   sync.Mutex
	bot  *bot.Bot  // opened by whatever comes first
	next time.Time // when the next alarm comes
}

// open returns the bot. One that has lost its store is no good any more: the object
// ends then, and begins anew with the next request.
func (o *object) open(ctx context.Context) (*bot.Bot, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bot != nil {
		if err := o.bot.Lost(); err != nil {
			o.setAlarm(time.Now().Add(time.Minute)) // lest its alarms end with it
			o.state.Call("abort", "the store is lost: "+err.Error())
			return nil, err
		}
		return o.bot, nil
	}
	config, err := o.config()
	if err != nil {
		return nil, err
	}
	s, err := durable.Open(o.state.Get("storage"), "")
	if err != nil {
		return nil, err
	}
	o.bot, err = bot.Open(ctx, config, bot.Options{Store: s, Transport: http.DefaultTransport, Log: func(text string) {
		fmt.Println(config.UserID + ": " + text)
	}})
	return o.bot, err
}

// errNoSecret means that the Worker has the account no more.
var errNoSecret = errors.New("there is no secret")

// config reads the secret of the Worker that is for the account.
func (o *object) config() (bot.Config, error) {
	name := o.kv().Call("get", nameKey)
	if name.Type() != js.TypeString {
		return bot.Config{}, errors.New("no request has said yet whose object this is")
	}
	text := cloudflare.GetBinding("BOT_" + name.String())
	if text.Type() != js.TypeString {
		return bot.Config{}, fmt.Errorf("%w BOT_%s", errNoSecret, name)
	}
	config, err := bot.ParseConfig([]byte(text.String()))
	if err != nil {
		return bot.Config{}, fmt.Errorf("BOT_%s: %w", name, err)
	}
	return config, nil
}

// Whose object it is says the Worker with each request. An alarm says nothing, so it
// is kept.
const (
	nameHeader = "Bot-Name"
	nameKey    = "name"
)

func (o *object) keepName(name string) {
	if before := o.kv().Call("get", nameKey); before.Type() != js.TypeString || before.String() != name {
		o.kv().Call("put", nameKey, name)
	}
}

func (o *object) kv() js.Value { return o.state.Get("storage").Get("kv") }

func (o *object) serve(w http.ResponseWriter, r *http.Request) {
	o.keepName(r.Header.Get(nameHeader))
	b, err := o.open(r.Context())
	if err != nil {
		fmt.Println(err)
		http.Error(w, "the bot cannot be opened: its log says why", http.StatusServiceUnavailable)
		return
	}
	b.Handler().ServeHTTP(w, r)
	o.wakeWithin(b.Soon())
}

// alarm looks for what is new. It asks for the next alarm first, lest a crash be the
// end of them, and once more only if that is to come at another time: each is paid for.
func (o *object) alarm(ctx context.Context) error {
	o.mu.Lock()
	isFirst := o.bot == nil
	o.mu.Unlock()
	if isFirst {
		o.wakeIn(time.Minute)
	}
	b, err := o.open(ctx)
	if errors.Is(err, errNoSecret) { // it would wake for ever, and each time is paid for
		fmt.Println(err.Error() + ": the bot sleeps until it is asked for")
		o.state.Get("storage").Call("deleteAlarm")
		return nil
	}
	if err != nil {
		fmt.Println(err)
		return nil // and not the error, for which the runtime would try again at once
	}
	planned := b.Soon()
	o.wakeIn(planned)
	if wait := b.Wake(ctx); wait != planned {
		o.wakeIn(wait)
	}
	return nil
}

// wakeWithin asks for an alarm after some time, unless one comes before.
func (o *object) wakeWithin(d time.Duration) {
	o.mu.Lock()
	wait := time.Until(o.next)
	o.mu.Unlock()
	if missed := wait < -time.Minute; missed || wait > d {
		o.wakeIn(d)
	}
}

func (o *object) wakeIn(d time.Duration) {
	o.mu.Lock()
	next := time.Now().Add(d)
	o.next = next
	o.mu.Unlock()
	o.setAlarm(next)
}

func (o *object) setAlarm(at time.Time) {
	o.state.Get("storage").Call("setAlarm", float64(at.UnixMilli()))
}
