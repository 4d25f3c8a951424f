package machine_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The page that says how encryption can fail is compared with the sources: each
// failure that an application can meet has an entry, and each entry is of one.

const failuresPage = "../docs/how-encryption-can-fail.md"

// failure is an entry of the page.
type failure struct {
	text string
	goes []string // the Go names beside it, such as machine.ErrReplay
}

var (
	headings = regexp.MustCompile("(?m)^##+ (.+)$")
	goNames  = regexp.MustCompile("`([a-z]+\\.[A-Z][A-Za-z0-9]*)`")
	links    = regexp.MustCompile(`\]\(#([^)]*)\)`)
	noAnchor = regexp.MustCompile("[^a-z0-9_-]")
	words    = regexp.MustCompile("([a-z])([A-Z])")
	// Codes in the union of those that do not come from Go, and in the table of
	// those that do.
	unionCodes = regexp.MustCompile(`\| "(ERR_[A-Z0-9_]+)"`)
	tableCodes = regexp.MustCompile(`\{Code: "(ERR_[A-Z0-9_]+)", Err: &([A-Za-z0-9.]+)\}`)
)

// readFailures returns the text of the page, and its entries by code.
func readFailures(t *testing.T) (string, map[string]failure) {
	t.Helper()
	page := readSource(t, failuresPage)
	entries := make(map[string]failure)
	for _, section := range strings.Split(page, "\n### ")[1:] {
		section, _, _ = strings.Cut(section, "\n## ")
		code, text, _ := strings.Cut(section, "\n")
		if _, twice := entries[code]; twice {
			t.Errorf("%s has two entries", code)
		}
		f := failure{text: text}
		if first, _, _ := strings.Cut(strings.TrimSpace(text), "\n"); strings.HasPrefix(first, "Go: ") {
			for _, m := range goNames.FindAllStringSubmatch(first, -1) {
				f.goes = append(f.goes, m[1])
			}
		}
		entries[code] = f
	}
	return page, entries
}

func readSource(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// declaration is of a constant or variable of a package.
type declaration struct {
	kind       token.Token
	name       string
	typeName   string // if it stands there
	stringText string // if it is a literal
}

// declarations returns all of the package in a folder.
func declarations(t *testing.T, folder string) (all []declaration) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if d, ok := d.(*ast.GenDecl); ok && (d.Tok == token.CONST || d.Tok == token.VAR) {
				all = append(all, readSpecs(d)...)
			}
		}
	}
	return all
}

func readSpecs(d *ast.GenDecl) (all []declaration) {
	for _, spec := range d.Specs {
		value := spec.(*ast.ValueSpec)
		for i, name := range value.Names {
			found := declaration{kind: d.Tok, name: name.Name}
			if kind, ok := value.Type.(*ast.Ident); ok {
				found.typeName = kind.Name
			}
			if i < len(value.Values) {
				if literal, ok := value.Values[i].(*ast.BasicLit); ok && literal.Kind == token.STRING {
					found.stringText, _ = strconv.Unquote(literal.Value)
				}
			}
			all = append(all, found)
		}
	}
	return all
}

// An error has its entry under what JavaScript calls it: ERR_ and its name, with
// STORE_ where it is of a store, ATTACHMENT_ where it is of a file and PICKLE_ where it
// is of a pickle, but for a few that would say too little so.
var otherCodes = map[string]string{
	"machine.ErrBroken": "ERR_STORE_DAMAGED",
	"machine.ErrOwner":  "ERR_OTHER_DEVICE",
	"schema.ErrMissing": "ERR_STORE_DAMAGED",
	"sealed.ErrParams":  "ERR_PASSPHRASE",

	"keyexport.ErrVersion":     "ERR_FORMAT",
	"libolm.ErrLegacyAccount":  "ERR_LEGACY_ACCOUNT",
	"libolm.ErrSessionVersion": "ERR_SESSION_VERSION",
}

func codeOf(pkg, name string) string {
	if code, ok := otherCodes[pkg+"."+name]; ok {
		return code
	}
	code := "ERR_"
	switch pkg {
	case "machine", "keyexport":
	case "attachment":
		code += "ATTACHMENT_"
	case "libolm":
		code += "PICKLE_"
	default:
		code += "STORE_"
	}
	return code + strings.ToUpper(words.ReplaceAllString(strings.TrimPrefix(name, "Err"), "${1}_$2"))
}

// errorCodes returns the errors that an application can meet, with their codes.
func errorCodes(t *testing.T) map[string]string {
	t.Helper()
	codes := make(map[string]string)
	for pkg, folder := range map[string]string{"machine": ".", "attachment": "attachment", "libolm": "../libolm", "store": "../store", "sealed": "../store/sealed", "schema": "../store/schema", "keyexport": "keyexport"} {
		before := len(codes)
		for _, d := range declarations(t, folder) {
			if d.kind == token.VAR && strings.HasPrefix(d.name, "Err") {
				codes[pkg+"."+d.name] = codeOf(pkg, d.name)
			}
		}
		if len(codes) == before {
			t.Errorf("package %s has no errors", pkg)
		}
	}
	return codes
}

func TestEveryErrorIsExplained(t *testing.T) {
	_, entries := readFailures(t)
	codes, inJavaScript := errorCodes(t), javaScriptCodes(t)
	for name, code := range codes {
		if !slices.Contains(entries[code].goes, name) {
			t.Errorf("%s has no entry %s with its name", name, code)
		}
	}
	for _, code := range inJavaScript {
		if _, ok := entries[code]; !ok {
			t.Errorf("%s has no entry", code)
		}
	}
	for code, f := range entries {
		if !strings.HasPrefix(code, "ERR_") {
			continue
		}
		if len(f.goes) == 0 && !slices.Contains(inJavaScript, code) {
			t.Errorf("%s is the code of nothing", code)
		}
		for _, name := range f.goes {
			if codes[name] != code {
				t.Errorf("%s stands under %s, but its code is %q", name, code, codes[name])
			}
		}
	}
}

// javaScriptCodes are the codes of errors that do not come from these packages.
func javaScriptCodes(t *testing.T) (codes []string) {
	t.Helper()
	_, union, _ := strings.Cut(readSource(t, "../web/src/bridge/errors.ts"), "export type BridgeErrorCode")
	union, _, _ = strings.Cut(union, ";\n")
	for _, m := range unionCodes.FindAllStringSubmatch(union, -1) {
		codes = append(codes, m[1])
	}
	if len(codes) == 0 {
		t.Error("no codes were found in errors.ts")
	}
	for _, m := range bridgedErrors(t) {
		if name := m[2]; !strings.Contains(name, ".") { // the bridge's own
			codes = append(codes, m[1])
		}
	}
	return codes
}

// bridgedErrors are the lines of the table by which the machine's errors cross to
// JavaScript, nil if they do not.
func bridgedErrors(t *testing.T) [][]string {
	t.Helper()
	const path = "../jsbridge/async/errors.go"
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lines := tableCodes.FindAllStringSubmatch(readSource(t, path), -1)
	if len(lines) == 0 {
		t.Errorf("%s has no codes", path)
	}
	return lines
}

func TestCodesAreThoseInJavaScript(t *testing.T) {
	bridged := bridgedErrors(t)
	if bridged == nil {
		t.Skip("the machine is not bridged to JavaScript")
	}
	codes := errorCodes(t)
	for _, m := range bridged {
		if code, name := m[1], m[2]; strings.Contains(name, ".") && codes[name] != code {
			t.Errorf("JavaScript knows %s as %s, this page as %q", name, code, codes[name])
		}
	}
}

// Others send these besides those that the machine sends; they stand in the
// specification.
var foreignWithheld = []string{"m.unauthorised", "m.unavailable"}

func TestEveryReasonOfTheSenderIsExplained(t *testing.T) {
	_, entries := readFailures(t)
	known := slices.Clone(foreignWithheld)
	for _, d := range declarations(t, ".") {
		if d.kind == token.CONST && strings.HasPrefix(d.name, "withheld") && strings.HasPrefix(d.stringText, "m.") {
			known = append(known, d.stringText)
		}
	}
	if len(known) == len(foreignWithheld) {
		t.Error("the machine has no codes of its own")
	}
	compareEntries(t, entries, known, func(code string) bool { return strings.HasPrefix(code, "m.") })
}

func TestEveryReasonOfTrustIsExplained(t *testing.T) {
	_, entries := readFailures(t)
	var known []string
	for _, d := range declarations(t, ".") {
		if d.typeName != "Reason" {
			continue
		}
		known = append(known, d.stringText)
		if !slices.Equal(entries[d.stringText].goes, []string{"machine." + d.name}) {
			t.Errorf("entry %s has not the name machine.%s", d.stringText, d.name)
		}
	}
	compareEntries(t, entries, known, func(code string) bool {
		return !strings.HasPrefix(code, "ERR_") && !strings.HasPrefix(code, "m.")
	})
}

// compareEntries checks that the entries of some kind are those of what is known.
func compareEntries(t *testing.T, entries map[string]failure, known []string, isKind func(code string) bool) {
	t.Helper()
	for _, code := range known {
		if _, ok := entries[code]; !ok {
			t.Errorf("%s has no entry", code)
		}
	}
	for code := range entries {
		if isKind(code) && !slices.Contains(known, code) {
			t.Errorf("%s is the code of nothing", code)
		}
	}
}

func TestEveryEntrySaysCauseSightAndCure(t *testing.T) {
	page, entries := readFailures(t)
	for code, f := range entries {
		for _, part := range []string{"- **Cause.** ", "- **What the person sees.** ", "- **What heals it.** "} {
			if strings.Count(f.text, part) != 1 {
				t.Errorf("%s has not one part %q", code, part)
			}
		}
	}
	anchors := make(map[string]bool)
	for _, m := range headings.FindAllStringSubmatch(page, -1) {
		anchors[noAnchor.ReplaceAllString(strings.ReplaceAll(strings.ToLower(m[1]), " ", "-"), "")] = true
	}
	for _, m := range links.FindAllStringSubmatch(page, -1) {
		if !anchors[m[1]] {
			t.Errorf("the link to #%s leads nowhere", m[1])
		}
	}
}
