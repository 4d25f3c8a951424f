package sas

import (
	"crypto/subtle"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

// MACMethod is a message_authentication_code of m.key.verification.accept,
// under the name it has there. The two old methods share a fault of libolm,
// which wrote base64 over the bytes it was still reading: 48 of the 256 bits of
// the MAC are left.
type MACMethod string

const (
	// HKDFHMACSHA256V2 is the method to use.
	HKDFHMACSHA256V2 MACMethod = "hkdf-hmac-sha256.v2"
	// HKDFHMACSHA256 has the faulty base64. The specification forbids it
	// wherever both sides know the other.
	HKDFHMACSHA256 MACMethod = "hkdf-hmac-sha256"
	// HMACSHA256 has the faulty base64, and a key of 256 bytes. It is of no use
	// but with the oldest clients, before there was a specification.
	HMACSHA256 MACMethod = "hmac-sha256"
)

// keyLen returns the length of the HMAC key, or 0 for an unknown method.
func (m MACMethod) keyLen() int {
	switch m {
	case HKDFHMACSHA256V2, HKDFHMACSHA256:
		return 32
	case HMACSHA256:
		return 256
	}
	return 0
}

// MAC returns the MAC of input in 43 characters of base64. The input is the
// text of a public key or of the list of key ids; the info names the two
// devices and the key, and differs between the sides:
//
// https://spec.matrix.org/latest/client-server-api/#mac-calculation
//
// It returns [ErrTheirKeyNotSet], [ErrMethod] or [ErrWiped].
func (s *SAS) MAC(method MACMethod, input, info string) (string, error) {
	if err := s.ready(); err != nil {
		return "", err
	}
	keyLen := method.keyLen()
	if keyLen == 0 {
		return "", ErrMethod
	}
	key := make([]byte, keyLen)
	s.derive(key, info)
	hmac := sha2.NewHMAC256(key)
	secret.Wipe(key)
	var mac [32]byte
	hmac.Sum(&mac, []byte(input))
	hmac.Wipe()
	if method == HKDFHMACSHA256V2 {
		return base64.Encode(mac[:]), nil
	}
	return encodeInPlace(&mac), nil
}

// VerifyMAC compares a MAC of the other side with the one it should be, in
// constant time. It returns [ErrMAC] if it is another, or an error of
// [SAS.MAC].
func (s *SAS) VerifyMAC(method MACMethod, input, info, mac string) error {
	want, err := s.MAC(method, input, info)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(want), []byte(mac)) != 1 {
		return ErrMAC
	}
	return nil
}

// encodeInPlace encodes a MAC as libolm does for the old methods: from the
// beginning of a buffer to the beginning of the same buffer. Since the text
// grows faster than the bytes are read, all but the first few groups of three
// encode text instead of the MAC.
func encodeInPlace(mac *[32]byte) string {
	var buffer [43]byte
	copy(buffer[:], mac[:])
	text := buffer[:0]
	for i := 0; i < len(mac); i += 3 {
		var group [3]byte
		n := copy(group[:], buffer[i:len(mac)])
		text = base64.AppendEncode(text, group[:n])
	}
	return string(text)
}
