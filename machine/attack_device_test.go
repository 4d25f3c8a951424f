package machine_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// identity is a cross-signing identity that a test can do anything with.
type identity struct {
	*world
	user                             string
	master, selfSigning, userSigning *olm.Account
}

func (w *world) identity(user string) *identity {
	return &identity{w, user, olm.NewAccount(), olm.NewAccount(), olm.NewAccount()}
}

func publicName(k *olm.Account) string { return k.Ed25519Key().String() }

func (i *identity) key(k *olm.Account, usage string) fields {
	return fields{"user_id": i.user, "usage": []any{usage}, "keys": fields{"ed25519:" + publicName(k): publicName(k)}}
}

// keys are what is uploaded: the master key has signed the other two.
func (i *identity) keys() fields {
	return fields{
		"master_key":       i.key(i.master, "master"),
		"self_signing_key": i.signAs(i.key(i.selfSigning, "self_signing"), i.user, publicName(i.master), i.master),
		"user_signing_key": i.signAs(i.key(i.userSigning, "user_signing"), i.user, publicName(i.master), i.master),
	}
}

// publish has the homeserver give the identity out, as the user's.
func (i *identity) publish(by *forger) { by.call("POST", "keys/device_signing/upload", i.keys(), nil) }

// signs has the homeserver give out a device as signed by the identity.
func (i *identity) signs(f *forger) {
	f.call("POST", "keys/signatures/upload", fields{i.user: fields{f.id: i.signAs(f.deviceKeys(), i.user, publicName(i.selfSigning), i.selfSigning)}}, nil)
}

// learn asks for the devices of a user again.
func (c *client) learn(user string) {
	c.Helper()
	c.must(c.TrackUsers(ctx, []string{user}))
	c.received(`{"device_lists":{"changed":["` + user + `"]}}`)
	c.pump()
}

func (c *client) identityOf(user string) (machine.Identity, error) {
	c.Helper()
	return c.Identity(ctx, user)
}

func TestT25ADeviceNamedLikeACrossSigningKeyIsRefused(t *testing.T) {
	for name, key := range map[string]func(i *identity) *olm.Account{
		"T25: master":       func(i *identity) *olm.Account { return i.master },
		"T25: self-signing": func(i *identity) *olm.Account { return i.selfSigning },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
			i := w.identity(bob)
			i.publish(f)
			ghost := w.stranger(bob, publicName(key(i)))
			w.serverAdds(ghost)
			i.signs(f)
			a.learn(bob)
			if all := a.devices(bob); len(all) != 1 || all[0].DeviceID != "FORGER" || !all[0].CrossSigned {
				t.Errorf("it knows %+v", all)
			}
		})
	}
}

// serverAdds logs a device in and has it upload its keys, whatever its id.
func (w *world) serverAdds(f *forger) {
	w.Helper()
	w.server.Login(f.user, f.id)
	f.call("POST", "keys/upload", fields{"device_keys": f.deviceKeys()}, nil)
}

// The other way round the device is known, and then comes an identity with its name.
func TestT25AnIdentityNamedLikeADeviceIsRefused(t *testing.T) {
	for name, key := range map[string]func(i *identity) **olm.Account{
		"T25: master":       func(i *identity) **olm.Account { return &i.master },
		"T25: self-signing": func(i *identity) **olm.Account { return &i.selfSigning },
	} {
		for _, same := range []string{"name", "key"} {
			t.Run(name+" by "+same, func(t *testing.T) {
				w := newWorld(t)
				a := w.device(alice, "ALICE")
				w.forger(bob, "FORGER")
				i := w.identity(bob)
				device := w.stranger(bob, "DEVICE")
				if same == "name" {
					device = w.stranger(bob, publicName(*key(i)))
				}
				w.serverAdds(device)
				a.learn(bob)
				if len(a.devices(bob)) != 2 {
					t.Fatal("the devices are not known")
				}
				if same == "key" {
					*key(i) = device.account
				}
				w.server.Lies.Answer = w.showing(i) // the honest server refuses such keys
				a.learn(bob)
				if known, err := a.identityOf(bob); err == nil && (known.MasterKey == device.id || known.SelfSigning == device.id || same == "key") {
					t.Errorf("it knows %+v", known)
				}
				i = w.identity(bob)
				w.server.Lies.Answer = w.showing(i)
				a.learn(bob)
				if known, err := a.identityOf(bob); err != nil || known.MasterKey != publicName(i.master) {
					t.Errorf("the honest identity is %+v, %v", known, err)
				}
			})
		}
	}
}

// A device that has a key of another device, or of the identity, is none.
func TestT25ADeviceWithSomebodyElsesKeyIsRefused(t *testing.T) {
	for name, forge := range map[string]func(f *forger, i *identity, keys fields) *olm.Account{
		"T25: Curve25519 of another device": func(f *forger, _ *identity, k fields) *olm.Account {
			k["curve25519:GHOST"] = f.senderKey()
			return nil
		},
		"T25: Ed25519 of another device": func(f *forger, _ *identity, k fields) *olm.Account {
			k["ed25519:GHOST"] = publicName(f.account)
			return f.account
		},
		"T25: Ed25519 of the master key": func(_ *forger, i *identity, k fields) *olm.Account {
			k["ed25519:GHOST"] = publicName(i.master)
			return i.master
		},
		"T25: Ed25519 of the self-signing key": func(_ *forger, i *identity, k fields) *olm.Account {
			k["ed25519:GHOST"] = publicName(i.selfSigning)
			return i.selfSigning
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
			i := w.identity(bob)
			i.publish(f)
			a.learn(bob)
			ghost := w.stranger(bob, "GHOST")
			w.server.Login(bob, "GHOST")
			keys := ghost.unsignedKeys()
			signer := ghost.account
			if by := forge(f, i, keys["keys"].(fields)); by != nil {
				signer = by
			}
			ghost.call("POST", "keys/upload", fields{"device_keys": w.signAs(keys, bob, "GHOST", signer)}, nil)
			a.learn(bob)
			if all := a.devices(bob); len(all) != 1 || all[0].DeviceID != "FORGER" || all[0].Curve25519 != f.senderKey() {
				t.Errorf("it knows %+v", all)
			}
		})
	}
}

func TestT29AKnownDeviceKeepsItsKeys(t *testing.T) {
	for _, gone := range []bool{false, true} { // also a device that comes back
		w := newWorld(t)
		a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
		a.learn(bob)
		want := a.knows(bob, "FORGER")
		if gone {
			w.server.Logout(bob, "FORGER")
			a.learn(bob)
			if !a.knows(bob, "FORGER").Deleted {
				t.Fatal("the device is not gone")
			}
			want.Deleted = true
		}
		for name, f2 := range map[string]*forger{
			"all keys":   w.stranger(bob, "FORGER"),
			"Curve25519": {world: w, user: bob, id: "FORGER", account: f.account},
		} {
			keys := f2.unsignedKeys()
			if name == "Curve25519" {
				keys["keys"].(fields)["curve25519:FORGER"] = w.stranger(bob, "X").senderKey()
			}
			w.server.Login(bob, "FORGER")
			f2.call("POST", "keys/upload", fields{"device_keys": f2.sign(keys)}, nil)
			for range 2 {
				a.learn(bob)
				if got := a.knows(bob, "FORGER"); got != want {
					t.Errorf("%s: it knows %+v, not %+v", name, got, want)
				}
				a.open()
			}
		}
		f.call("POST", "keys/upload", fields{"device_keys": f.deviceKeys()}, nil)
		a.learn(bob)
		if want.Deleted = false; a.knows(bob, "FORGER") != want {
			t.Errorf("with its own keys it is %+v", a.knows(bob, "FORGER"))
		}
	}
}

// A device whose signature does not hold, or that is shown as another, is not taken.
func TestT29DeviceKeysMustBeSignedAndOfTheirDevice(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	w.must(a.TrackUsers(ctx, []string{bob}))
	for name, all := range map[string]fields{
		"unsigned":          {"FORGER": f.unsignedKeys()},
		"another id":        {"OTHER": f.deviceKeys()},
		"another user's":    {"FORGER": w.stranger(carol, "FORGER").deviceKeys()},
		"signed by another": {"FORGER": w.signAs(f.unsignedKeys(), bob, "FORGER", olm.NewAccount())},
		"signed as another": {"FORGER": w.signAs(f.unsignedKeys(), carol, "FORGER", f.account)},
		"text":              {"FORGER": "keys"},
	} {
		w.must(a.MarkSent(ctx, a.request(machine.KeysQuery).ID, w.json(fields{"device_keys": fields{bob: all}})))
		if got := a.devices(bob); len(got) != 0 {
			t.Errorf("%s: it knows %+v", name, got)
		}
		a.received(`{"device_lists":{"changed":["` + bob + `"]}}`)
	}
	a.pump()
	a.knows(bob, "FORGER")
}

// The homeserver shows other keys as those of this very device.
func TestT29OtherKeysForThisDevice(t *testing.T) {
	w := newWorld(t)
	a := w.crossSigned(alice, "ALICE")
	before := a.knows(alice, "ALICE")
	imposter := w.stranger(alice, "ALICE")
	w.must(a.TrackUsers(ctx, []string{bob}))
	imposter.call("POST", "keys/upload", fields{"device_keys": imposter.deviceKeys()}, nil)
	a.learn(alice)
	if got := a.knows(alice, "ALICE"); got != before {
		t.Errorf("it takes itself for %+v", got)
	}
}
