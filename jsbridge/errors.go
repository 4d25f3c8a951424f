//go:build js

package jsbridge

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/sas"
)

// sentinels are all errors of the packages that are bridged, with their codes.
// The generator fails if one of these packages has an error that is not here.
var sentinels = []bridge.Sentinel{
	{Code: "ERR_KEY", Err: &keys.ErrKey},
	{Code: "ERR_SIGNATURE", Err: &keys.ErrSignature},
	{Code: "ERR_SIGNATURE", Err: &megolm.ErrSignature},
	{Code: "ERR_VERSION", Err: &olm.ErrVersion},
	{Code: "ERR_VERSION", Err: &megolm.ErrVersion},
	{Code: "ERR_FORMAT", Err: &olm.ErrFormat},
	{Code: "ERR_FORMAT", Err: &megolm.ErrFormat},
	{Code: "ERR_MAC", Err: &olm.ErrMAC},
	{Code: "ERR_MAC", Err: &megolm.ErrMAC},
	{Code: "ERR_MAC", Err: &sas.ErrMAC},
	{Code: "ERR_DECRYPT", Err: &pk.ErrDecrypt},
	{Code: "ERR_MESSAGE_KEY_GONE", Err: &olm.ErrMessageKeyGone},
	{Code: "ERR_MESSAGE_GAP", Err: &olm.ErrMessageGap},
	{Code: "ERR_CHAIN_EXHAUSTED", Err: &olm.ErrChainExhausted},
	{Code: "ERR_UNKNOWN_ONE_TIME_KEY", Err: &olm.ErrUnknownOneTimeKey},
	{Code: "ERR_IDENTITY_KEY", Err: &olm.ErrIdentityKey},
	{Code: "ERR_WEAK_KEY", Err: &olm.ErrWeakKey},
	{Code: "ERR_WEAK_KEY", Err: &sas.ErrWeakKey},
	{Code: "ERR_WEAK_KEY", Err: &pk.ErrWeakKey},
	{Code: "ERR_KEY_COUNT", Err: &olm.ErrKeyCount},
	{Code: "ERR_UNKNOWN_INDEX", Err: &megolm.ErrUnknownIndex},
	{Code: "ERR_SESSION_KEY", Err: &megolm.ErrSessionKey},
	{Code: "ERR_UNCONNECTED", Err: &megolm.ErrUnconnected},
	{Code: "ERR_THEIR_KEY_NOT_SET", Err: &sas.ErrTheirKeyNotSet},
	{Code: "ERR_THEIR_KEY_SET", Err: &sas.ErrTheirKeySet},
	{Code: "ERR_LENGTH", Err: &sas.ErrLength},
	{Code: "ERR_METHOD", Err: &sas.ErrMethod},
	{Code: "ERR_PICKLE_KEY", Err: &olm.ErrPickleKey},
	{Code: "ERR_PICKLE_KEY", Err: &megolm.ErrPickleKey},
	{Code: "ERR_PICKLE_KEY", Err: &pk.ErrPickleKey},
	{Code: "ERR_PICKLE_KEY", Err: &libolm.ErrKey},
	{Code: "ERR_PICKLE_VERSION", Err: &olm.ErrPickleVersion},
	{Code: "ERR_PICKLE_VERSION", Err: &megolm.ErrPickleVersion},
	{Code: "ERR_PICKLE_VERSION", Err: &pk.ErrPickleVersion},
	{Code: "ERR_PICKLE_VERSION", Err: &libolm.ErrVersion},
	{Code: "ERR_PICKLE_CORRUPTED", Err: &olm.ErrPickleCorrupted},
	{Code: "ERR_PICKLE_CORRUPTED", Err: &megolm.ErrPickleCorrupted},
	{Code: "ERR_PICKLE_CORRUPTED", Err: &pk.ErrPickleCorrupted},
	{Code: "ERR_PICKLE_CORRUPTED", Err: &libolm.ErrCorrupted},
	{Code: "ERR_PICKLE_EXTRA_DATA", Err: &libolm.ErrExtraData},
	{Code: "ERR_PICKLE_BASE64", Err: &libolm.ErrBase64},
	{Code: "ERR_LEGACY_ACCOUNT", Err: &libolm.ErrLegacyAccount},
	{Code: "ERR_SESSION_VERSION", Err: &libolm.ErrSessionVersion},
	{Code: "ERR_FREED", Err: &olm.ErrWiped},
	{Code: "ERR_FREED", Err: &megolm.ErrWiped},
	{Code: "ERR_FREED", Err: &sas.ErrWiped},
	{Code: "ERR_FREED", Err: &pk.ErrWiped},
}

func init() { bridge.Register(sentinels) }
