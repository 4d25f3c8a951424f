package interop

import "github.com/mudpuppy-e2ee/mudpuppy/olm"

// olmLibrary is an implementation of Olm: ours, libolm, or twins of both. Its
// objects fail their test themselves where nothing may go wrong; errors are
// refusals of messages and pickles.
type olmLibrary interface {
	newAccount() account
	unpickleAccount(pickle string, key []byte) (account, error)
	unpickleSession(pickle string, key []byte) (session, error)
}

type account interface {
	identityKeys() identityKeys
	sign(message string) (signature string)
	generateOneTimeKeys(n int)
	oneTimeKeys() map[string]string // the unpublished ones: key by id
	markPublished()
	generateFallbackKey()
	fallbackKey() map[string]string // if unpublished
	forgetFallbackKey()
	outbound(identityKey, oneTimeKey string) (session, error)
	// inbound makes a session, decrypts the message and drops the one-time
	// key. For libolm these are three steps, for us one.
	inbound(identityKey string, m message) (session, string, error)
	pickle(key []byte) string
}

type session interface {
	id() string
	hasReceived() bool
	matches(identityKey string, m message) bool
	encrypt(plaintext string) message
	decrypt(m message) (plaintext string, err error)
	pickle(key []byte) string
}

type identityKeys struct {
	Curve25519 string `json:"curve25519"`
	Ed25519    string `json:"ed25519"`
}

// message is an Olm message as it stands in an event.
type message struct {
	Type int    `json:"type"`
	Body string `json:"body"`
}

const (
	preKey = int(olm.PreKey)
	normal = int(olm.Normal)
)
