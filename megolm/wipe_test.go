package megolm_test

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

func isZero(b []byte) bool { return bytes.Equal(b, make([]byte, len(b))) }

func TestT9WipeLeavesNoSecrets(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	decrypt(t, in, encrypt(t, out, "m"), 0, "m")
	decrypt(t, in, encrypt(t, out, "m"), 1, "m") // so that the latest ratchet is another
	key, err := out.SessionKey()
	if err != nil {
		t.Fatal(err)
	}
	exported, err := in.Export()
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string][]byte{
		"outbound ratchet":     out.State().Ratchet.Data.Array()[:],
		"signing key":          out.State().SigningKey.Expanded.Array()[:],
		"initial ratchet":      in.State().Initial.Data.Array()[:],
		"latest ratchet":       in.State().Latest.Data.Array()[:],
		"session key":          key.Expose(),
		"exported session key": exported.Expose(),
	}
	for name, b := range secrets {
		if isZero(b) {
			t.Errorf("no %s to begin with", name)
		}
	}
	out.Wipe()
	in.Wipe()
	key.Wipe()
	exported.Wipe()
	for name, b := range secrets {
		if !isZero(b) {
			t.Errorf("Wipe left the %s", name)
		}
	}
}

// T9: a ratchet that another takes the place of does not wait for the garbage
// collector: whoever finds it reads the messages in between.
func TestT9ReplacedRatchetIsOverwritten(t *testing.T) {
	out, in := newGroup(t, megolm.Version1)
	decrypt(t, in, encrypt(t, out, "first"), 0, "first")
	latest := in.State().Latest.Data.Array()[:]
	encrypt(t, out, "lost")
	decrypt(t, in, encrypt(t, out, "m"), 2, "m")
	if !isZero(latest) {
		t.Error("the latest ratchet was left when the next one took its place")
	}
	initial := in.State().Initial.Data.Array()[:]
	if isZero(initial) {
		t.Error("the initial ratchet was overwritten as well")
	}
	if err := in.AdvanceTo(1); err != nil || !isZero(initial) {
		t.Errorf("the initial ratchet was left when it was forgotten, %v", err)
	}
}
