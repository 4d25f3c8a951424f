//go:build !js

// Package imports holds, as a test, who may import what in this module. The
// rules stand in this file; ARCHITECTURE.md says why they are as they are.
package imports

// rule says what the packages of one layer may import besides the standard
// library. Paths of this module stand without the module's own.
type rule struct {
	packages []string
	may      []string // packages of this module
	foreign  []string // packages of other modules
	js       bool     // syscall/js
	std      []string // of the standard library, though notInLibrary lists it
	network  bool     // net/http, and log with it
}

var (
	primitives = []string{
		"internal/aes", "internal/aessha2", "internal/base64", "internal/curve25519",
		"internal/curve25519/arith", "internal/random", "internal/seal", "internal/secret", "internal/sha2",
	}
	codecs = []string{"internal/pickle", "internal/strictjson", "internal/wire"}
	states = []string{"internal/megolmstate", "internal/olmstate"}

	// api is what users of the library import.
	api = []string{"event", "keys", "libolm", "megolm", "olm", "olm/pk", "olm/sas"}

	// stores are what they import to keep a device's state.
	stores = []string{"store", "store/memory", "store/schema", "store/sealed"}

	// programs are what browsers load.
	programs = []string{"wasm/olm", "wasm/full"}

	// testHelpers are imported by tests only.
	testHelpers = []string{
		"internal/asmcheck", "internal/homeserver", "internal/judge", "internal/network", "internal/testrand", "internal/testserver", "internal/vectors", "store/storetest",
	}
)

// rules is the layout of the module, from the bottom up. A package that has no
// rule is an error, so that every new one is given its place here.
var rules = []rule{
	// Randomness comes straight from crypto.getRandomValues on wasm, because
	// crypto/rand would add 100 kB there. Hence syscall/js in this one package
	// that is not for JavaScript alone.
	{packages: []string{"internal/random"}, js: true},
	{packages: primitives, may: primitives, foreign: []string{
		"filippo.io/edwards25519", "filippo.io/edwards25519/field",
	}},
	{packages: []string{"internal/aes/simd", "internal/order", "internal/wasmhost", "internal/wire"}},
	{packages: []string{"internal/strictjson"}, may: []string{"internal/order"}},
	{packages: []string{"internal/pickle"}, may: primitives},
	{packages: states, may: join(primitives, codecs)},
	{packages: []string{"internal/record"}, may: primitives},
	{packages: []string{"machine"}, may: join(primitives, codecs, states, []string{
		"event", "internal/order", "internal/record", "keys", "megolm", "olm", "store", "store/schema",
	}), std: []string{"time"}}, // sessions grow old; and what speaks to a browser links it anyway
	{packages: []string{"machine/attachment", "machine/keyexport"}, may: join(primitives, codecs)},
	{packages: []string{"keys"}, may: primitives},
	{packages: []string{"event"}, may: []string{"internal/strictjson", "keys"}},
	{packages: []string{"megolm"}, may: join(primitives, codecs, []string{"internal/megolmstate", "keys"})},
	{packages: []string{"olm", "olm/pk", "olm/sas"}, may: join(primitives, codecs, []string{"internal/olmstate", "keys"})},
	{packages: []string{"libolm"}, may: join(primitives, codecs, states, api)},
	// The bridge to JavaScript. Only internal/random speaks to JavaScript by
	// itself; calls from there come in by exports, which need no syscall/js.
	{packages: []string{"internal/bridge"}, may: primitives},
	{packages: []string{"jsbridge"}, may: join(primitives, api, []string{"internal/bridge"})},
	{packages: []string{"internal/promise"}, may: []string{"internal/bridge", "internal/secret"}},
	{packages: []string{"jsbridge/async"}, std: []string{"time"}, may: join(stores, []string{
		"internal/bridge", "internal/promise", "internal/random", "internal/safejs", "internal/secret", "keys", "libolm", "machine", "machine/attachment", "machine/keyexport", "store/indexeddb", "store/jsstore", "store/owner",
	})},
	{packages: []string{"wasm/olm"}, may: []string{"internal/bridge", "jsbridge"}},
	{packages: []string{"wasm/full"}, may: []string{"internal/bridge", "jsbridge", "jsbridge/async"}},
	{packages: []string{"web/test/faulty"}, may: []string{"internal/bridge"}},
	{packages: []string{"web/test/faulty-machine"}, may: []string{"internal/bridge", "internal/promise"}},
	{packages: []string{"web/test/deep-machine"}, may: []string{"internal/bridge", "internal/promise", "jsbridge", "jsbridge/async"}},
	{packages: []string{"web/test/machines/homeserver"}, may: []string{"internal/homeserver"}},
	{packages: []string{"web/test/deep"}, may: []string{"internal/bridge", "jsbridge"}},
	{packages: []string{"examples/go"}, may: join(api, stores, []string{"machine"})},
	{packages: []string{"bench/probe"}, may: []string{"bench/probe/inside", "internal/bridge"}},
	{packages: []string{"bench/probe/inside"}, may: []string{"megolm"}},
	{packages: []string{"bench/probe/wasm"}, may: []string{"bench/probe", "internal/bridge"}},
	{packages: []string{"store"}},
	{packages: []string{"store/memory", "store/schema"}, may: []string{"store"}},
	// Argon2id is the only thing of x/crypto that is wanted.
	{packages: []string{"store/sealed"}, may: join(primitives, codecs, []string{"store", "store/schema"}),
		foreign: []string{"golang.org/x/crypto/argon2"}},
	// What speaks to a browser does so by safejs, which makes errors of what
	// JavaScript throws, where syscall/js would panic.
	{packages: []string{"internal/safejs"}, js: true},
	{packages: []string{"internal/browser"}, may: []string{"internal/safejs"}, js: true},
	{packages: []string{"store/indexeddb"}, may: []string{"internal/browser", "internal/random", "internal/safejs", "store"}},
	{packages: []string{"store/owner"}, may: []string{"internal/browser", "internal/safejs"}},
	{packages: []string{"internal/storepage"}, may: []string{"internal/browser", "internal/random", "internal/safejs", "store", "store/indexeddb", "store/owner", "store/sealed"}},
	{packages: []string{"store/jsstore"}, may: []string{"internal/safejs", "store"}, js: true},
	{packages: []string{"store/d1", "store/durable"}, may: []string{"internal/safejs", "store", "store/jsstore"}, js: true},
	{packages: []string{"internal/testworker/faulty"}, may: []string{"store", "store/durable"},
		foreign: []string{"github.com/syumai/workers", "github.com/syumai/workers/cloudflare"},
		js:      true, std: []string{"fmt", "os", "time"}, network: true},
	// A bot speaks with its homeserver itself, and is hosted by github.com/syumai/workers.
	{packages: []string{"examples/edge/bot"}, may: join(stores, []string{"machine"}), network: true},
	{packages: []string{"examples/edge"}, may: join(stores, []string{"examples/edge/bot", "store/durable"}),
		foreign: []string{"github.com/syumai/workers", "github.com/syumai/workers/cloudflare", "github.com/syumai/workers/cloudflare/cron"},
		js:      true, network: true},
	// The judge takes nothing from those it judges.
	{packages: []string{"internal/judge"}, may: []string{"internal/base64", "internal/wire"}},
	// The homeserver for tests comes first, as it alone talks to one.
	{packages: []string{"internal/testserver"}, network: true},
	{packages: testHelpers, may: []string{"internal/testrand", "store"}},
	{packages: []string{"internal/imports", "interop", "interop/matrix", "machine/simulation"}}, // tests only
}

// notInLibrary lists what no package that users link imports itself, each with
// the reason.
var notInLibrary = map[string]string{
	"crypto/aes":      "it is table-based on wasm (T1)",
	"crypto/cipher":   "it brings crypto/aes (T1)",
	"encoding/base64": "it looks secrets up in tables (T2)",
	"encoding/hex":    "it looks secrets up in tables (T2)",
	"encoding/json":   "it is large, and lax about names",
	"fmt":             "it is large, and prints what it is given",
	"os":              "the library touches no files",
	"reflect":         "it is large",
	"strings":         "it is large",
	"time":            "the library has no clock",
}

// notAnywhere lists what no package imports, not even through another one. Only
// a rule that gives the network lets it pass.
var notAnywhere = map[string]string{
	"log":      "a library has nothing to log",
	"log/slog": "a library has nothing to log",
	"net/http": "the caller talks to the homeserver",
}

// notInWasm lists what api, stores and programs may not link for GOOS=js, not even
// through other packages.
var notInWasm = map[string]string{
	"crypto/aes":                  "it is table-based (T1)",
	"crypto/internal/fips140/aes": "it is table-based (T1)",
	"crypto/rand":                 "it is large, and links table-based AES (T1)",
	"encoding/json":               "it is large",
	"fmt":                         "it is large",
	"os":                          "it is large",
}

func join(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
