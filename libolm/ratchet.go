package libolm

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

const ratchetLen = megolmstate.RatchetLen + 4

func writeRatchet(w *pickle.Writer, ratchet *megolmstate.Ratchet) {
	w.Raw(ratchet.Data.Array()[:])
	w.Uint32(ratchet.Index)
}

func readRatchet(r *pickle.Reader) megolmstate.Ratchet {
	data := secret.New[[megolmstate.RatchetLen]byte]()
	copy(data.Array()[:], r.Raw(megolmstate.RatchetLen))
	return megolmstate.Ratchet{Data: data, Index: r.Uint32()}
}
