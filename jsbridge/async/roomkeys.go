//go:build js

package async

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/promise"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/machine/keyexport"
)

// FileHead says how the key of an encrypted file is derived.
//
//bridge:internal
type FileHead struct {
	Salt   []byte
	Rounds uint32
}

// ReadFileHead reads the beginning of an encrypted file.
//
//bridge:internal
func (m *Machine) ReadFileHead(_ context.Context, beginning []byte) (FileHead, error) {
	salt, rounds, err := keyexport.ReadHead(beginning)
	return FileHead{salt, uint32(rounds)}, err
}

// derivationStep is how many rounds are computed without a rest: some milliseconds.
const derivationStep = 2500

// DeriveFileKey is PBKDF2, for where the platform has none.
//
//bridge:internal
//bridge:abortable
func (m *Machine) DeriveFileKey(ctx context.Context, passphrase, salt []byte, rounds uint32) ([]byte, error) {
	d := keyexport.NewDerivation(passphrase, salt, int(min(rounds, keyexport.MaxRounds)))
	defer d.Wipe()
	for !d.Step(derivationStep) {
		if promise.Rest(); ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return d.Key()[:], nil
}

// keyFile is a file with room keys that is read: first all of it by VerifyKeyFile, if it
// is encrypted, and then by ImportKeyFile.
type keyFile struct {
	reader   *keyexport.Reader // nil if it is not encrypted
	splitter keyexport.Splitter
	next     uint32 // the index of the next session
}

// Wipe overwrites what is secret.
func (f *keyFile) Wipe() {
	if f.splitter.Wipe(); f.reader != nil {
		f.reader.Wipe()
	}
}

// OpenKeyFile begins to read a file, with the key that was derived, or none if it is not
// encrypted.
//
//bridge:internal
func (m *Machine) OpenKeyFile(_ context.Context, key []byte) (uint32, error) {
	f := new(keyFile)
	if len(key) > 0 {
		f.reader = keyexport.NewReader(nil, derived(key))
	}
	return m.files.add(f), nil
}

// CloseKeyFile lets go of a file that was read or written. It may be called again.
//
//bridge:internal
func (m *Machine) CloseKeyFile(_ context.Context, file uint32) error {
	m.files.close(file)
	return nil
}

// derived is a key that JavaScript has derived. A copy of it lives as long as the file.
func derived(key []byte) keyexport.KDF {
	var k [64]byte
	copy(k[:], key)
	return func(_, _ []byte, _ int) (*[64]byte, error) {
		once := k
		secret.Wipe(k[:])
		return &once, nil
	}
}

// VerifyKeyFile looks at the next piece of an encrypted file, before anything of it is
// used.
//
//bridge:internal
func (m *Machine) VerifyKeyFile(_ context.Context, file uint32, piece []byte, last bool) error {
	f, err := opened[*keyFile](m, file)
	if err != nil {
		return err
	}
	if err := f.reader.Verify(piece); err != nil || !last {
		return err
	}
	return f.reader.Verified()
}

// RefusedKey is a key that was not imported.
type RefusedKey struct {
	Index     uint32 // of the session in the file or the list, from 0
	RoomID    string // empty if it does not say
	SessionID string // empty if it does not say
	// ERR_FORMAT for what is no session, ERR_ALGORITHM for one of another kind,
	// ERR_MISMATCHED_KEYS if the key is of another session than it says.
	Code    string
	Message string // for developers, without secrets
}

// ImportedKeys says what became of some keys.
//
//bridge:internal
type ImportedKeys struct {
	Imported uint32
	Kept     uint32
	Failed   []RefusedKey
}

// ImportKeyFile imports what the next piece of a file brings. The next call need not wait
// for this one: so there is something to be read while something is written.
//
//bridge:internal
//bridge:abortable
func (m *Machine) ImportKeyFile(ctx context.Context, file uint32, piece []byte, last bool) (ImportedKeys, error) {
	f, err := opened[*keyFile](m, file)
	if err != nil {
		return ImportedKeys{}, err
	}
	first := f.next
	sessions, err := f.read(piece, last)
	f.next += uint32(len(sessions)) // at once, since the next piece may come meanwhile
	defer func() {
		for _, json := range sessions {
			secret.Wipe(json)
		}
	}()
	found, failed := m.machine.ImportRoomKeys(ctx, sessions)
	result := ImportedKeys{}
	for i, one := range found {
		switch {
		case one.Error != nil:
			code, message := promise.Describe(one.Error)
			result.Failed = append(result.Failed, RefusedKey{first + uint32(i), one.RoomID, one.SessionID, code, message})
		case one.Kept:
			result.Kept++
		default:
			result.Imported++
		}
	}
	if failed != nil {
		return ImportedKeys{}, failed
	}
	return result, err
}

// read returns the sessions that are complete with the next piece.
func (f *keyFile) read(piece []byte, last bool) (sessions [][]byte, err error) {
	if f.reader == nil {
		if sessions, err = f.splitter.Split(piece); err == nil && last && !f.splitter.Ended() {
			err = keyexport.ErrFormat
		}
		return sessions, err
	}
	if sessions, err = f.reader.Read(piece); err == nil && last {
		err = f.reader.Done()
	}
	return sessions, err
}

// keyWriter is a file with room keys that is written.
type keyWriter struct {
	writer *keyexport.Writer // nil if it is not encrypted
	key    [64]byte
	some   bool
}

// Wipe overwrites what is secret.
func (w *keyWriter) Wipe() {
	if secret.Wipe(w.key[:]); w.writer != nil {
		w.writer.Wipe()
	}
}

// NewKeyFile is a file that is to be written, and the salt for its key.
//
//bridge:internal
type NewKeyFile struct {
	File uint32
	Salt []byte
}

// WriteKeyFile begins to write a file: encrypted, with so many rounds, or in the clear
// if they are 0.
//
//bridge:internal
func (m *Machine) WriteKeyFile(_ context.Context, rounds uint32) (NewKeyFile, error) {
	w := new(keyWriter)
	if rounds == 0 {
		return NewKeyFile{m.files.add(w), nil}, nil
	}
	w.writer = keyexport.NewWriter(nil, int(rounds), func(_, _ []byte, _ int) (*[64]byte, error) {
		key := w.key
		secret.Wipe(w.key[:])
		return &key, nil
	})
	return NewKeyFile{m.files.add(w), slices.Clone(w.writer.Salt())}, nil
}

// BeginKeyFile returns the beginning of a file.
//
//bridge:internal
func (m *Machine) BeginKeyFile(_ context.Context, file uint32, key []byte) ([]byte, error) {
	w, err := opened[*keyWriter](m, file)
	if err != nil {
		return nil, err
	}
	if w.writer == nil {
		return []byte{'['}, nil
	}
	copy(w.key[:], key)
	return w.writer.Begin()
}

// EndKeyFile returns the end of a file.
//
//bridge:internal
func (m *Machine) EndKeyFile(_ context.Context, file uint32) ([]byte, error) {
	w, err := opened[*keyWriter](m, file)
	if err != nil {
		return nil, err
	}
	if w.writer == nil {
		return []byte("]\n"), nil
	}
	return w.writer.End(), nil
}

// ExportedKeys is a piece of a file.
//
//bridge:internal
type ExportedKeys struct {
	Text  []byte
	Count uint32
	Next  string // the position after it; empty at the end
}

// ExportToKeyFile writes the next sessions to a file: those of a room, or all.
//
//bridge:internal
func (m *Machine) ExportToKeyFile(ctx context.Context, file uint32, roomID, position string) (ExportedKeys, error) {
	w, err := opened[*keyWriter](m, file)
	if err != nil {
		return ExportedKeys{}, err
	}
	sessions, next, err := m.machine.ExportRoomKeys(ctx, roomID, position)
	if err != nil {
		return ExportedKeys{}, err
	}
	var size int
	for _, json := range sessions {
		size += len(json)*3/2 + 100
	}
	text := make([]byte, 0, size)
	for _, json := range sessions {
		piece := w.write(json)
		text = append(text, piece...)
		secret.Wipe(piece)
		secret.Wipe(json)
	}
	return ExportedKeys{text, uint32(len(sessions)), next}, nil
}

func (w *keyWriter) write(json []byte) []byte {
	if w.writer != nil {
		return w.writer.Session(json)
	}
	piece := make([]byte, 0, len(json)+2)
	if w.some {
		piece = append(piece, ',', '\n')
	}
	w.some = true
	return append(piece, json...)
}
