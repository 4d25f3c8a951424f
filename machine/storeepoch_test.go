package machine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// A bot keeps what it is to say in the store of its device, so that whoever takes the
// store takes both.
func ExampleMachine_StoreEpoch() {
	ctx, s := context.Background(), memory.New()
	m, err := machine.Open(ctx, machine.Config{UserID: "@bot:example.org", DeviceID: "BOT", Store: s})
	orPanic(err)
	say := func(text string) error {
		var c store.Changes
		c.Put(store.Record{Ref: store.Ref{Table: store.Settings, Key: "app/say"}, Value: []byte(text)})
		return s.Commit(ctx, m.StoreEpoch(), c)
	}
	fmt.Println(say("the build is broken"))

	_, err = machine.Open(ctx, machine.Config{UserID: "@bot:example.org", DeviceID: "BOT", Store: s})
	orPanic(err)
	err = say("the build is well again")
	fmt.Println(errors.Is(err, store.ErrStale))
	// Output:
	// <nil>
	// true
}

// TestRecordsOfTheApplicationStay what they are, whatever the machine keeps beside them.
func TestRecordsOfTheApplicationStay(t *testing.T) {
	ctx, s := t.Context(), memory.New()
	var c store.Changes
	c.Put(store.Record{Ref: store.Ref{Table: store.Settings, Key: "app/x"}, Value: []byte("not in the machine's form")})
	for epoch := range uint64(3) {
		m, err := machine.Open(ctx, machine.Config{UserID: "@bot:example.org", DeviceID: "BOT", Store: s})
		if err != nil || m.StoreEpoch() != epoch+1 {
			t.Fatal(err)
		}
		if epoch == 0 {
			orPanic(s.Commit(ctx, m.StoreEpoch(), c))
		}
		if _, err := m.ReceiveSync(ctx, []byte(`{"next_batch":"s1"}`)); err != nil {
			t.Fatal(err)
		}
		orPanic(m.Close())
	}
	page, err := s.Load(ctx, store.Query{Table: store.Settings, Keys: []string{"app/x"}})
	if err != nil || len(page.Records) != 1 || string(page.Records[0].Value) != "not in the machine's form" {
		t.Errorf("%v, %v", page.Records, err)
	}
}
