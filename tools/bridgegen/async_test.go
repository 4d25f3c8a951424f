package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// generateAsyncFrom is generateFrom for calls that answer with promises.
func generateAsyncFrom(t *testing.T, source string) (exports, client string, err error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":     "module example.org/surface\n\ngo 1.26\n",
		"surface.go": "package surface\n\nimport \"context\"\n\n" + source,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	exports, client = filepath.Join(dir, "exports.txt"), filepath.Join(dir, "client.ts")
	if err := generateAsync(dir, exports, client, "", "", "../promises.js"); err != nil {
		return "", "", err
	}
	read := func(name string) string {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	return read(exports), read(client), nil
}

func TestUnknownTypesAreRefusedInPromises(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"no context", "var _ context.Context\n\nfunc F(x string) {}", "the first argument is no context"},
		{"anything", "func F(_ context.Context, x any) {}", "type any cannot cross"},
		{"signed number", "func F(_ context.Context, x int) {}", "type int cannot cross"},
		{"optional list", "func F(_ context.Context, x *[]string) {}", "type *[]string cannot cross"},
		{"doubly optional", "func F(_ context.Context, x **string) {}", "cannot cross"},
		{"left out in the midst", "func F(_ context.Context, x *string, y string) {}", "y comes after"},
		{"list of maps", "func F(context.Context) []map[string]string { return nil }", "cannot cross"},
		{"field", "type R struct{ X float64 }\n\nvar _ context.Context", "type float64 cannot cross"},
		{"two results", "func F(context.Context) (string, string) { return \"\", \"\" }", "more than one result"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := generateAsyncFrom(t, c.source); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestBothEndsOfPromisesAreWritten(t *testing.T) {
	exports, client, err := generateAsyncFrom(t, `
// Box holds things.
type Box struct{}

// Wipe is not for JavaScript.
func (*Box) Wipe() {}

// Fault is neither.
func (*Box) Fault() {}

// Pack packs what is given.
func (*Box) Pack(_ context.Context, userID string, names []string, how Options, deep bool, note *string) (Packed, error) {
	return Packed{}, nil
}

// Weigh is for those who know.
//
//bridge:internal
func (*Box) Weigh(context.Context) int64 { return 0 }

// OpenBox takes its time.
//
//bridge:abortable
func OpenBox(_ context.Context, key *[32]byte) (*Box, error) { return nil, nil }

// Options say how.
//
//bridge:options
type Options struct {
	Size  int64 // in metres
	Way   Way
	Parts []Part
}

// Part is used before it is declared.
type Part struct{ Name string }

// Way is a way.
type Way string

// The ways.
const (
	Fast Way = "fast"
	Slow Way = "slow"
)

// Packed is what came of it.
type Packed struct {
	Parts []Part
	Lid   *Part
}
`)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, exports,
		"//go:wasmexport box_pack\nfunc exportBoxPack(number, size, self uint32) {\n\to := bridge.Object[*Box](self)\n\tpromise.Start(number, size, o, func(",
		"o.Pack(ctx, c.Text(), promise.List(c, func() string { return c.Text() }), Options{Size: c.Integer(), Way: Way(c.Text()), "+
			"Parts: promise.List(c, func() Part { return Part{Name: c.Text()} })}, c.Bool(), promise.Optional(c, func() string { return c.Text() }))",
		"c.PutBool(result.Lid != nil)\n\t\tif result.Lid != nil {\n\t\t\tc.PutText(result.Lid.Name)",
		"func exportOpenBox(number, size uint32) {\n\tpromise.StartAbortable(number, size, nil, func(",
		"OpenBox(ctx, c.Array32())",
	)
	contains(t, client,
		"export abstract class Box extends Live {",
		"  /** Packs what is given. */\n  async pack(userId: string, names: Iterable<string>, how: Options, deep: boolean, note?: string): Promise<Packed> {",
		`addList(values, "names", names, (label, item) => addText(values, label, item));`,
		`addOptional(values, "note", note, (label, given) => addText(values, label, given));`,
		`return start("box_pack", this, values, takePacked);`,
		"  /** @internal For those who know. */\n  async _weigh(): Promise<number> {",
		"export async function openBox(key: Uint8Array, signal?: AbortSignal): Promise<number> {",
		`return start("openBox", null, values, takeUint32, signal);`,
		"  /** In metres */\n  size?: number | undefined;",
		`addInteger(values, `+"`${label}.size`"+`, orElse(size, 0));`,
		`addChoice(values, `+"`${label}.way`"+`, orElse(way, ""), ["fast", "slow"]);`,
		"lid: takeBool() ? takePart() : undefined,",
	)
	for _, absent := range []string{"wipe", "fault", "takeOptions", "addPacked"} {
		if strings.Contains(client, absent) {
			t.Errorf("the client has %s", absent)
		}
	}
}
