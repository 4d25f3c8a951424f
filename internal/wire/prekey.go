package wire

const (
	tagOneTimeKey  = 0x0a
	tagBaseKey     = 0x12
	tagIdentityKey = 0x1a
	tagMessage     = 0x22
)

// preKeyVersion is the version byte of every pre-key message; the version of
// the session shows in the message inside.
const preKeyVersion = 3

// PreKeyMessage is an Olm pre-key message, decoded: the public keys from which
// its receiver makes the session, and the first message in it.
type PreKeyMessage struct {
	OneTimeKey  [32]byte // the receiver's
	BaseKey     [32]byte // the sender's
	IdentityKey [32]byte // the sender's
	Message     []byte   // a normal Olm message, part of what was decoded
}

// DecodePreKey decodes an Olm pre-key message. What is inside is left to
// [DecodeOlm].
func DecodePreKey(message []byte) (m PreKeyMessage, err error) {
	if len(message) == 0 {
		return PreKeyMessage{}, ErrFormat
	}
	if message[0] != preKeyVersion {
		return PreKeyMessage{}, ErrVersion
	}
	fields, err := readFields(message[1:], tagOneTimeKey, tagBaseKey, tagIdentityKey, tagMessage)
	if err != nil {
		return PreKeyMessage{}, err
	}
	for i, key := range []*[32]byte{&m.OneTimeKey, &m.BaseKey, &m.IdentityKey} {
		if *key, err = fields[i].key(); err != nil {
			return PreKeyMessage{}, err
		}
		if key[31] > 0x7f {
			// X25519 ignores this bit and no MAC covers it: whoever flips it
			// would give the two sides different session ids.
			return PreKeyMessage{}, ErrFormat
		}
	}
	m.Message = fields[3].bytes
	return m, nil
}

// EncodePreKey wraps a normal Olm message, m.Message, in a pre-key message.
func EncodePreKey(m *PreKeyMessage) []byte {
	dst := make([]byte, 0, 1+3*bytesFieldLen(32)+bytesFieldLen(len(m.Message)))
	dst = append(dst, preKeyVersion)
	dst = appendBytesField(dst, tagOneTimeKey, m.OneTimeKey[:])
	dst = appendBytesField(dst, tagBaseKey, m.BaseKey[:])
	dst = appendBytesField(dst, tagIdentityKey, m.IdentityKey[:])
	return appendBytesField(dst, tagMessage, m.Message)
}
