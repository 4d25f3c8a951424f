package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Withheld is why a key was not sent.
//
// https://spec.matrix.org/latest/client-server-api/#mroom_keywithheld
type Withheld struct {
	Code   string // such as m.unverified
	Reason string // for people, by the sender
}

const (
	withheldVersion = 1
	maxReasonLen    = 1000
)

// refusalReasons are for people whose clients know no better.
var refusalReasons = map[string]string{
	withheldBlocked:    "The sender has blocked this device.",
	withheldUnverified: "The sender does not send to devices that their user has not signed.",
	withheldNoOlm:      "No secure channel to this device could be made.",
}

// refuseKey tells devices why they get no key, once for each session.
func (w *work) refuseKey(r *room, all []refusal) {
	o := r.outbound
	all = slices.DeleteFunc(all, func(x refusal) bool {
		s := o.shares[x.user.id][x.device.id]
		return s != nil && s.withheld == x.code
	})
	for some := range slices.Chunk(all, maxMessages) {
		// The message waits for these requests no more than for others.
		batch := w.newBatch(subject{})
		shares := make([]namedShare, 0, len(some))
		for _, x := range some {
			batch.addAs("m.room_key.withheld", x.target, w.refusalContent(o, x.code))
			shares = append(shares, namedShare{x.user.id, x.device.id, &share{key: x.device.curve25519, withheld: x.code}})
		}
		batch.flushAs("m.room_key.withheld")
		w.putShares(o, shares)
	}
}

func (m *Machine) refusalContent(o *outbound, code string) []byte {
	j := newObject(512).text("algorithm", megolmAlgorithm).text("code", code).text("reason", refusalReasons[code])
	if code != withheldNoOlm { // which is for all sessions
		j.text("room_id", o.room).text("session_id", o.session.SessionID())
	}
	return j.text("sender_key", m.state.own.account.Curve25519Key().String()).done()
}

// receiveWithheld keeps why a key does not come. It may have been made up, and so
// it is only ever shown, beside an event that cannot be decrypted. Strangers are not
// listened to: there is no end to what they could have kept.
func (w *work) receiveWithheld(ctx context.Context, sender string, content strictjson.Value) error {
	code, reason := text(content.Get("code")), text(content.Get("reason"))
	room, session := text(content.Get("room_id")), text(content.Get("session_id"))
	if code == withheldNoOlm && session == "" {
		return nil // a session is made when the sender next has something to send
	}
	if !validSessionID(session) || !validID(room) || !validUserID(sender) || code == "" || len(code) > maxIDLen {
		return nil
	}
	if stranger, err := w.stranger(ctx, sender, room); err != nil || stranger {
		return err
	}
	r := record.New(withheldVersion)
	r.Text(sender)
	r.Text(code)
	r.Text(shorten(reason, maxReasonLen))
	w.putIndexed(store.Withheld, withheldKey(session, sender), r.Done(), store.Indexes{Room: room})
	return nil
}

// stranger reports whether a user has nothing to do with this device, as far as is known,
// and speaks of a room that is not known to be encrypted.
func (w *work) stranger(ctx context.Context, sender, room string) (bool, error) {
	if err := w.loadUsers(ctx, sender); err != nil {
		return false, err
	}
	if w.userNamed(sender).tracked {
		return false, nil
	}
	w.dropStranger(sender)
	r, err := w.loadRoom(ctx, room)
	if err != nil || r.known {
		return false, err
	}
	if r.outbound == nil && !r.stored {
		delete(w.state.rooms, room)
	}
	return true, nil
}

// withheldKey names the refusal of a session by a user. Others cannot overwrite it.
func withheldKey(session, sender string) string { return session + "/" + sender }

// withheld returns why a user has withheld a session, nil if nothing is known.
func (w *work) withheld(ctx context.Context, session, sender string) (found *Withheld, err error) {
	if !validUserID(sender) {
		return nil, nil
	}
	err = w.loadKeys(ctx, store.Withheld, []string{withheldKey(session, sender)}, func(rec store.Record) bool {
		r := record.Read(rec.Value, withheldVersion)
		r.Text()
		found = &Withheld{Code: r.Text(), Reason: r.Text()}
		return r.Done()
	})
	return found, err
}
