package machine

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// maxIDLen is the length of the longest id that Matrix allows.
const maxIDLen = 255

const (
	olmAlgorithm    = "m.olm.v1.curve25519-aes-sha2"
	megolmAlgorithm = "m.megolm.v1.aes-sha2"
	clientAPI       = "/_matrix/client/v3/"
	ed25519         = "ed25519:"
	curve25519ID    = "curve25519:"
)

// validID reports whether something can have an id. What others call a room, or a user,
// becomes a key of the store, which must not refuse it.
func validID(id string) bool { return len(id) <= maxIDLen && store.ValidKey(id) }

func validUserID(id string) bool { return validID(id) && id[0] == '@' && server(id) != "" }

// server is the name of the homeserver in an id, what follows the first colon.
func server(id string) string {
	for i := range len(id) {
		if id[i] == ':' {
			return id[i+1:]
		}
	}
	return ""
}

// newID is a random id, of characters that can stand in a path.
func newID() string {
	var b [18]byte
	random.Fill(b[:])
	text := []byte(base64.Encode(b[:]))
	for i, c := range text {
		switch c {
		case '+':
			text[i] = '-'
		case '/':
			text[i] = '_'
		}
	}
	return string(text)
}
