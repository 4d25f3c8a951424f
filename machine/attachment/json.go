package attachment

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
)

// JSON returns the EncryptedFile for a message, with the address of the ciphertext,
// which is to be added later if it is empty. It holds the key.
//
// https://spec.matrix.org/latest/client-server-api/#definition-encryptedfile
func (i *Info) JSON(url string) []byte {
	b := make([]byte, 0, 400+6*len(url)) // it never grows, which would leave the key behind
	b = append(b, `{"hashes":{"sha256":`...)
	b = strictjson.AppendText(b, base64.Encode(i.Hash[:]))
	b = strictjson.AppendText(append(b, `},"iv":`...), base64.Encode(i.iv[:]))
	b = append(b, `,"key":{"alg":"A256CTR","ext":true,"k":"`...)
	b = base64.AppendEncode(b, i.key.Array()[:])
	toURL(b[len(b)-keyLen:])
	b = append(b, `","key_ops":["encrypt","decrypt"],"kty":"oct"}`...)
	if url != "" {
		b = strictjson.AppendText(append(b, `,"url":`...), url)
	}
	return append(b, `,"v":"v2"}`...)
}

// Parse reads an EncryptedFile. It returns [ErrFormat] or [ErrVersion].
func Parse(json []byte) (*Info, error) {
	v, err := strictjson.Parse(json)
	if err != nil || v.Kind() != strictjson.Object {
		return nil, ErrFormat
	}
	i := &Info{URL: text(v.Get("url"))}
	if i.Version, err = version(v.Get("v")); err != nil {
		return nil, err
	}
	jwk := v.Get("key")
	if text(jwk.Get("kty")) != "oct" || text(jwk.Get("alg")) != "A256CTR" {
		return nil, ErrVersion
	}
	if !decode(i.iv[:], text(v.Get("iv"))) || !decode(i.Hash[:], text(v.Get("hashes").Get("sha256"))) {
		return nil, ErrFormat
	}
	key := secret.New[[32]byte]()
	if !decodeKey(key.Array(), jwk.Get("k")) {
		key.Wipe()
		return nil, ErrFormat
	}
	i.key = key
	return i, nil
}

// version reads the version. There was none at first.
func version(v strictjson.Value) (Version, error) {
	switch text(v) {
	case "v2":
		return Version2, nil
	case "v1":
		return Version1, nil
	case "":
		if v.Kind() == strictjson.None {
			return Version0, nil
		}
	}
	return 0, ErrVersion
}

func text(v strictjson.Value) string {
	s, _ := v.Text()
	return s
}

// decode fills dst with exactly what a text encodes.
func decode(dst []byte, text string) bool {
	if len(text) != base64.EncodedLen(len(dst)) {
		return false
	}
	_, err := base64.DecodeInto(dst, []byte(text))
	return err == nil
}

// keyLen is how many characters encode a key.
const keyLen = 43

// decodeKey is decode for the key, of which it leaves no copy. Escapes are none of its
// characters.
func decodeKey(dst *[32]byte, v strictjson.Value) bool {
	raw := v.Raw()
	if v.Kind() != strictjson.Text || len(raw) != len(`""`)+keyLen {
		return false
	}
	var characters [keyLen]byte
	copy(characters[:], raw[1:])
	fromURL(characters[:])
	_, err := base64.DecodeInto(dst[:], characters[:])
	secret.Wipe(characters[:])
	return err == nil
}

// toURL turns the two characters in which the alphabet of JSON Web Keys differs.
// No table and no branch by the others: it is a key.
func toURL(text []byte) { swap(text, '+', '-', '/', '_') }

func fromURL(text []byte) {
	// What has characters of the other alphabet is no JSON Web Key.
	swap(text, '+', '!', '/', '!')
	swap(text, '-', '+', '_', '/')
}

func swap(text []byte, from1, to1, from2, to2 byte) {
	for i, c := range text {
		is1 := -((uint32(c^from1) - 1) >> 31)
		is2 := -((uint32(c^from2) - 1) >> 31)
		text[i] = c ^ byte(is1)&(from1^to1) ^ byte(is2)&(from2^to2)
	}
}
