package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// place is a store with a queue in it, and a clock.
type place struct {
	*testing.T
	*queue
	store *memory.Store
	epoch uint64
	time  time.Time
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{T: t, store: memory.New(), time: time.Unix(1_800_000_000, 0)}
	var err error
	if p.epoch, err = store.Claim(t.Context(), p.store); err != nil {
		t.Fatal(err)
	}
	p.open()
	return p
}

func (p *place) open() {
	p.Helper()
	var err error
	if p.queue, err = openQueue(p.Context(), p.store, p.epoch, func() time.Time { return p.time }); err != nil {
		p.Fatal(err)
	}
}

func (p *place) say(id, text string) (message, error) {
	return p.add(p.Context(), message{ID: id, Room: "!r:s", Content: json.RawMessage(strconv.Quote(text))})
}

// next takes the first message out as sent.
func (p *place) next() message {
	p.Helper()
	m, err := p.first(p.Context(), nil)
	if err != nil || m == nil {
		p.Fatalf("%v, %v", m, err)
	}
	m.State = sent
	m.EventID = "$" + m.ID
	if err := p.settle(p.Context(), *m); err != nil {
		p.Fatal(err)
	}
	return *m
}

func TestMessagesWaitInOrderAndOutlastTheProgram(t *testing.T) {
	p := newPlace(t)
	for _, id := range []string{"a", "b", "c"} {
		if m, err := p.say(id, "text of "+id); err != nil || m.State != waiting {
			t.Fatalf("%+v, %v", m, err)
		}
	}
	for _, want := range []string{"a", "b", "c"} {
		p.open()
		if m := p.next(); m.ID != want || string(m.Content) != strconv.Quote("text of "+want) {
			t.Errorf("%+v, want %s", m, want)
		}
	}
	if m, err := p.first(t.Context(), nil); m != nil || err != nil {
		t.Errorf("%v, %v", m, err)
	}
}

func TestARoomThatIsStuckDoesNotHoldUpTheOthers(t *testing.T) {
	p := newPlace(t)
	p.say("a", "")
	p.add(t.Context(), message{ID: "b", Room: "!other:s", Content: json.RawMessage("{}")})
	if m, err := p.first(t.Context(), map[string]bool{"!r:s": true}); err != nil || m == nil || m.ID != "b" {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err := p.first(t.Context(), map[string]bool{"!r:s": true, "!other:s": true}); err != nil || m != nil {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestAMessageIsThereOnce(t *testing.T) {
	p := newPlace(t)
	p.say("a", "text")
	if m, err := p.say("a", "text"); err != nil || m.State != waiting || p.waiting() != 1 {
		t.Errorf("%+v, %v", m, err)
	}
	p.next()
	p.open()
	if m, err := p.say("a", "text"); err != nil || m.State != sent || m.EventID != "$a" || p.waiting() != 0 {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err := p.say("a", "another text"); !errors.Is(err, ErrOther) {
		t.Errorf("%+v, %v", m, err)
	}
	if idOf("a", "bc") == idOf("ab", "c") || idOf("a", "b") != idOf([]string{"a", "b"}...) {
		t.Error("ids are mixed up")
	}
}

func TestAFullQueueRefuses(t *testing.T) {
	p := newPlace(t)
	for i := range maxWaiting {
		if _, err := p.say(strconv.Itoa(i), ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.say("more", ""); !errors.Is(err, ErrFull) {
		t.Error(err)
	}
	p.next()
	if _, err := p.say("more", ""); err != nil {
		t.Error(err)
	}
}

// TestWhatWasSentIsForgottenAfterADay counts what is in the store.
func TestWhatWasSentIsForgottenAfterADay(t *testing.T) {
	p := newPlace(t)
	for i := range 100 {
		id := strconv.Itoa(i)
		p.say(id, "")
		p.next()
		if m, _ := p.load(t.Context(), id); m == nil || m.State != sent {
			t.Fatalf("message %d is forgotten at once", i)
		}
		if _, err := p.say(strconv.Itoa(max(0, i-24)), ""); err != nil || p.waiting() != 0 {
			t.Fatalf("message %d is forgotten before a day is over: %v", i-24, err)
		}
		p.time = p.time.Add(time.Hour)
	}
	page, err := p.store.Load(t.Context(), store.Query{Table: store.Settings})
	if err != nil || len(page.Records) > 60 {
		t.Errorf("%d records are left of 100 messages, %v", len(page.Records), err)
	}
}

func TestWaitingForAMessage(t *testing.T) {
	p := newPlace(t)
	m, _ := p.say("a", "text")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if m, err := p.wait(ended, m); err != nil || m.State != waiting {
		t.Errorf("%+v, %v", m, err)
	}
	done := make(chan message)
	go func() {
		m, _ := p.wait(t.Context(), m)
		done <- m
	}()
	p.next()
	if m := <-done; m.State != sent {
		t.Errorf("%+v", m)
	}
	if m, err := p.wait(ended, m); err != nil || m.State != sent {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestALostStoreChangesNothing: what is in memory must not run ahead of the store.
func TestALostStoreChangesNothing(t *testing.T) {
	p := newPlace(t)
	p.say("a", "text")
	if _, err := store.Claim(t.Context(), p.store); err != nil {
		t.Fatal(err)
	}
	if _, err := p.say("b", "text"); !errors.Is(err, store.ErrStale) || p.waiting() != 1 {
		t.Errorf("%d wait, %v", p.waiting(), err)
	}
	m, _ := p.first(t.Context(), nil)
	if err := p.settle(t.Context(), *m); !errors.Is(err, store.ErrStale) || p.waiting() != 1 {
		t.Errorf("%d wait, %v", p.waiting(), err)
	}
	if err := p.keepSince(t.Context(), "s1", nil); !errors.Is(err, store.ErrStale) || p.since() != "" {
		t.Errorf("%q, %v", p.since(), err)
	}
}
