package machine

import (
	"context"
	"errors"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// renewPeriod is how long a session that is of no use is left alone after another
// was made in its place, in milliseconds.
const renewPeriod = 3600_000

var olmErrors = []error{
	olm.ErrFormat, olm.ErrVersion, olm.ErrMAC, olm.ErrMessageGap, olm.ErrChainExhausted,
	olm.ErrUnknownOneTimeKey, olm.ErrIdentityKey, olm.ErrWeakKey,
}

func isOlmError(err error) bool {
	return slices.ContainsFunc(olmErrors, func(e error) bool { return errors.Is(err, e) })
}

// renewSession makes a new session with a device whose message could not be decrypted.
//
// https://spec.matrix.org/latest/client-server-api/#recovering-from-undecryptable-messages
func (w *work) renewSession(ctx context.Context, message *olmMessage) error {
	if err := w.loadUsers(ctx, message.sender); err != nil {
		return err
	}
	u := w.userNamed(message.sender)
	d := u.deviceWith(message.senderKey)
	if d == nil || d.deleted || !passed(w.state.peers[message.peer()].renewed, renewPeriod, w.now()) {
		return nil
	}
	w.claim(target{u, d}, toRenew)
	return nil
}
