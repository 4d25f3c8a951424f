package interop

import (
	"math/rand/v2"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// letter is a message on its way.
type letter struct {
	message
	plaintext string
	turn      int // of the sender
}

// traffic is what is, or was, on its way to a side.
type traffic struct {
	inbox    []letter
	archive  []letter // delivered
	missing  int      // sent and never delivered
	surplus  bool     // whether more were missing at once than keys are kept
	reusable bool     // whether the first message can be repeated
	turn     int      // of this side as a sender, counted from 1
	heard    int      // the latest turn of the other side that it knows of
	answered int      // what was heard when our turn began
}

// turnToSend returns the turn that this side is in when it sends: a new one if
// the other side has begun one.
func (t *traffic) turnToSend() int {
	if t.turn == 0 || t.answered != t.heard {
		t.answered = t.heard
		t.turn++
	}
	return t.turn
}

func (t *traffic) sent(l letter) {
	t.inbox = append(t.inbox, l)
	t.missing++
	t.surplus = t.surplus || t.missing > olm.MaxSkippedKeys
}

// take takes a letter out, and says whether it must decrypt: that is, whether
// its key cannot have been dropped.
func (t *traffic) take(r *rand.Rand) (l letter, expected bool) {
	i := 0
	if r.IntN(3) == 0 {
		i = r.IntN(len(t.inbox))
	}
	l = t.inbox[i]
	t.inbox = slices.Delete(t.inbox, i, i+1)
	return l, !t.surplus && t.heard-l.turn < olm.MaxReceiverChains
}

func (t *traffic) lose(r *rand.Rand) {
	if len(t.inbox) > 0 {
		i := r.IntN(len(t.inbox))
		t.inbox = slices.Delete(t.inbox, i, i+1)
	}
}

func (t *traffic) delivered(l letter) {
	t.archive = append(t.archive, l)
	t.missing--
	t.heard = max(t.heard, l.turn)
}
