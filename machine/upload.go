package machine

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

const (
	// maxServerKeys is how many one-time keys the homeserver is to have at most;
	// it is topped up to half of that, so that the other half can be claimed
	// before the device knows.
	maxServerKeys = 100
	// maxOneTimeKeys is how many private keys are kept, for messages that come late. A
	// homeserver that always says it has none must not make the account grow for ever.
	maxOneTimeKeys = 1000
	// fallbackPeriod is how long a fallback key serves at least before the next is
	// made, and how long the one before it is kept, in milliseconds. A session that was
	// made from another's is first sent with within half of that: see late.
	fallbackPeriod = 3600_000
)

// keysUpload is an upload of keys that waits for its answer.
type keysUpload struct {
	id   string
	body []byte
	retry
	healed bool // whether the homeserver refused the keys before
}

// topUp makes one-time keys until, with the count of those that the homeserver
// has, there are enough. It waits for an upload that is under way: only its answer
// tells what is there.
func (w *work) topUp(count int64) {
	a := w.state.own.account
	if w.state.upload != nil || len(a.OneTimeKeys()) > 0 || count >= maxServerKeys/2 {
		return
	}
	a.GenerateOneTimeKeys(int(maxServerKeys/2 - max(count, 0)))
	w.keep(w.state.own)
}

// renewFallback makes a fallback key if there is none, or the present one was used.
// Some homeservers always say that it was, so there is a limit to that.
func (w *work) renewFallback(unused bool) {
	own, now := w.state.own, w.now()
	if _, waiting := own.account.FallbackKey(); waiting || w.state.upload != nil {
		return
	}
	switch age := now - own.fallback; {
	case age < -clockSlack:
		own.fallback = now // the clock was set back: the period begins anew
	case own.fallback == 0, !unused && age >= fallbackPeriod:
		own.account.GenerateFallbackKey()
		own.fallback = now
	case age >= fallbackPeriod && own.account.ForgetFallbackKey():
	default:
		return
	}
	w.keep(w.state.own)
}

// keysUpload returns the upload that is to be sent, nil if there is none.
func (w *work) keysUpload() *keysUpload {
	own := w.state.own
	if w.state.upload != nil {
		return w.state.upload
	}
	oneTime := own.account.OneTimeKeys()
	fallback, hasFallback := own.account.FallbackKey()
	if own.uploaded && len(oneTime) == 0 && !hasFallback {
		return nil
	}
	o := newObject(256 * (len(oneTime) + 4))
	if !own.uploaded {
		o.raw("device_keys", w.deviceKeys())
	}
	if len(oneTime) > 0 {
		o.open("one_time_keys")
		for _, k := range oneTime {
			o.raw("signed_curve25519:"+k.ID, w.signedKey(k, false))
		}
		o.close()
	}
	if hasFallback {
		o.open("fallback_keys").raw("signed_curve25519:"+fallback.ID, w.signedKey(fallback, true)).close()
	}
	w.state.upload = &keysUpload{id: newID(), body: o.done()}
	return w.state.upload
}

// signedKey is a one-time or fallback key, signed by the device.
//
// https://spec.matrix.org/latest/client-server-api/#key-algorithms
func (m *Machine) signedKey(k olm.OneTimeKey, fallback bool) []byte {
	unsigned := func() *object {
		o := newObject(256)
		if fallback {
			o.boolean("fallback", true)
		}
		return o.text("key", k.Key.String())
	}
	var s keys.Ed25519Signature = m.state.own.account.Sign(unsigned().done())
	return unsigned().signatures(m.user, ed25519+m.device, s).done()
}

// keysUploaded is called when the homeserver has the keys. None were made since the
// upload, so all there are have gone with it.
func (w *work) keysUploaded(answer strictjson.Value) {
	own := w.state.own
	own.account.MarkKeysAsPublished()
	own.uploaded = true
	w.state.upload = nil
	w.keep(own)
	if count, ok := answer.Get("one_time_key_counts").Get("signed_curve25519").Integer(); ok {
		w.topUp(count)
	}
}

// keysRefused is called when the homeserver will not have the keys, because it
// has others under the same ids, most likely from an older copy of this device.
// These are never offered again, and new ones are made under new ids.
func (w *work) keysRefused() {
	own, refused := w.state.own, w.state.upload
	if refused.healed {
		return // that was not it; it is offered again later
	}
	own.account.MarkKeysAsPublished()
	w.state.upload = nil
	w.topUp(0)
	own.account.GenerateFallbackKey()
	own.fallback = w.now()
	w.keep(w.state.own)
	next := w.keysUpload()
	next.healed = true
	w.log(Warning, "the homeserver refused the one-time keys; new ones were made")
}
