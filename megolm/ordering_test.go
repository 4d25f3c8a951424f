package megolm_test

import (
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

func TestCompareAndMerge(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	early, late := exportAt(t, in, 3), exportAt(t, in, 300)
	for _, c := range []struct {
		a, b *megolm.InboundSession
		want megolm.Ordering
	}{
		{early, late, megolm.Better},
		{late, early, megolm.Worse},
		{early, exportAt(t, in, 3), megolm.Equal},
		{in, early, megolm.Better},
	} {
		if got := c.a.Compare(c.b); got != c.want {
			t.Errorf("%d against %d: %v, want %v", c.a.FirstKnownIndex(), c.b.FirstKnownIndex(), got, c.want)
		}
	}
	if early.Verified() || late.Verified() || !in.Verified() {
		t.Error("an import is verified, or a signed session key is not")
	}
	merged, err := late.Merge(early)
	if err != nil || merged.FirstKnownIndex() != 3 || merged.Verified() {
		t.Errorf("merged from %d, %v", merged.FirstKnownIndex(), err)
	}
	decrypt(t, receiver(t, out), encrypt(t, out, "shows the owner"), 0, "shows the owner")
	for range 4 {
		m := encrypt(t, out, "m")
		if out.MessageIndex() > 3 {
			decrypt(t, early, m, out.MessageIndex()-1, "m")
		}
	}
	if !early.Verified() {
		t.Error("a decrypted message does not verify an import")
	}
	if merged, err = late.Merge(early); err != nil || !merged.Verified() {
		t.Errorf("merged with a verified session, %v", err)
	}
}

func TestMergedSessionIsItsOwn(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	later := exportAt(t, in, 1)
	merged, err := later.Merge(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Wipe()
	later.Wipe()
	decrypt(t, merged, encrypt(t, out, "still there"), 0, "still there")
}

func TestOrderingNames(t *testing.T) {
	names := map[megolm.Ordering]string{
		megolm.Equal: "equal", megolm.Better: "better", megolm.Worse: "worse", megolm.Unconnected: "unconnected", 9: "unconnected",
	}
	for ordering, name := range names {
		if ordering.String() != name {
			t.Errorf("%d is called %q", int(ordering), ordering)
		}
	}
	if megolm.Ordering(0) != megolm.Unconnected {
		t.Error("the zero ordering lets a session take another's place")
	}
}

// T22, as far as this package goes: a session of the same id and another
// ratchet cannot take the place of the genuine one.
func TestT22OtherRatchetIsUnconnected(t *testing.T) {
	_, in := newGroup(t, megolm.Version1)
	_, other := newGroup(t, megolm.Version1)
	key, err := in.Export()
	if err != nil {
		t.Fatal(err)
	}
	key.Expose()[5] ^= 1 // the first byte of the ratchet
	forged, err := megolm.ImportInboundSession(key, megolm.Version1)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*megolm.InboundSession{"other session": other, "other ratchet": forged} {
		if in.Compare(s) != megolm.Unconnected || s.Compare(in) != megolm.Unconnected {
			t.Errorf("%s is connected", name)
		}
		if _, err := in.Merge(s); !errors.Is(err, megolm.ErrUnconnected) {
			t.Errorf("%s was merged: %v", name, err)
		}
	}
}
