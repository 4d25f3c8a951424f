package keyexport

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aes"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

// Writer writes a file, in pieces.
type Writer struct {
	passphrase []byte
	rounds     int
	derive     KDF
	head       []byte

	stream *aes.Pieces
	mac    *sha2.MAC256
	some   bool   // whether there was a session
	rest   []byte // bytes that are no whole line yet
}

// NewWriter begins a file. [PBKDF2] is used unless another derivation is given.
func NewWriter(passphrase []byte, rounds int, derive ...KDF) *Writer {
	w := &Writer{passphrase: append([]byte(nil), passphrase...), rounds: rounds, derive: PBKDF2}
	if len(derive) > 0 {
		w.derive = derive[0]
	}
	w.head = make([]byte, headLen)
	w.head[0] = version
	random.Fill(w.head[1 : headLen-4])
	// Some count in 64 bits of the counter only. With this bit zero, and files that
	// end sometime, there is no difference.
	w.head[1+saltLen+8] &= 0x7f
	return w
}

// Salt is what the derivation will be given.
func (w *Writer) Salt() []byte { return w.head[1 : 1+saltLen] }

// Begin returns the first piece of the file. It returns [ErrRounds] for a number of
// rounds that is not from 1 to [MaxRounds], or an error of the derivation.
func (w *Writer) Begin() ([]byte, error) {
	if w.rounds < 1 || w.rounds > MaxRounds {
		return nil, ErrRounds
	}
	head := w.head
	binary.BigEndian.PutUint32(head[headLen-4:], uint32(w.rounds))
	derived, err := w.derive(w.passphrase, w.Salt(), w.rounds)
	secret.Wipe(w.passphrase)
	if err != nil {
		return nil, err
	}
	defer secret.Wipe(derived[:])
	w.stream = aes.NewPieces((*[32]byte)(derived[:32]), (*[16]byte)(head[1+saltLen:]), false)
	w.mac = sha2.NewMAC256(derived[32:])
	w.mac.Write(head)
	text := append([]byte(begin), '\n')
	text = w.lines(text, head)
	return w.encrypt(text, []byte{'['}), nil
}

// Session returns the next piece of the file, with a session as JSON.
func (w *Writer) Session(json []byte) []byte {
	b := make([]byte, 0, len(json)+1)
	if w.some {
		b = append(b, ',')
	}
	w.some = true
	return w.encrypt(nil, append(b, json...))
}

// End returns the last piece of the file, and overwrites the keys.
func (w *Writer) End() []byte {
	text := w.encrypt(nil, []byte{']'})
	sum := w.mac.Sum()
	text = w.lines(text, sum[:])
	if len(w.rest) > 0 {
		text = append(base64.AppendEncode(text, w.rest), '\n')
	}
	w.Wipe()
	return append(append(text, end...), '\n')
}

// Wipe overwrites the keys. End does so as well.
func (w *Writer) Wipe() {
	secret.Wipe(w.passphrase)
	if w.stream != nil {
		w.stream.Wipe()
		w.mac.Wipe()
	}
}

// encrypt appends what is encrypted, which it overwrites.
func (w *Writer) encrypt(text, b []byte) []byte {
	w.stream.XOR(b, b)
	w.mac.Write(b)
	return w.lines(text, b)
}

// lines appends whole lines of base64, and keeps the rest.
func (w *Writer) lines(text, b []byte) []byte {
	const bytesInLine = lineLen / 4 * 3
	w.rest = append(w.rest, b...)
	for len(w.rest) >= bytesInLine {
		text = append(base64.AppendEncode(text, w.rest[:bytesInLine]), '\n')
		w.rest = w.rest[:copy(w.rest, w.rest[bytesInLine:])]
	}
	return text
}
