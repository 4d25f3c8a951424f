package wire

// Version is the version of a session's messages. It is fixed when the
// session begins and never guessed from a message.
type Version uint8

const (
	// Version1 messages carry a MAC of 8 bytes and the version byte 3, as
	// libolm writes them.
	Version1 Version = 1
	// Version2 messages carry a MAC of 32 bytes and the version byte 4. They
	// are vodozemac's experiment, not part of the Matrix specification.
	Version2 Version = 2
)

// Valid reports whether v is a known version.
func (v Version) Valid() bool { return v == Version1 || v == Version2 }

// MACLen is the number of bytes of the MAC.
func (v Version) MACLen() int {
	if v == Version2 {
		return 32
	}
	return 8
}

// versionByte is the first byte of a message.
func (v Version) versionByte() byte { return byte(v) + 2 }

// checkVersion strips the version byte of a message, after making sure that
// it is the expected one.
func (v Version) checkVersion(message []byte) ([]byte, error) {
	if len(message) == 0 {
		return nil, ErrFormat
	}
	if message[0] != v.versionByte() {
		return nil, ErrVersion
	}
	return message[1:], nil
}
