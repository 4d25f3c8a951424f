package seal

import "github.com/mudpuppy-e2ee/mudpuppy/internal/random"

// IVs are IVs for what is about to be sealed, drawn in one go: in a browser each
// draw takes longer than sealing a short text. Each serves once. They are not to
// be copied, and nil is for one that is drawn when it is needed.
type IVs struct{ left []byte }

// DrawIVs draws n IVs.
func DrawIVs(n int) *IVs {
	v := &IVs{make([]byte, n*ivLen)}
	random.Fill(v.left)
	return v
}

// take writes the next IV to iv. Where none is left it draws another one.
func (v *IVs) take(iv []byte) {
	if v == nil || len(v.left) == 0 {
		random.Fill(iv)
		return
	}
	n := copy(iv, v.left)
	clear(v.left[:n]) // so that what is in memory is what was used, once
	v.left = v.left[n:]
}
