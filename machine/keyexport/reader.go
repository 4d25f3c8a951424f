package keyexport

import (
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aes"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

// Reader reads a file, twice: see the package documentation.
type Reader struct {
	passphrase []byte
	derive     KDF

	text     armour
	head     [headLen]byte
	headRead int
	held     []byte // the last bytes so far, which may be the MAC
	mac      *sha2.MAC256
	keys     [64]byte
	length   int // of what is encrypted
	verified bool

	stream *aes.Pieces
	left   int // to be decrypted
	items  Splitter
}

// NewReader begins to read a file. The passphrase is copied. [PBKDF2] is used unless
// another derivation is given.
func NewReader(passphrase []byte, derive ...KDF) *Reader {
	r := &Reader{passphrase: slices.Clone(passphrase), derive: PBKDF2}
	if len(derive) > 0 {
		r.derive = derive[0]
	}
	return r
}

// errHead ends the reading of a file whose head has come.
var errHead = errors.New("keyexport: the head is read")

// ReadHead returns how the key of a file is derived, given its first bytes, of which
// some hundred are enough: for those who derive it elsewhere, and give it to NewReader
// by [Derived]. It returns [ErrFormat], [ErrVersion] or [ErrRounds].
func ReadHead(beginning []byte) (salt []byte, rounds int, err error) {
	r := NewReader(nil, func(_, s []byte, n int) (*[64]byte, error) {
		salt, rounds = slices.Clone(s), n
		return nil, errHead
	})
	switch err := r.Verify(beginning); err {
	case errHead:
		return salt, rounds, nil
	case nil:
		return nil, 0, ErrFormat
	default:
		return nil, 0, err
	}
}

// Derived is a derivation that was made before.
func Derived(key *[64]byte) KDF {
	return func(_, _ []byte, _ int) (*[64]byte, error) {
		k := *key
		return &k, nil
	}
}

// Verify takes the next piece of the file, the first time. It returns [ErrFormat],
// [ErrVersion], [ErrRounds], or an error of the derivation.
func (r *Reader) Verify(piece []byte) error {
	decoded, err := r.text.decode(piece)
	if err != nil {
		return err
	}
	if decoded, err = r.readHead(decoded); err != nil || len(decoded) == 0 {
		return err
	}
	r.held = append(r.held, decoded...)
	if n := len(r.held) - macLen; n > 0 {
		r.mac.Write(r.held[:n])
		r.length += n
		r.held = append(r.held[:0], r.held[n:]...)
	}
	return nil
}

// readHead takes the head from the first bytes. When it is there, the keys are
// derived.
func (r *Reader) readHead(b []byte) (rest []byte, err error) {
	if r.headRead == headLen {
		return b, nil
	}
	n := copy(r.head[r.headRead:], b)
	r.headRead += n
	if r.headRead > 0 && r.head[0] != version {
		return nil, ErrVersion
	}
	if r.headRead < headLen {
		return nil, nil
	}
	rounds := binary.BigEndian.Uint32(r.head[headLen-4:])
	if rounds == 0 {
		return nil, ErrFormat
	}
	if rounds > MaxRounds {
		return nil, ErrRounds
	}
	derived, err := r.derive(r.passphrase, r.head[1:1+saltLen], int(rounds))
	if err != nil {
		return nil, err
	}
	r.keys = *derived
	secret.Wipe(derived[:])
	r.mac = sha2.NewMAC256(r.keys[32:])
	r.mac.Write(r.head[:])
	return b[n:], nil
}

// Verified ends the first time. It returns [ErrFormat] for a file that is not complete,
// or [ErrPassphrase].
func (r *Reader) Verified() error {
	if !r.text.ended() || r.mac == nil || len(r.held) != macLen {
		return ErrFormat
	}
	sum := r.mac.Sum()
	if subtle.ConstantTimeCompare(sum[:], r.held) != 1 {
		return ErrPassphrase
	}
	r.stream = aes.NewPieces((*[32]byte)(r.keys[:32]), (*[16]byte)(r.head[1+saltLen:]), false)
	r.text, r.headRead, r.left, r.verified = armour{}, 0, r.length, true
	return nil
}

// Read takes the next piece of the file, the second time, and returns the sessions that
// are complete with it, as JSON. They are secret; the caller wipes them. It returns
// [ErrFormat], also before [Reader.Verified].
func (r *Reader) Read(piece []byte) (sessions [][]byte, err error) {
	if !r.verified {
		return nil, ErrFormat
	}
	b, err := r.text.decode(piece)
	if err != nil {
		return nil, err
	}
	skip := min(headLen-r.headRead, len(b))
	r.headRead += skip
	b = b[skip:]
	b = b[:min(len(b), r.left)]
	r.left -= len(b)
	r.stream.XOR(b, b)
	defer secret.Wipe(b)
	return r.items.Split(b)
}

// Done ends the second time, and overwrites the keys. It returns [ErrFormat] for what is
// no array of objects, or not complete.
func (r *Reader) Done() error {
	complete := r.verified && r.left == 0 && r.items.Ended()
	r.Wipe()
	if !complete {
		return ErrFormat
	}
	return nil
}

// Wipe overwrites the keys. Done does so as well.
func (r *Reader) Wipe() {
	secret.Wipe(r.passphrase)
	secret.Wipe(r.keys[:])
	if r.mac != nil {
		r.mac.Wipe()
	}
	if r.stream != nil {
		r.stream.Wipe()
	}
	r.items.Wipe()
	r.verified = false
}
