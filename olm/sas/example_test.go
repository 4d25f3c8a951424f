package sas_test

import (
	"fmt"

	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/sas"
)

// Alice has started a verification and Bob has accepted. Arrows are messages
// that the homeserver carries; what the users say to each other it must not.
func Example() {
	const start = `{"from_device":"ALICEDEV","method":"m.sas.v1","transaction_id":"T1"}` // shortened

	alice, bob := sas.New(), sas.New()
	defer alice.Wipe()
	defer bob.Wipe()

	// Alice <- Bob: m.key.verification.accept
	commitment := sas.Commitment(bob.PublicKey(), []byte(start))

	// Alice -> Bob: m.key.verification.key
	aliceKey := alice.PublicKey()
	if err := bob.SetTheirKey(aliceKey); err != nil {
		fmt.Println("Bob cancels:", err)
		return
	}

	// Alice <- Bob: m.key.verification.key
	bobKey := bob.PublicKey()
	if sas.Commitment(bobKey, []byte(start)) != commitment {
		fmt.Println("Alice cancels: m.mismatched_commitment")
		return
	}
	if err := alice.SetTheirKey(bobKey); err != nil {
		fmt.Println("Alice cancels:", err)
		return
	}

	// Both show the emoji, and the users say whether they are the same.
	info := "MATRIX_KEY_VERIFICATION_SAS|@alice:example.org|ALICEDEV|" + aliceKey.String() +
		"|@bob:example.org|BOBDEV|" + bobKey.String() + "|T1"
	aliceSees, _ := alice.Emoji(info)
	bobSees, _ := bob.Emoji(info)
	fmt.Println("the same emoji:", aliceSees == bobSees)

	// Alice -> Bob: m.key.verification.mac, and the same for the list of ids;
	// Bob does likewise.
	const macInfo = "MATRIX_KEY_VERIFICATION_MAC@alice:example.orgALICEDEV@bob:example.orgBOBDEVT1ed25519:ALICEDEV"
	fingerprint := keys.Ed25519PublicKey{1, 2, 3}.String()
	mac, _ := alice.MAC(sas.HKDFHMACSHA256V2, fingerprint, macInfo)

	// Bob has Alice's fingerprint from the homeserver, and now knows it is hers.
	err := bob.VerifyMAC(sas.HKDFHMACSHA256V2, fingerprint, macInfo, mac)
	fmt.Println("the fingerprint is Alice's:", err == nil)

	// Output:
	// the same emoji: true
	// the fingerprint is Alice's: true
}
