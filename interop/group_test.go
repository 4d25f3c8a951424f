package interop

// groupLibrary is an implementation of Megolm: ours, libolm, or twins of both.
type groupLibrary interface {
	newOutbound() outboundGroup
	newInbound(sessionKey string) (inboundGroup, error)
	importInbound(exportedKey string) (inboundGroup, error)
	unpickleOutbound(pickle string, key []byte) (outboundGroup, error)
	unpickleInbound(pickle string, key []byte) (inboundGroup, error)
}

type outboundGroup interface {
	id() string
	index() uint32
	sessionKey() string
	encrypt(plaintext string) (message string)
	pickle(key []byte) string
}

type inboundGroup interface {
	id() string
	firstIndex() uint32
	decrypt(message string) (opened, error)
	export(index uint32) (string, error)
	pickle(key []byte) string
}

// opened is a Megolm message, decrypted.
type opened struct {
	plaintext string
	index     uint32
}
