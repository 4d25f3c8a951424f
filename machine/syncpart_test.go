package machine_test

import (
	"slices"
	"testing"
)

// part takes over a part of an answer that is not the last.
func (c *client) part(events ...fields) {
	c.Helper()
	c.must(c.ReceiveSyncPart(ctx, c.json(fields{"to_device": fields{"events": events}})))
}

func plain(name string) fields {
	return fields{"type": name, "sender": carol, "content": fields{}}
}

// What comes in parts is returned with the last, and none of it is acknowledged before.
func TestT37AnAnswerInPartsIsOneAnswer(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	a.learn(bob)
	a.part(f.send(a, "sealed.1", fields{}), plain("plain.1"))
	a.part(plain("plain.2"), f.send(a, "sealed.2", fields{}))
	want := []string{"sealed.1", "plain.1", "plain.2", "sealed.2", "plain.3"}
	if got := a.answer("s1", plain("plain.3")); !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	a.open() // nobody has dealt with them
	a.part()
	if got := a.answer("s2"); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Errorf("after a restart %v, not %v", got, want)
	}
	if got := a.answer("s3"); len(got) > 0 {
		t.Errorf("%v comes again", got)
	}
}

// The program ends between two parts: the homeserver gives out the whole answer again.
func TestT37AnAnswerIsBegunAgainAfterSomeParts(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	a.learn(bob)
	sealed := f.send(a, "sealed", fields{})
	a.part(sealed, plain("plain"))
	a.open()
	a.part(sealed, plain("plain"))
	if got, want := a.answer("s1"), []string{"sealed", "plain"}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}
