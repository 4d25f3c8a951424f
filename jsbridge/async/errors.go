//go:build js

package async

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/promise"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/machine/attachment"
	"github.com/mudpuppy-e2ee/mudpuppy/machine/keyexport"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/schema"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

var (
	// errBusy means that another page or worker has the store.
	errBusy = errors.New("store: another page has it")
	// errSealed means that the store is sealed, and was to be opened without a key.
	errSealed = errors.New("store: it is sealed, and needs its key")
	// errFault means that there was a fault in an earlier call, after which nobody
	// knows in which state the machine is. Open it anew.
	errFault = errors.New("machine: there was a fault in an earlier call")
)

// sentinels are all errors of the packages that are bridged, with their codes.
// The generator fails if one of these packages has an error that is not here.
var sentinels = []bridge.Sentinel{
	{Code: "ERR_CLOSED", Err: &machine.ErrClosed},
	{Code: "ERR_OTHER_DEVICE", Err: &machine.ErrOwner},
	{Code: "ERR_HALF_MIGRATED", Err: &machine.ErrHalfMigrated},
	{Code: "ERR_FORMAT", Err: &machine.ErrFormat},
	{Code: "ERR_UNKNOWN_REQUEST", Err: &machine.ErrUnknownRequest},
	{Code: "ERR_TOO_MANY_REQUESTS", Err: &machine.ErrTooManyRequests},
	{Code: "ERR_NOT_ENCRYPTED", Err: &machine.ErrNotEncrypted},
	{Code: "ERR_ALGORITHM", Err: &machine.ErrAlgorithm},
	{Code: "ERR_NOT_SHARED", Err: &machine.ErrNotShared},
	{Code: "ERR_UNVERIFIED", Err: &machine.ErrUnverified},
	{Code: "ERR_IDENTITY_CHANGED", Err: &machine.ErrIdentityChanged},
	{Code: "ERR_UNKNOWN_SESSION", Err: &machine.ErrUnknownSession},
	{Code: "ERR_UNKNOWN_INDEX", Err: &machine.ErrUnknownIndex},
	{Code: "ERR_REPLAY", Err: &machine.ErrReplay},
	{Code: "ERR_MISMATCHED_SENDER", Err: &machine.ErrMismatchedSender},
	{Code: "ERR_WRONG_ROOM", Err: &machine.ErrWrongRoom},
	{Code: "ERR_UNDECRYPTABLE", Err: &machine.ErrUndecryptable},
	{Code: "ERR_UNKNOWN_USER", Err: &machine.ErrUnknownUser},
	{Code: "ERR_UNKNOWN_DEVICE", Err: &machine.ErrUnknownDevice},
	{Code: "ERR_NO_IDENTITY", Err: &machine.ErrNoIdentity},
	{Code: "ERR_IDENTITY_EXISTS", Err: &machine.ErrIdentityExists},
	{Code: "ERR_OUTDATED", Err: &machine.ErrOutdated},
	{Code: "ERR_MISMATCHED_KEYS", Err: &machine.ErrMismatchedKeys},
	{Code: "ERR_STORE_STALE", Err: &store.ErrStale},
	{Code: "ERR_STORE_INVALID", Err: &store.ErrInvalid},
	{Code: "ERR_STORE_LOST", Err: &store.ErrLost},
	{Code: "ERR_STORE_FULL", Err: &store.ErrFull},
	{Code: "ERR_STORE_UNAVAILABLE", Err: &store.ErrUnavailable},
	{Code: "ERR_STORE_BLOCKED", Err: &store.ErrBlocked},
	{Code: "ERR_STORE_GONE", Err: &store.ErrGone},
	{Code: "ERR_STORE_TOO_NEW", Err: &store.ErrTooNew},
	{Code: "ERR_STORE_FAILED", Err: &store.ErrFailed},
	{Code: "ERR_STORE_CLOSED", Err: &store.ErrClosed},
	{Code: "ERR_STORE_BUSY", Err: &errBusy},
	{Code: "ERR_STORE_SEALED", Err: &errSealed},
	{Code: "ERR_STORE_UNSEALED", Err: &sealed.ErrUnsealed},
	{Code: "ERR_STORE_KEY", Err: &sealed.ErrKey},
	{Code: "ERR_STORE_DAMAGED", Err: &sealed.ErrDamaged},
	{Code: "ERR_STORE_DAMAGED", Err: &schema.ErrMissing},
	{Code: "ERR_STORE_DAMAGED", Err: &machine.ErrBroken},
	{Code: "ERR_PASSPHRASE", Err: &sealed.ErrParams},
	{Code: "ERR_FORMAT", Err: &keyexport.ErrFormat},
	{Code: "ERR_FORMAT", Err: &keyexport.ErrVersion},
	{Code: "ERR_PASSPHRASE", Err: &keyexport.ErrPassphrase},
	{Code: "ERR_ROUNDS", Err: &keyexport.ErrRounds},
	{Code: "ERR_ATTACHMENT_FORMAT", Err: &attachment.ErrFormat},
	{Code: "ERR_ATTACHMENT_VERSION", Err: &attachment.ErrVersion},
	{Code: "ERR_ATTACHMENT_HASH", Err: &attachment.ErrHash},
	{Code: "ERR_PICKLE_KEY", Err: &libolm.ErrKey},
	{Code: "ERR_PICKLE_BASE64", Err: &libolm.ErrBase64},
	{Code: "ERR_PICKLE_VERSION", Err: &libolm.ErrVersion},
	{Code: "ERR_PICKLE_CORRUPTED", Err: &libolm.ErrCorrupted},
	{Code: "ERR_PICKLE_EXTRA_DATA", Err: &libolm.ErrExtraData},
	{Code: "ERR_LEGACY_ACCOUNT", Err: &libolm.ErrLegacyAccount},
	{Code: "ERR_SESSION_VERSION", Err: &libolm.ErrSessionVersion},
	{Code: "ERR_INTERRUPTED", Err: &errNoFile},
	{Code: "ERR_FAULT", Err: &errFault},
}

func init() { promise.Register(sentinels, putDetails) }

// What comes after the code and the message of an error.
const (
	noDetails = iota
	decryptDetails
	policyDetails
)

// putDetails writes what an error tells besides. takeError in TypeScript reads it
// (web/src/machine/errors.ts).
func putDetails(w *promise.Writer, err error) {
	if e := (*machine.DecryptError)(nil); errors.As(err, &e) {
		w.PutUint32(decryptDetails)
		w.PutText(e.RoomID)
		w.PutText(e.SessionID)
		putWithheld(w, withheld(e.Withheld))
		return
	}
	if e := (*machine.PolicyError)(nil); errors.As(err, &e) {
		w.PutUint32(policyDetails)
		w.PutUint32(uint32(len(e.Devices)))
		for _, d := range e.Devices {
			w.PutText(d.UserID)
			w.PutText(d.DeviceID)
		}
		putTexts(w, e.Users)
		return
	}
	w.PutUint32(noDetails)
}

func putWithheld(w *promise.Writer, reason *Withheld) {
	w.PutBool(reason != nil)
	if reason != nil {
		w.PutText(reason.Code)
		w.PutText(reason.Reason)
	}
}

func putTexts(w *promise.Writer, texts []string) {
	w.PutUint32(uint32(len(texts)))
	for _, text := range texts {
		w.PutText(text)
	}
}
