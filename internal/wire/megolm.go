package wire

const (
	tagMessageIndex     = 0x08
	tagMegolmCiphertext = 0x12
)

// SignatureLen is the length of the Ed25519 signature that ends a Megolm
// message.
const SignatureLen = 64

// MegolmMessage is a Megolm message, decoded. Its slices are parts of the
// message that was decoded.
type MegolmMessage struct {
	Index      uint32
	Ciphertext []byte
	Body       []byte // what the MAC authenticates
	MAC        []byte
	Signed     []byte   // what the signature is over: body and MAC
	Signature  [64]byte // Ed25519
}

// DecodeMegolm decodes a Megolm message of the given version.
func DecodeMegolm(message []byte, v Version) (m MegolmMessage, err error) {
	b, err := v.checkVersion(message)
	if err != nil {
		return MegolmMessage{}, err
	}
	if len(b) < v.MACLen()+SignatureLen {
		return MegolmMessage{}, ErrFormat
	}
	signed := len(message) - SignatureLen
	body := signed - v.MACLen()
	m.Body, m.MAC, m.Signed = message[:body], message[body:signed], message[:signed]
	m.Signature = [64]byte(message[signed:])
	fields, err := readFields(m.Body[1:], tagMessageIndex, tagMegolmCiphertext)
	if err != nil {
		return MegolmMessage{}, err
	}
	if m.Index, err = fields[0].uint32(); err != nil {
		return MegolmMessage{}, err
	}
	m.Ciphertext = fields[1].bytes
	return m, nil
}

// MegolmLen is the length of a whole Megolm message with a ciphertext of n
// bytes.
func MegolmLen(v Version, index uint32, n int) int {
	return 1 + 1 + varintLen(uint64(index)) + bytesFieldLen(n) + v.MACLen() + SignatureLen
}

// AppendMegolm appends a Megolm message up to the place where its ciphertext
// of n bytes begins. The caller appends that, the MAC and the signature.
func AppendMegolm(dst []byte, v Version, index uint32, n int) []byte {
	dst = append(dst, v.versionByte(), tagMessageIndex)
	dst = appendVarint(dst, uint64(index))
	return appendVarint(append(dst, tagMegolmCiphertext), uint64(n))
}
