package interop

import (
	"encoding/base64"
	"math/rand/v2"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/sas"
)

// macMethods are the methods of libolm that calculate each kind of MAC.
var macMethods = map[sas.MACMethod]string{
	sas.HKDFHMACSHA256V2: "calculate_mac_fixed_base64",
	sas.HKDFHMACSHA256:   "calculate_mac",
	sas.HMACSHA256:       "calculate_mac_long_kdf",
}

// sasTwins are the same side of the same verification.
type sasTwins struct {
	t      testing.TB
	ours   *sas.SAS
	theirs object
}

func newSASTwins(t testing.TB) sasTwins {
	t.Helper()
	return sasTwins{t, sas.New(), newObject(t, "SAS")}
}

func (s sasTwins) publicKey() string {
	s.t.Helper()
	return same(s.t, "public key", s.ours.PublicKey().String(), s.theirs.text("get_pubkey"))
}

func (s sasTwins) setTheirKey(text string) {
	s.t.Helper()
	key, err := keys.ParseCurve25519(text)
	noError(s.t, err)
	noError(s.t, s.ours.SetTheirKey(key))
	s.theirs.must(nil, "set_their_key", text)
}

func (s sasTwins) bytes(info string, n int) string {
	s.t.Helper()
	ours, err := s.ours.Bytes(info, n)
	noError(s.t, err)
	var theirs binary
	s.theirs.must(&theirs, "generate_bytes", info, n)
	return same(s.t, "bytes", base64.StdEncoding.EncodeToString(ours), base64.StdEncoding.EncodeToString(theirs))
}

func (s sasTwins) mac(method sas.MACMethod, input, info string) string {
	s.t.Helper()
	ours, err := s.ours.MAC(method, input, info)
	noError(s.t, err)
	var theirs string
	s.theirs.must(&theirs, macMethods[method], input, info)
	return same(s.t, string(method), ours, theirs)
}

// maxVerifications is how many verifications libolm bears: of its stack of
// 64 kB it leaves 32 bytes behind with each SAS, and fails at the end.
const maxVerifications = 200

// TestTwinSAS runs verifications between twins and twins.
func TestTwinSAS(t *testing.T) {
	repeatedlyUpTo(maxVerifications, t, 50, func(t *testing.T, r *rand.Rand) {
		seed := r.Uint64()
		seedBoth(t, seed, seed)
		alice, bob := newSASTwins(t), newSASTwins(t)
		alice.setTheirKey(bob.publicKey())
		bob.setTheirKey(alice.theirs.text("get_pubkey")) // ours is used up
		info, input := text(r), text(r)
		for _, n := range []int{1, 5, 6, 32, 33, 255 * 32, 1 + r.IntN(1000)} {
			same(t, "bytes of both sides", alice.bytes(info, n), bob.bytes(info, n))
		}
		for method := range macMethods {
			mac := same(t, "MAC of both sides", alice.mac(method, input, info), bob.mac(method, input, info))
			noError(t, alice.ours.VerifyMAC(method, input, info, mac))
			if alice.ours.VerifyMAC(method, input+".", info, mac) == nil {
				t.Error("a MAC holds for another input")
			}
		}
	})
}
