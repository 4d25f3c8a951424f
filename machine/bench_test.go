package machine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// crowd is a homeserver with many devices, each of another user, that have published
// their keys.
func crowd(b *testing.B, n int) (*homeserver.Server, []string) {
	s := homeserver.New()
	var users []string
	for i := range n {
		user := fmt.Sprintf("@user%d:example.org", i)
		users = append(users, user)
		s.Login(user, "DEVICE")
		m := opened(b, user, memory.New())
		if err := m.SetUpCrossSigning(ctx, false); err != nil {
			b.Fatal(err)
		}
		for range 3 { // device keys, then the identity, then its signature
			step(b, s, m, "")
		}
		m.Close()
	}
	return s, users
}

func opened(b *testing.B, user string, s store.Store) *machine.Machine {
	m, err := machine.Open(ctx, machine.Config{UserID: user, DeviceID: "DEVICE", Store: s, Policy: machine.AllDevices})
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// step sends the requests of one kind, and returns how long it took to take over
// the answers.
func step(b *testing.B, s *homeserver.Server, m *machine.Machine, kind machine.RequestKind) (took time.Duration) {
	requests, err := m.OutgoingRequests(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range requests {
		status, answer := s.Do(m.UserID(), "DEVICE", r.Method, r.Path, r.Body)
		start := time.Now()
		if status != 200 || m.MarkSent(ctx, r.ID, answer) != nil {
			b.Fatal(status)
		}
		if r.Kind == kind {
			took += time.Since(start)
		}
	}
	return took
}

// BenchmarkShare shows what it takes to write to a room of 200 for the first time.
func BenchmarkShare(b *testing.B) {
	b.Run("unsealed", func(b *testing.B) { benchmarkShare(b, func() store.Store { return memory.New() }) })
	b.Run("sealed", func(b *testing.B) {
		benchmarkShare(b, func() store.Store {
			s, err := sealed.Open(ctx, memory.New(), sealed.RawKey(&[32]byte{1}))
			if err != nil {
				b.Fatal(err)
			}
			return s
		})
	})
}

func benchmarkShare(b *testing.B, newStore func() store.Store) {
	const n = 200
	room := "!room:example.org"
	s, users := crowd(b, n)
	var query, claim, share time.Duration
	for i := 0; b.Loop(); i++ {
		sender := fmt.Sprintf("@sender%d:example.org", i)
		s.Login(sender, "DEVICE")
		m := opened(b, sender, newStore())
		m.SetRoomSettings(ctx, room, machine.RoomSettings{})
		m.ShareRoomKey(ctx, room, users)
		query += step(b, s, m, machine.KeysQuery)
		m.ShareRoomKey(ctx, room, users)
		claim += step(b, s, m, machine.KeysClaim)
		start := time.Now()
		if got, err := m.ShareRoomKey(ctx, room, users); got.Waiting != machine.WaitSent {
			b.Fatal(got, err)
		}
		share += time.Since(start)
		step(b, s, m, machine.SendToDevice)
		if got, err := m.ShareRoomKey(ctx, room, users); !got.Ready {
			b.Fatal(got, err)
		}
	}
	for name, took := range map[string]time.Duration{"query": query, "claim": claim, "share": share} {
		b.ReportMetric(float64(took.Microseconds())/1000/float64(b.N), name+"-ms")
	}
}

// BenchmarkEncrypt encrypts 1 KiB in a room of two.
func BenchmarkEncrypt(b *testing.B) {
	room, content := "!room:example.org", []byte(`{"body":"`+strings.Repeat("a", 1<<10)+`","msgtype":"m.text"}`)
	s, users := crowd(b, 1)
	s.Login("@sender:example.org", "DEVICE")
	m := opened(b, "@sender:example.org", memory.New())
	m.SetRoomSettings(ctx, room, machine.RoomSettings{RotationPeriodMessages: 10_000})
	encrypt := func() error {
		_, err := m.Encrypt(ctx, room, "m.room.message", content)
		return err
	}
	for b.Loop() {
		for err := encrypt(); err != nil; err = encrypt() {
			if _, err := m.ShareRoomKey(ctx, room, users); err != nil {
				b.Fatal(err)
			}
			step(b, s, m, "")
		}
	}
}
