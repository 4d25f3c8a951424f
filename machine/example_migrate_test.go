package machine_test

import (
	"context"
	"fmt"

	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// A device that was kept with libolm becomes a machine. Here it has one session.
func ExampleMigrate() {
	ctx, pickleKey := context.Background(), []byte("DEFAULT_KEY")
	accountPickle, sessionPickle, peer := keptWithLibolm(pickleKey)
	config := machine.Config{UserID: "@alice:example.org", DeviceID: "JLAFKJWSCS", Store: memory.New()}

	account, err := libolm.UnpickleAccount(accountPickle, pickleKey)
	check(err)
	migration, err := machine.Migrate(ctx, config, account)
	check(err)
	session, err := libolm.UnpickleSession(sessionPickle, pickleKey)
	check(err)
	outcomes, err := migration.AddSessions(ctx, []machine.MigratedSession{{SenderKey: peer, Session: session}})
	check(err)
	check(migration.Finish(ctx))
	migration.Close()

	m, err := machine.Open(ctx, config)
	check(err)
	ids, err := m.IdentityKeys(ctx)
	check(err)
	fmt.Println(outcomes[0].Error, ids == account.IdentityKeys())
	// Output: <nil> true
}

// keptWithLibolm is what another program has left behind.
func keptWithLibolm(pickleKey []byte) (account, session string, peer keys.Curve25519PublicKey) {
	alice, bob := olm.NewAccount(), olm.NewAccount()
	_, err := bob.GenerateOneTimeKeys(1)
	check(err)
	s, err := alice.NewOutboundSession(bob.Curve25519Key(), bob.OneTimeKeys()[0].Key, olm.Version1)
	check(err)
	account, err = libolm.PickleAccount(alice, pickleKey)
	check(err)
	session, err = libolm.PickleSession(s, pickleKey)
	check(err)
	return account, session, bob.Curve25519Key()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
