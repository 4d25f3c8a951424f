package sha2

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/asmcheck"
)

// public are the arguments of the assembly: pointers and the number of blocks.
var public = []string{"state", "p", "n"}

func TestT8AssemblyIsConstantTime(t *testing.T) {
	files, err := filepath.Glob("*.s")
	if err != nil || len(files) == 0 {
		t.Fatalf("no assembly found (%v)", err)
	}
	for _, file := range files {
		asmcheck.File(t, file, public...)
	}
}

// TestT8AssemblyCheckCanFail puts a branch by a word of the message, and one by
// the state, into the real assembly.
func TestT8AssemblyCheckCanFail(t *testing.T) {
	source, err := os.ReadFile("compress_wasm.s")
	if err != nil {
		t.Fatal(err)
	}
	for _, register := range []string{"R8", "R0"} {
		const end = "\tGet R14\n\tI64Const $1\n\tI64Sub\n"
		altered := strings.Replace(string(source), end, strings.Replace(end, "R14", register, 1), 1)
		if altered == string(source) {
			t.Fatal("nothing was altered")
		}
		if asmcheck.Check(altered, public...) == nil {
			t.Errorf("a loop counted by %s passed", register)
		}
	}
}
