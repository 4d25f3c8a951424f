package wire

const (
	tagRatchetKey    = 0x0a
	tagCounter       = 0x10
	tagOlmCiphertext = 0x22
)

// OlmMessage is a normal Olm message, decoded. Its slices are parts of the
// message that was decoded.
type OlmMessage struct {
	RatchetKey [32]byte // the sender's current ratchet key, Curve25519
	Counter    uint32   // index in the chain of that ratchet key
	Ciphertext []byte
	Body       []byte // what the MAC authenticates: everything before it
	MAC        []byte
}

// DecodeOlm decodes a normal Olm message of the given version.
func DecodeOlm(message []byte, v Version) (m OlmMessage, err error) {
	b, err := v.checkVersion(message)
	if err != nil {
		return OlmMessage{}, err
	}
	if len(b) < v.MACLen() {
		return OlmMessage{}, ErrFormat
	}
	end := len(message) - v.MACLen()
	m.Body, m.MAC = message[:end], message[end:]
	fields, err := readFields(m.Body[1:], tagRatchetKey, tagCounter, tagOlmCiphertext)
	if err != nil {
		return OlmMessage{}, err
	}
	if m.RatchetKey, err = fields[0].key(); err != nil {
		return OlmMessage{}, err
	}
	if m.Counter, err = fields[1].uint32(); err != nil {
		return OlmMessage{}, err
	}
	m.Ciphertext = fields[2].bytes
	return m, nil
}

// OlmLen is the length of a whole Olm message with a ciphertext of n bytes.
func OlmLen(v Version, counter uint32, n int) int {
	return 1 + bytesFieldLen(32) + 1 + varintLen(uint64(counter)) + bytesFieldLen(n) + v.MACLen()
}

// AppendOlm appends an Olm message up to the place where its ciphertext of n
// bytes begins. The caller appends that and the MAC over all of it.
func AppendOlm(dst []byte, v Version, ratchetKey *[32]byte, counter uint32, n int) []byte {
	dst = append(dst, v.versionByte())
	dst = appendBytesField(dst, tagRatchetKey, ratchetKey[:])
	dst = appendVarint(append(dst, tagCounter), uint64(counter))
	return appendVarint(append(dst, tagOlmCiphertext), uint64(n))
}
