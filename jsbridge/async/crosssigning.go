//go:build js

package async

import (
	"context"
)

// CrossSigningStatus tells which private cross-signing keys are here.
type CrossSigningStatus struct {
	Master      bool // which signs the other two
	SelfSigning bool // which signs the user's own devices
	UserSigning bool // which signs other users
}

// CrossSigningKeys are the private cross-signing keys, as seeds of 32 bytes: those
// that are here.
//
//bridge:options
type CrossSigningKeys struct {
	Master      *[]byte // which signs the other two
	SelfSigning *[]byte // which signs the user's own devices
	UserSigning *[]byte // which signs other users
}

// SetUpCrossSigning makes the user's cross-signing keys, and signs this device. It
// throws ERR_IDENTITY_EXISTS if there are some, and ERR_OUTDATED as long as that is
// not known: send the outgoing requests first. With replace those that there are
// are replaced. What is to be sent is among the outgoing requests.
func (m *Machine) SetUpCrossSigning(ctx context.Context, replace bool) error {
	return m.machine.SetUpCrossSigning(ctx, replace)
}

// CrossSigningStatus tells which private cross-signing keys are here.
func (m *Machine) CrossSigningStatus(ctx context.Context) (CrossSigningStatus, error) {
	s, err := m.machine.CrossSigningStatus(ctx)
	return CrossSigningStatus(s), err
}

// ExportCrossSigningKeys returns the private cross-signing keys. They are secrets:
// overwrite them when they are no longer needed.
func (m *Machine) ExportCrossSigningKeys(ctx context.Context) (CrossSigningKeys, error) {
	master, self, user, err := m.machine.ExportCrossSigningKeys(ctx)
	return CrossSigningKeys{optionalBytes(master), optionalBytes(self), optionalBytes(user)}, err
}

// ImportCrossSigningKeys takes the private cross-signing keys from another device,
// or from secret storage. It throws ERR_MISMATCHED_KEYS if they are not those that
// the user has published, or ERR_UNKNOWN_USER if it is not known which these are.
func (m *Machine) ImportCrossSigningKeys(ctx context.Context, keys CrossSigningKeys) error {
	return m.machine.ImportCrossSigningKeys(ctx, bytesOf(keys.Master), bytesOf(keys.SelfSigning), bytesOf(keys.UserSigning))
}

func optionalBytes(b []byte) *[]byte {
	if b == nil {
		return nil
	}
	return &b
}

func bytesOf(b *[]byte) []byte {
	if b == nil {
		return nil
	}
	return *b
}
