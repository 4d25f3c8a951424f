package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// generateFrom writes a package and runs the generator on it.
func generateFrom(t *testing.T, source string) (exports, client string, err error) {
	t.Helper()
	exports, client, _, err = generateParts(t, source, "")
	return exports, client, err
}

// generateParts is generateFrom with a file whose functions have a client of
// their own.
func generateParts(t *testing.T, source, part string) (exports, client, partClient string, err error) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.org/surface\n\ngo 1.26\n")
	write("surface.go", "package surface\n\n"+source)
	var partName string
	if part != "" {
		partName = "part.go"
		write(partName, "package surface\n\n"+part)
	}
	exports, client, partClient = filepath.Join(dir, "exports.txt"), filepath.Join(dir, "client.ts"), filepath.Join(dir, "part.ts")
	if err := generate(dir, exports, client, partName, partClient, "../bridge.js"); err != nil {
		return "", "", "", err
	}
	read := func(name string) string {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	if part == "" {
		return read(exports), read(client), "", nil
	}
	return read(exports), read(client), read(partClient), nil
}

func TestUnknownTypesAreRefused(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"argument", "func F(x any) {}", "type any cannot cross"},
		{"signed number", "func F(x int) {}", "type int cannot cross"},
		{"map", "func F() map[string]string { return nil }", "type map[string]string cannot cross"},
		{"function", "func F(f func()) {}", "type func() cannot cross"},
		{"array", "func F(x *[16]byte) {}", "type *[16]byte cannot cross"},
		{"foreign struct", "import \"sync\"\n\nfunc F(m sync.Mutex) {}", "type sync.Mutex cannot cross"},
		{"field", "type R struct{ X float64 }", "type float64 cannot cross"},
		{"exported interface", "type I interface{ M() }", "cannot cross"},
		{"exported number type", "type N uint32", "cannot cross"},
		{"list as argument", "func F(x []string) {}", "cannot be an argument"},
		{"object by value", "type O struct{}\n\nfunc (*O) Wipe() {}\n\nfunc F(o O) {}", "cannot cross"},
		{"two results", "func F() (string, string) { return \"\", \"\" }", "more than one result"},
		{"property with an argument", "type O struct{}\n\nfunc (*O) Wipe() {}\n\n//bridge:property\nfunc (*O) P(x string) string { return x }", "a property has"},
		{"code that is none", "var E error\n\nvar sentinels = []struct {\n\tCode string\n\tErr  *error\n}{{Code: \"MAC\", Err: &E}}", "want {Code:"},
		{"what does not compile", "func F() { undefined() }", "undefined"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := generateFrom(t, c.source); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestBothEndsAreWritten(t *testing.T) {
	exports, client, err := generateFrom(t, `
// Box holds things.
type Box struct{}

// NewBox makes a box.
func NewBox(label string) *Box { return nil }

// UnpackBox is the inverse of [Box.Pack].
func UnpackBox(packed []byte) (*Box, error) { return nil, nil }

// Pack packs.
func (*Box) Pack(key *[32]byte, size Size) ([]byte, error) { return nil, nil }

// Count is how much there is.
//
//bridge:property
func (*Box) Count() uint32 { return 0 }

// Weigh needs no secret.
//
//bridge:public
func Weigh(label string) (uint32, error) { return 0, nil }

// Wipe is not for JavaScript.
func (*Box) Wipe() {}

// Size is a size.
type Size struct {
	Width  uint32 // in metres
	UnitID string
}
`)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, exports,
		"//go:wasmexport box_new\nfunc exportNewBox(label uint32) int32 {\n\treturn bridge.Run(",
		"result := NewBox(c.Text(label))\n\t\tc.PutObject(result)",
		"func exportBoxPack(self, sizeWidth, sizeUnitID uint32) int32",
		".Pack(c.Array32(), Size{Width: sizeWidth, UnitID: c.Text(sizeUnitID)})",
		"func exportBoxCount(self uint32) int32 {\n\treturn bridge.Read(",
		"func exportWeigh(label uint32) int32 {\n\treturn bridge.Read(",
	)
	contains(t, client,
		"} from \"../bridge.js\";",
		"export type GoErrorCode = never;",
		"invoke(go.weigh, labelLength);\n  return takeUint32();",
		"/** Box holds things. */\nexport class Box extends Handle {",
		"constructor(label: string) {",
		"/** The inverse of {@link Box.pack}. */\n  static unpack(packed: Uint8Array): Box {",
		"pack(key: Uint8Array, size: Size): Uint8Array {",
		"/** How much there is. */\n  get count(): number {",
		"  /** In metres */\n  width: number;\n  unitId: string;",
	)
	if strings.Contains(client, "wipe") || strings.Contains(exports, "Wipe") {
		t.Error("Wipe crosses the bridge")
	}
}

// boxes is a surface to which parts are added.
const boxes = `
// Box holds things.
type Box struct{}

// NewBox makes a box.
func NewBox() *Box { return nil }

// Wipe is not for JavaScript.
func (*Box) Wipe() {}

// Size is a size.
type Size struct{ Width uint32 }
`

func TestAPartHasAClientOfItsOwn(t *testing.T) {
	exports, client, part, err := generateParts(t, boxes, `
// OpenBox opens a box anew.
func OpenBox(old *Box, label string) *Box { return nil }
`)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, exports, "//go:wasmexport openBox\n", "//go:wasmexport box_new\n")
	if strings.Contains(client, "openBox") {
		t.Error("the other client has the function, too")
	}
	contains(t, part, "import {\n  Box,\n} from \"../olm/client.js\";",
		"export function openBox(old: Box, label: string): Box {", "  openBox(n0: number, n1: number): number;")
	for _, unused := range []string{"takeBytes", "putBytes", "box_new"} {
		if strings.Contains(part, unused) {
			t.Error("the part has no use for ", unused)
		}
	}
}

func TestAPartCannotHaveWhatOnlyTheOtherClientKnows(t *testing.T) {
	for _, source := range []string{
		"func F(s Size) {}", "func F() Size { return Size{} }", "func F() *Size { return nil }", "func F() []Size { return nil }",
	} {
		if _, _, _, err := generateParts(t, boxes, source); err == nil || !strings.Contains(err.Error(), "cannot have Size") {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("nothing has\n%s\nin\n%s", part, text)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"Account": "account", "SessionID": "sessionId", "ID": "id", "KeyID": "keyId", "SHA256": "sha256",
		"Ed25519Verify": "ed25519Verify", "MACMethod": "macMethod", "OneTimeKeys": "oneTimeKeys",
	} {
		if got := jsName(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
